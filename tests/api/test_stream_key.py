import pytest
from rest_framework.test import APIClient

from shops.models import Member
from streams.models import StreamKey
from streams.video.ingest import keys
from tests.factories import make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
Role = Member.Role
CALLS = {
    "read": lambda client, slug: client.get(f"/api/v1/shows/{slug}/stream-key/"),
    "rotate": lambda client, slug: client.post(f"/api/v1/shows/{slug}/stream-key/rotate/"),
}


@pytest.mark.parametrize("role", [Role.OWNER, Role.PRODUCER, Role.HOST])
def test_who_may_publish_is_told_where_and_with_which_key(signed_in, role, settings):
    settings.RTMP_URL = "rtmp://127.0.0.1:1935/live"
    show = make_show()

    answer = CALLS["read"](signed_in(make_staff(role, shop=show.shop)), show.slug)

    assert answer.json() == {"server": "rtmp://127.0.0.1:1935/live", "key": keys.key_of(show)}
    assert keys.find(answer.json()["key"]) == show
    assert answer["Cache-Control"] == "no-store"


def test_where_rtmp_is_off_there_is_no_server_to_name(signed_in, settings):
    settings.RTMP_URL = ""
    show = make_show()

    answer = CALLS["read"](signed_in(make_staff(shop=show.shop)), show.slug)

    assert answer.json()["server"] is None


def test_a_key_that_leaked_is_replaced(signed_in):
    show = make_show()
    client = signed_in(make_staff(Role.HOST, shop=show.shop))
    before = CALLS["read"](client, show.slug).json()["key"]

    answer = CALLS["rotate"](client, show.slug)

    fresh = answer.json()["key"]
    assert answer["Cache-Control"] == "no-store"
    assert fresh == CALLS["read"](client, show.slug).json()["key"] != before
    with pytest.raises(keys.BadStreamKey):
        keys.find(before)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_who_is_signed_out_learns_and_changes_nothing(call):
    answer = call(APIClient(), make_show().slug)

    assert answer.status_code == 403
    assert "key" not in answer.json()
    assert not StreamKey.objects.exists()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DESK, None])
def test_who_may_not_publish_does_not_find_the_show(signed_in, call, role):
    show = make_show()
    user = make_staff(role, shop=show.shop) if role else make_user()

    assert call(signed_in(user), show.slug).status_code == 404
    assert not StreamKey.objects.exists()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_another_shops_show_is_answered_like_none(signed_in, call):
    stranger = signed_in(make_staff(Role.OWNER))

    theirs, none = call(stranger, make_show().slug), call(stranger, "no-such-show")

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert not StreamKey.objects.exists()


def test_the_key_is_in_nothing_that_everyone_may_read(signed_in, client):
    show = make_show()
    key = keys.key_of(show)

    answers = [
        client.get(path)
        for path in (
            "/",
            f"/live/{show.slug}/",
            f"/api/v1/shows/{show.slug}/",
            f"/api/v1/shows/{show.slug}/room/",
            f"/hls/{show.slug}/master.m3u8",
        )
    ]

    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    assert [each for each in answers if key.partition("-")[2] in each.content.decode()] == []
