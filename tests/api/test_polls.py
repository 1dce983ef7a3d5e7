import json

import pytest
from rest_framework.test import APIClient

from shops.models import Member
from streams import log
from streams.models import Poll, RoomEvent, Show
from streams.talk import polls
from streams.talk.names import Speaker
from tests.factories import make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
Role = Member.Role
GLAZE = {"question": "Which glaze next?", "options": ["Sage", "Oat"]}


def ask(client, show, body=GLAZE):
    text = json.dumps(body)  # writes NaN, too
    return client.post(f"/api/v1/shows/{show.slug}/poll/", text, content_type="application/json")


def close(client, show):
    return client.delete(f"/api/v1/shows/{show.slug}/poll/")


def traces() -> tuple:
    return list(Poll.objects.values_list("pk", "status")), RoomEvent.objects.count()


@pytest.mark.parametrize("role", [Role.OWNER, Role.PRODUCER, Role.HOST, Role.MODERATOR])
def test_who_moderates_puts_a_question_to_everyone(signed_in, role):
    show = make_show()

    answer = ask(signed_in(make_staff(role, shop=show.shop)), show)

    assert answer.status_code == 201
    poll = Poll.objects.get()
    assert answer.json() == {
        "poll": poll.pk,
        **GLAZE,
        "counts": [0, 0],
        "opened_at": log.stamp(poll.opened_at),
    }
    assert poll.show == show


def test_closing_a_poll_can_be_asked_twice(signed_in):
    show = make_show()
    client = signed_in(make_staff(Role.MODERATOR, shop=show.shop))
    poll = polls.open(show, **GLAZE)
    polls.vote(show, Speaker("guest-1"), poll.pk, 1)

    answers = [close(client, show) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    (closed,) = RoomEvent.objects.filter(type="poll.closed")
    assert closed.data == {"poll": poll.pk, "counts": [0, 1]}


def test_a_second_poll_waits_for_the_end_of_the_first(signed_in):
    show = make_show()
    client = signed_in(make_staff(shop=show.shop))
    ask(client, show)
    before = traces()

    answer = ask(client, show, {"question": "And then?", "options": ["Yes", "No"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "poll_open")
    assert traces() == before


@pytest.mark.parametrize("status", [Show.Status.ENDED, Show.Status.CANCELLED])
def test_nobody_is_asked_when_the_show_is_over(signed_in, status):
    show = make_show(status=status)

    answer = ask(signed_in(make_staff(shop=show.shop)), show)

    assert (answer.status_code, answer.json()["code"]) == (409, "chat_closed")
    assert traces() == ([], 0)


@pytest.mark.parametrize("verb", [ask, close])
def test_who_is_signed_out_puts_nothing_to_anyone(verb):
    show = make_show()
    polls.open(show, **GLAZE)
    before = traces()

    answer = verb(APIClient(), show)

    assert answer.status_code == 403
    assert traces() == before


@pytest.mark.parametrize("verb", [ask, close])
def test_another_shops_poll_is_answered_like_none(signed_in, verb):
    show = make_show()
    polls.open(show, **GLAZE)
    stranger = signed_in(make_staff(Role.OWNER))
    before = traces()

    theirs, none = verb(stranger, show), verb(stranger, Show(slug="no-such-show"))

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert traces() == before


@pytest.mark.parametrize("verb", [ask, close])
@pytest.mark.parametrize("role", [Role.DESK, None])
def test_who_does_not_moderate_finds_no_show_to_ask_in(signed_in, verb, role):
    show = make_show()
    polls.open(show, **GLAZE)
    user = make_staff(role, shop=show.shop) if role else make_user()
    before = traces()

    answer = verb(signed_in(user), show)

    assert answer.status_code == 404
    assert traces() == before


TEXTS = [None, "", "  ", 5, True, float("nan"), ["x"], {"a": 1}, "a\x00b"]


@pytest.mark.parametrize("question", [*TEXTS, "x" * 141])
def test_a_question_that_cannot_be_read_is_named(signed_in, question):
    show = make_show()

    answer = ask(signed_in(make_staff(shop=show.shop)), show, GLAZE | {"question": question})

    assert answer.status_code == 400
    assert list(answer.json()) == ["question"]
    assert traces() == ([], 0)


@pytest.mark.parametrize(
    "options",
    [["Sage", text] for text in [*TEXTS, "x" * 61]]
    + [None, "Sage, Oat", 2, {"0": "Sage"}, [], ["Sage"], list("abcdefg")],
)
def test_options_that_cannot_be_chosen_from_are_named(signed_in, options):
    show = make_show()

    answer = ask(signed_in(make_staff(shop=show.shop)), show, GLAZE | {"options": options})

    assert answer.status_code == 400
    assert list(answer.json()) == ["options"]
    assert traces() == ([], 0)


@pytest.mark.parametrize("missing", list(GLAZE))
def test_what_is_missing_is_named(signed_in, missing):
    show = make_show()
    body = {name: value for name, value in GLAZE.items() if name != missing}

    answer = ask(signed_in(make_staff(shop=show.shop)), show, body)

    assert answer.status_code == 400
    assert list(answer.json()) == [missing]
    assert traces() == ([], 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"question": "\u202e\u200b"}, "question"),
        ({"options": ["Sage", "\u202e"]}, "options"),
        ({"options": ["Sage", "SAGE\u200b"]}, "options"),
    ],
)
def test_what_only_looks_like_text_is_refused_with_its_field(signed_in, body, field):
    show = make_show()

    answer = ask(signed_in(make_staff(shop=show.shop)), show, GLAZE | body)

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["field"]) == ("invalid", field)
    assert traces() == ([], 0)


def test_nobody_opens_a_poll_with_votes_in_it(signed_in):
    show = make_show()
    more = {"counts": [900, 0], "poll": 7, "status": "closed"}

    answer = ask(signed_in(make_staff(shop=show.shop)), show, GLAZE | more)

    assert answer.json()["counts"] == [0, 0]
    assert answer.json()["poll"] == Poll.objects.get(status=Poll.Status.OPEN).pk
