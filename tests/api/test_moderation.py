import json

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from shops.models import Member
from streams import log
from streams.models import Question, Report, Room, RoomEvent, Standing, WordList
from streams.talk import chat, moderation, reports, standings
from tests.factories import make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
Role = Member.Role
BOB = chat.Speaker("guest-bob")


@pytest.fixture
def show():
    return make_show()


@pytest.fixture
def tom(show):
    return make_staff(Role.MODERATOR, shop=show.shop, first_name="Tom", last_name="Okafor")


@pytest.fixture
def client(signed_in, tom):
    return signed_in(tom)


@pytest.fixture
def seq(show) -> int:
    """A message of Bob's."""
    return chat.say(show, BOB, "rude", "Bob").seq


def send(client, show, place, body=None, method="post"):
    address = f"/api/v1/shows/{show.slug}/{place}/"
    text = json.dumps({} if body is None else body)  # writes NaN, too
    return client.generic(method.upper(), address, text, content_type="application/json")


def traces() -> tuple:
    """Everything that any of these calls could change."""
    return (
        list(RoomEvent.objects.order_by("pk").values_list("type", "is_hidden")),
        list(Room.objects.order_by("pk").values_list("slow_seconds", "no_links", "pinned")),
        list(Standing.objects.order_by("pk").values_list("muted_until", "is_banned")),
        list(WordList.objects.values_list("words")),
        list(Report.objects.values_list("settled_at")),
    )


def acts(show):
    facts = log.latest(show, "mod.acted", limit=9, for_staff=True)
    return [fact["data"]["action"] for fact in facts]


def test_a_moderator_hides_a_message(client, show, seq):
    assert send(client, show, "hide", {"seq": seq}).status_code == 204
    assert send(client, show, "hide", {"seq": seq}).status_code == 204

    assert RoomEvent.objects.get(seq=seq).is_hidden
    assert acts(show) == ["hide"]


def test_everything_that_waits_is_read_in_one_call(client, show, tom, seq):
    Question.objects.create(
        show=show, author="guest-ann", name="Ann", text="?", status="held", asked_at=timezone.now()
    )
    reports.report(show, chat.Speaker("guest-ann"), seq, "abuse")
    moderation.set_rules(show, tom, holds_first=True)
    moderation.set_words(show, ["spam"], tom)
    held = chat.say(show, chat.Speaker("guest-eve"), "hello", "Eve").seq
    standings.mute(show, RoomEvent.objects.get(seq=seq), 5, tom)

    answer = send(client, show, "moderation", method="get").json()

    assert answer["rules"] == {"slow_seconds": 0, "no_links": False, "holds_first": True}
    assert answer["words"] == ["spam"]
    assert [(fact["seq"], fact["data"]["text"]) for fact in answer["held"]] == [(held, "hello")]
    assert [question["name"] for question in answer["held_questions"]] == ["Ann"]
    assert [(row["seq"], row["reasons"]) for row in answer["reports"]] == [(seq, {"abuse": 1})]
    [standing] = answer["standings"]
    assert (standing["name"], standing["is_banned"]) == ("Bob", False)
    assert standing["standing"] == Standing.objects.get().pk
    assert [fact["data"]["action"] for fact in answer["actions"]] == ["rules", "words", "mute"]
    assert "guest-" not in json.dumps(answer)


def test_mute_ban_and_restore(client, show, seq):
    assert send(client, show, "mute", {"seq": seq, "minutes": 5}).status_code == 204
    assert send(client, show, "ban", {"seq": seq, "hide_all": True}).status_code == 204
    standing = Standing.objects.get()
    assert standing.is_banned
    assert send(client, show, "restore", {"standing": standing.pk}).status_code == 204

    standing.refresh_from_db()
    assert (standing.is_banned, standing.muted_until) == (False, None)
    assert acts(show) == ["mute", "ban", "unban", "unmute"]


