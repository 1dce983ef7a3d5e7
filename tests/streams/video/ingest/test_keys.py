import logging

import pytest

from livecommerce.realtime import logger as news_logger
from streams.models import Show, StreamKey
from streams.video.ingest import keys
from tests.factories import make_show

pytestmark = pytest.mark.django_db


def test_a_key_finds_its_show_and_stays_until_it_is_rotated():
    show, other = make_show(), make_show()
    key = keys.key_of(show)

    assert keys.find(key) == show
    assert keys.key_of(show) == key
    assert keys.key_of(other) != key

    fresh = keys.rotate(show)

    assert keys.find(fresh) == show
    assert keys.key_of(show) == fresh != key
    with pytest.raises(keys.BadStreamKey):
        keys.find(key)
    assert keys.find(keys.key_of(other)) == other


def test_a_key_that_was_rotated_away_never_comes_back():
    show = make_show()

    seen = [keys.key_of(show)] + [keys.rotate(show) for _ in range(5)]

    assert len(set(seen)) == 6
    for old in seen[:-1]:
        with pytest.raises(keys.BadStreamKey):
            keys.find(old)


def changed(key: str) -> str:
    return key[:-1] + ("A" if key[-1] != "A" else "B")


WRONG = {
    "empty": lambda key, other: "",
    "four thousand letters": lambda key, other: key + "A" * 4096,
    "one letter changed": lambda key, other: changed(key),
    "one letter less": lambda key, other: key[:-1],
    "the show of another": lambda key, other: f"{other.partition('-')[0]}-{key.partition('-')[2]}",
    "a show that does not exist": lambda key, other: f"999999-{key.partition('-')[2]}",
    "a show beyond all numbers": lambda key, other: f"{10**30}-{key.partition('-')[2]}",
    "a show below all numbers": lambda key, other: f"-1-{key.partition('-')[2]}",
    "in small letters": lambda key, other: key.lower(),
    "with a line behind it": lambda key, other: f"{key}\n",
    "digits of another script": lambda key, other: f"١-{key.partition('-')[2]}",
    "a null byte": lambda key, other: f"{key}\0",
    "an address behind it": lambda key, other: f"{key}?x=1",
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_whatever_is_wrong_with_a_key_is_answered_alike(spoil):
    show, other = make_show(), make_show()
    bad = spoil(keys.key_of(show), keys.key_of(other))

    with pytest.raises(keys.BadStreamKey) as refused:
        keys.find(bad)

    assert refused.value.as_dict() == keys.BadStreamKey().as_dict()


def test_a_key_needs_the_secret_of_the_server(settings):
    show = make_show()
    key = keys.key_of(show)
    settings.SECRET_KEY = "another"

    assert keys.key_of(show) != key
    with pytest.raises(keys.BadStreamKey):
        keys.find(key)


def test_a_key_is_nowhere_to_be_read(caplog, django_assert_num_queries):
    show = make_show()
    caplog.set_level(logging.DEBUG)
    news_logger.setLevel(logging.DEBUG)
    key = keys.rotate(show)
    with django_assert_num_queries(1) as queries:
        keys.find(key)
    with pytest.raises(keys.BadStreamKey) as refused:
        keys.find(changed(key))

    secret = key.partition("-")[2]
    row = StreamKey.objects.get()
    told = [caplog.text, str(refused.value), repr(refused.value), str(row), repr(row)]
    told += [repr(vars(row)), repr(vars(Show.objects.get())), str(queries.captured_queries)]
    assert [text for text in told if secret in text or secret[:12] in text] == []