def test_somebody_is_found_by_a_question_too(client, show):
    question = Question.objects.create(
        show=show, author="guest-ann", name="Ann", text="rude?", asked_at=timezone.now()
    )

    assert send(client, show, "ban", {"question": question.pk}).status_code == 204
    past = client.get(f"/api/v1/shows/{show.slug}/history/?question={question.pk}").json()

    assert past["standing"]["is_banned"]
    assert [fact["data"]["question"] for fact in past["actions"]] == [question.pk]


def test_nobody_of_the_shop_is_banned(client, show):
    host = make_staff(Role.HOST, shop=show.shop)
    said = chat.say(show, chat.Speaker(f"user-{host.pk}", "Mira", "host"), "hello").seq
    before = traces()

    answers = [
        send(client, show, "ban", {"seq": said, "hide_all": True}),
        send(client, show, "mute", {"seq": said, "minutes": 5}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert {answer.json()["code"] for answer in answers} == {"not_allowed"}
    assert traces() == before


def test_what_waits_is_approved_or_refused(client, show, tom):
    moderation.set_rules(show, tom, holds_first=True)
    ann, eve = (
        chat.say(show, chat.Speaker(f"guest-{name}"), "hello", name).seq for name in ("ann", "eve")
    )

    assert send(client, show, "approve", {"seq": ann}).status_code == 204
    assert send(client, show, "refuse", {"seq": eve}).status_code == 204
    assert send(client, show, "approve", {"seq": eve}).json()["code"] == "stale_state"

    assert RoomEvent.objects.get(type="chat.posted").data["name"] == "ann"
    assert acts(show) == ["rules", "approve", "refuse"]


def test_a_message_is_pinned_and_unpinned(client, show, seq):
    assert send(client, show, "pinned-message", {"seq": seq}).status_code == 204
    assert Room.objects.get().pinned.seq == seq
    for _ in range(2):
        assert send(client, show, "pinned-message", method="delete").status_code == 204

    assert Room.objects.get().pinned is None
    assert acts(show) == ["pin_message", "unpin_message"]


def test_reports_are_settled(client, show, seq):
    reports.report(show, chat.Speaker("guest-ann"), seq, "spam")

    assert send(client, show, "settle", {"seq": seq}).status_code == 204

    assert send(client, show, "moderation", method="get").json()["reports"] == []
    assert not RoomEvent.objects.get(seq=seq).is_hidden


def test_rules_and_words_are_answered_as_they_are_now(client, show):
    rules = send(client, show, "rules", {"slow_seconds": 10}, "patch")
    again = send(client, show, "rules", {"no_links": True}, "patch")
    words = send(client, show, "words", {"words": [" spam ", "spam"]}, "put")

    assert rules.json() == {"slow_seconds": 10, "no_links": False, "holds_first": False}
    assert again.json() == {"slow_seconds": 10, "no_links": True, "holds_first": False}
    assert words.json() == {"words": ["spam"]}


def test_a_history_shows_what_was_hidden_and_no_author(client, show, seq, tom):
    chat.hide(show, seq, tom)

    past = client.get(f"/api/v1/shows/{show.slug}/history/?seq={seq}").json()

    assert past["names"] == ["Bob"]
    [message] = past["messages"]
    assert (message["data"]["text"], message["is_hidden"]) == ("rude", True)
    assert message["show"] == show.slug
    assert "guest-" not in json.dumps(past)


CALLS = {
    "moderation": ("get", None),
    "hide": ("post", {"seq": 1}),
    "mute": ("post", {"seq": 1, "minutes": 5}),
    "ban": ("post", {"seq": 1, "hide_all": True}),
    "restore": ("post", {"standing": 1}),
    "approve": ("post", {"seq": 1}),
    "refuse": ("post", {"seq": 1}),
    "settle": ("post", {"seq": 1}),
    "rules": ("patch", {"no_links": True}),
    "words": ("put", {"words": ["spam"]}),
    "pinned-message": ("post", {"seq": 1}),
    "pinned-message ": ("delete", None),
    "history": ("get", None),
}


@pytest.mark.parametrize("place", CALLS)
def test_who_is_signed_out_may_do_nothing(show, seq, place):
    before = traces()

    answer = call(APIClient(), show.slug, place)

    assert answer.status_code == 403
    assert traces() == before


@pytest.mark.parametrize("place", CALLS)
@pytest.mark.parametrize("role", [Role.DESK, None])
def test_who_does_not_moderate_finds_no_such_show(signed_in, show, seq, place, role):
    user = make_staff(role, shop=show.shop) if role else make_user()
    before = traces()

    answer = call(signed_in(user), show.slug, place)

    assert answer.status_code == 404
    assert traces() == before


@pytest.mark.parametrize("place", CALLS)
def test_another_shops_show_is_answered_like_none(signed_in, show, seq, place):
    stranger = signed_in(make_staff(Role.OWNER))
    before = traces()

    theirs, none = (call(stranger, slug, place) for slug in (show.slug, "no-such-show"))

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert traces() == before


@pytest.mark.parametrize("place", CALLS)
def test_who_lost_the_role_finds_no_such_show_at_once(client, show, tom, seq, place):
    assert send(client, show, "moderation", method="get").status_code == 200
    tom.memberships.all().delete()
    before = traces()

    answer = call(client, show.slug, place)

    assert answer.status_code == 404
    assert traces() == before


@pytest.mark.parametrize(
    "place", ["hide", "approve", "refuse", "settle", "pinned-message", "mute", "ban"]
)
def test_another_rooms_message_is_answered_like_none(client, show, place):
    other = make_show()
    for _ in range(3):
        chat.say(other, BOB, "hello")
    before = traces()

    answers = [
        send(client, show, place, {"seq": number, "minutes": 5}) for number in (3, 2**53 - 1)
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["field"] == "seq"
    assert traces() == before


@pytest.mark.parametrize("place", ["hide", "mute", "ban", "approve", "pinned-message"])
@pytest.mark.parametrize("number", [None, "1", 1.5, -1, True, [1], 2**63, float("nan"), "١"])
def test_a_number_that_is_none_is_named(client, show, seq, place, number):
    before = traces()

    answer = send(client, show, place, {"seq": number, "minutes": 5})

    assert answer.status_code == 400
    assert list(answer.json()) == ["seq"]
    assert traces() == before


@pytest.mark.parametrize(
    ("place", "method", "body", "field"),
    [
        ("mute", "post", {"minutes": 5}, "seq"),
        ("mute", "post", {"seq": 1, "question": 1, "minutes": 5}, "seq"),
        ("mute", "post", {"seq": 1}, "minutes"),
        ("mute", "post", {"seq": 1, "minutes": 0}, "minutes"),
        ("mute", "post", {"seq": 1, "minutes": 1441}, "minutes"),
        ("ban", "post", {"seq": 1, "hide_all": "yes"}, "hide_all"),
        ("ban", "post", {"seq": 1, "hide_all": 1}, "hide_all"),
        ("rules", "patch", {"slow_seconds": 601}, "slow_seconds"),
        ("rules", "patch", {"slow_seconds": -1}, "slow_seconds"),
        ("rules", "patch", {"no_links": "true"}, "no_links"),
        ("rules", "patch", {"holds_first": None}, "holds_first"),
        ("words", "put", {"words": ["x"] * 201}, "words"),
        ("words", "put", {"words": ["x" * 41]}, "words"),
        ("words", "put", {"words": [5]}, "words"),
        ("words", "put", {"words": "spam"}, "words"),
        ("words", "put", {}, "words"),
        ("restore", "post", {}, "standing"),
    ],
)
def test_what_cannot_be_right_is_named_and_changes_nothing(
    client, show, seq, place, method, body, field
):
    before = traces()

    answer = send(client, show, place, body, method)

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert traces() == before


def call(client, slug, place):
    method, body = CALLS[place]
    query = "?seq=1" if place == "history" else ""
    address = f"/api/v1/shows/{slug}/{place.strip()}/{query}"
    return client.generic(
        method.upper(), address, json.dumps(body or {}), content_type="application/json"
    )
