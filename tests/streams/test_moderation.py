from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as some

from livecommerce.errors import DomainError, Invalid
from shops.models import Member
from streams import log
from streams.models import Question, Room, RoomEvent, Standing, WordList
from streams.talk import chat, moderation, review, standings
from tests.factories import make_shop, make_show, make_staff

pytestmark = pytest.mark.django_db
ANN, BOB = chat.Speaker("guest-ann"), chat.Speaker("guest-bob")
HOST = chat.Speaker("user-1", "Mira", "host")


@pytest.fixture
def show():
    return make_show(shop=make_shop(name="Claymoor"))


@pytest.fixture
def tom(show):
    return make_staff(Member.Role.MODERATOR, shop=show.shop, first_name="Tom", last_name="Okafor")


@pytest.fixture
def heard(monkeypatch):
    """What open sockets are told apart from the log: [(group, author, standing)]."""
    news = []
    monkeypatch.setattr(
        standings,
        "publish",
        lambda group, message: news.append((group, message["author"], message["standing"])),
    )
    return news


def message(show, speaker=BOB, text="rude", name="Bob") -> RoomEvent:
    return RoomEvent.objects.get(show=show, seq=chat.say(show, speaker, text, name).seq)


def types(show) -> list[str]:
    return [fact["type"] for fact in log.after(show, 0)]


def acts(show) -> list[dict]:
    return [fact["data"] for fact in review.actions(show)]


# ---- mute, ban, restore


def test_who_is_muted_reads_on_and_says_nothing_until_the_time_is_up(show, tom):
    standings.mute(show, message(show), 10, tom)

    with pytest.raises(moderation.Muted) as refusal:
        chat.say(show, BOB, "hello", "Robert")
    assert (
        refusal.value.as_dict()["until"]
        == moderation.standing_of(show.shop_id, BOB.author)["muted_until"]
    )
    assert types(show) == ["chat.posted", "mod.acted"]
    chat.say(show, ANN, "hello")
    Standing.objects.update(muted_until=timezone.now() - timedelta(seconds=1))
    chat.say(show, BOB, "sorry", "Robert")


def test_a_mute_is_told_with_its_end(show, tom):
    said = message(show)

    standings.mute(show, said, 10, tom)

    [act] = acts(show)
    until = Standing.objects.get().muted_until
    assert act == {
        "action": "mute",
        "by": "Tom Okafor",
        "name": "Bob",
        "seq": said.seq,
        "until": log.stamp(until),
    }
    assert abs(until - timezone.now() - timedelta(minutes=10)) < timedelta(seconds=5)


def test_two_moderators_who_mute_at_once_mute_once(show, tom):
    said, other = message(show), make_staff(Member.Role.HOST, shop=show.shop)

    standings.mute(show, said, 10, tom)
    standings.mute(show, said, 10, other)

    assert len(acts(show)) == 1


def test_the_last_word_on_how_long_counts(show, tom):
    said = message(show)

    standings.mute(show, said, 60, tom)
    standings.mute(show, said, 5, tom)

    assert len(acts(show)) == 2
    assert Standing.objects.get().muted_until < timezone.now() + timedelta(minutes=6)


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_a_mute_has_a_sane_length(show, tom, minutes):
    said = message(show)

    with pytest.raises(Invalid):
        standings.mute(show, said, minutes, tom)

    assert not Standing.objects.exists()
    assert acts(show) == []


def test_a_ban_holds_in_every_room_of_the_shop_under_every_name(show, tom):
    other = make_show(shop=show.shop)
    elsewhere = make_show()

    standings.ban(show, message(show), tom)

    for room, name in ((show, "Bob"), (show, "Somebody else"), (other, "")):
        with pytest.raises(moderation.Banned):
            chat.say(room, BOB, "hello", name)
    assert types(other) == []
    chat.say(elsewhere, BOB, "hello")


def test_a_second_ban_is_no_error_and_no_second_fact(show, tom):
    said = message(show)

    for _ in range(2):
        standings.ban(show, said, tom)

    assert [act["action"] for act in acts(show)] == ["ban"]


def test_a_ban_can_take_everything_off_the_screens_of_open_rooms(show, tom):
    early, over = make_show(shop=show.shop, status="scheduled"), make_show(shop=show.shop)
    foreign = make_show()
    said = message(show)
    for room in (show, early, over, foreign):
        chat.say(room, BOB, "more")
        chat.say(room, ANN, "hello")
    over.status = "ended"
    over.save()
    chat.pin(show, said.seq, tom)

    for _ in range(2):
        standings.ban(show, said, tom, hide_all=True)

    gone = RoomEvent.objects.filter(is_hidden=True, type="chat.posted")
    assert {(event.show_id, event.author) for event in gone} == {
        (show.pk, BOB.author),
        (early.pk, BOB.author),
    }
    hidden = [fact["data"]["seq"] for fact in log.after(show, 0) if fact["type"] == "chat.hidden"]
    assert hidden == [1, 2]
    assert types(early) == ["chat.posted", "chat.posted", "chat.hidden", "mod.acted"]
    assert "chat.unpinned" in types(show)
    assert Room.objects.get(show=show).pinned is None
    assert [act["action"] for act in acts(show)] == ["pin_message", "ban"]


def test_a_ban_that_hides_refuses_what_waits_for_review_too(show, tom):
    moderation.set_rules(show, tom, holds_first=True)
    waiting = chat.say(show, BOB, "rude", "Bob")
    event = RoomEvent.objects.get(seq=waiting.seq)

    standings.ban(show, event, tom, hide_all=True)

    assert review.held(show) == []
    assert "chat.refused" in types(show)


def test_somebody_can_be_banned_for_a_question_or_for_what_is_hidden_already(show, tom):
    question = Question.objects.create(
        show=show, author=ANN.author, name="Ann", text="rude?", asked_at=timezone.now()
    )
    said = message(show)
    chat.hide(show, said.seq, tom)

    standings.ban(show, question, tom)
    standings.ban(show, said, tom)

    assert [(act["action"], act.get("question"), act.get("seq")) for act in acts(show)] == [
        ("hide", None, said.seq),
        ("ban", question.pk, None),
        ("ban", None, said.seq),
    ]
    assert set(moderation.standings(show.shop_id)) == {ANN.author, BOB.author}


@pytest.mark.parametrize("role", Member.Role.values)
def test_nobody_of_the_shop_is_muted_or_banned(show, tom, role):
    user = make_staff(role, shop=show.shop)
    said = message(show, chat.Speaker(f"user-{user.pk}", "Mira", "host"))

    for act in (
        lambda: standings.mute(show, said, 5, tom),
        lambda: standings.ban(show, said, tom, hide_all=True),
    ):
        with pytest.raises(standings.NotAllowed) as refusal:
            act()
        assert refusal.value.code == "not_allowed"

    assert not Standing.objects.exists()
    assert types(show) == ["chat.posted"]


def test_who_has_left_the_shop_can_be_banned(show, tom):
    gone = make_staff(shop=make_shop())

    standings.ban(show, message(show, chat.Speaker(f"user-{gone.pk}", "Mira")), tom)

    assert moderation.standing_of(show.shop_id, f"user-{gone.pk}")["is_banned"]


def test_who_is_restored_may_speak_again(show, tom):
    said = message(show)
    standings.mute(show, said, 5, tom)
    standings.ban(show, said, tom)
    number = Standing.objects.get().pk

    for _ in range(2):
        standings.restore(show, number, tom)

    assert [act["action"] for act in acts(show)] == ["mute", "ban", "unban", "unmute"]
    assert moderation.standings(show.shop_id) == {}
    chat.say(show, BOB, "thank you")


def test_another_shops_standing_is_restored_like_none(show, tom):
    other = make_show()
    standings.ban(other, message(other), make_staff(shop=other.shop))
    theirs = Standing.objects.get()

    for number in (theirs.pk, 10**9):
        with pytest.raises(Invalid):
            standings.restore(show, number, tom)

    theirs.refresh_from_db()
    assert theirs.is_banned
    assert types(show) == []


def test_open_pages_hear_at_once_in_every_open_room_what_they_may_do(show, tom, heard):
    early = make_show(shop=show.shop, status="scheduled")
    make_show(shop=show.shop, status="ended")
    said = message(show)

    standings.ban(show, said, tom)
    standings.restore(show, Standing.objects.get().pk, tom)

    banned = {"muted_until": None, "is_banned": True}
    fine = {"muted_until": None, "is_banned": False}
    rooms = [log.group(show.pk), log.group(early.pk)]
    assert heard == [(room, BOB.author, standing) for standing in (banned, fine) for room in rooms]


def test_only_what_still_holds_is_held_against_anybody(show, tom):
    said = message(show)
    standings.mute(show, said, 5, tom)
    Standing.objects.update(muted_until=timezone.now() - timedelta(seconds=1))

    assert moderation.standings(show.shop_id) == {}
    assert moderation.standing_of(show.shop_id, BOB.author) == {
        "muted_until": None,
        "is_banned": False,
    }
    assert moderation.standing_of(show.shop_id, "guest-nobody") == {
        "muted_until": None,
        "is_banned": False,
    }


# ---- rules and words


def test_rules_are_told_to_everyone_and_the_change_to_staff(show, tom):
    answered = moderation.set_rules(show, tom, slow_seconds=10)
    again = moderation.set_rules(show, tom, slow_seconds=10)

    rules = {"slow_seconds": 10, "no_links": False, "holds_first": False}
    assert answered == again == moderation.rules(show) == rules
    [changed, _] = log.after(show, 0)
    assert (changed["type"], changed["data"]) == ("rules.changed", rules)
    assert acts(show) == [{"action": "rules", "by": "Tom Okafor", "rules": {"slow_seconds": 10}}]


@pytest.mark.parametrize("seconds", [-1, 601])
def test_slow_mode_has_its_limits(show, tom, seconds):
    with pytest.raises(Invalid):
        moderation.set_rules(show, tom, slow_seconds=seconds)

    assert types(show) == []


def test_setting_rules_leaves_the_number_of_the_log_alone(show, tom):
    chat.say(show, ANN, "hello")

    moderation.set_rules(show, tom, no_links=True)

    assert Room.objects.get().last_seq == 3


def test_links_are_refused_from_guests_where_they_are_off(show, tom):
    moderation.set_rules(show, tom, no_links=True)

    for text, name, field in (("see example.com", "", "text"), ("hi", "example.com", "name")):
        with pytest.raises(moderation.NoLinks) as refusal:
            chat.say(show, ANN, text, name)
        assert (refusal.value.code, refusal.value.field) == ("no_links", field)
    chat.say(show, ANN, "it costs 3.50, e.g. the blue one")
    chat.say(show, HOST, "see example.com")

    assert types(show).count("chat.posted") == 2


def test_a_word_of_the_list_is_said_in_no_room_of_the_shop(show, tom):
    moderation.set_words(show, ["Spam"], tom)
    other, elsewhere = make_show(shop=show.shop), make_show()

    for room in (show, other):
        for text, name in (("s.p.a.m here", ""), ("hello", "ѕрам")):
            with pytest.raises(moderation.BlockedWord):
                chat.say(room, ANN, text, name)
    chat.say(elsewhere, ANN, "spam")
    chat.say(show, ANN, "a spammer?")
    chat.say(show, HOST, "no spam please")

    assert types(show).count("chat.posted") == 2
    assert types(other) == []


def test_the_list_is_kept_tidy_and_every_change_is_known(show, tom):
    moderation.set_words(show, ["spam", " buy  now ", "spam"], tom)
    kept = moderation.set_words(show, ["spam", "fake"], tom)
    moderation.set_words(show, ["fake", "spam"], tom)

    assert kept == ["spam", "fake"]
    assert WordList.objects.get().words == ["spam", "fake"]
    assert [act["words"] for act in acts(show)] == [
        {"added": ["spam", "buy now"], "removed": []},
        {"added": ["fake"], "removed": ["buy now"]},
    ]


@pytest.mark.parametrize("words", [["x"] * 201, ["x" * 41], [""], ["…"], ["\u200d"]])
def test_a_list_that_cannot_be_used_is_refused(show, tom, words):
    moderation.set_words(show, ["spam"], tom)

    with pytest.raises(Invalid) as refusal:
        moderation.set_words(show, words, tom)

    assert refusal.value.field == "words"
    assert WordList.objects.get().words == ["spam"]
    assert len(acts(show)) == 1


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(some.text(max_size=60), some.sampled_from(["host", "moderator"]))
def test_staff_are_never_judged(text, role):
    banned = Standing(is_banned=True, muted_until=timezone.now() + timedelta(days=1))
    house = moderation.House(
        Room(no_links=True, holds_first=True), {"user-1": banned}, [text, "spam"], frozenset()
    )

    speaker = chat.Speaker("user-1", "Mira", role)

    assert moderation.judge(house, speaker, f"{text} spam example.com") is False


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(some.text(max_size=300), some.lists(some.text(min_size=1, max_size=40), max_size=20))
def test_whatever_is_said_is_let_through_or_refused_and_nothing_breaks(text, words):
    house = moderation.House(Room(no_links=True), {}, words, frozenset())
    with suppress(moderation.NoLinks, moderation.BlockedWord):
        assert moderation.judge(house, ANN, text, text) is False


# ---- review


def test_a_newcomers_first_words_wait_and_only_staff_can_read_them(show, tom):
    moderation.set_rules(show, tom, holds_first=True)

    held = chat.say(show, ANN, "hello", "Ann")
    staff = chat.say(show, HOST, "Welcome")

    assert (held.is_held, staff.is_held) == (True, False)
    public, private = (log.after(show, 2, for_staff=for_staff)[0] for for_staff in (False, True))
    assert (public["type"], public["data"]) == ("chat.held", {"hidden": True})
    assert private["data"] == {"name": "Ann", "text": "hello", "role": "guest"}
    assert review.held(show) == [private]


def test_what_is_approved_is_said_now_and_its_author_is_no_newcomer_any_more(show, tom):
    moderation.set_rules(show, tom, holds_first=True)
    first = chat.say(show, HOST, "Welcome").seq
    held = chat.say(show, ANN, "hello", "Ann", reply_to=first).seq

    for _ in range(2):
        review.approve(show, held, tom)

    posted = RoomEvent.objects.get(type="chat.posted", author=ANN.author)
    quote = {"seq": first, "name": "Mira", "text": "Welcome"}
    assert posted.data == {"name": "Ann", "text": "hello", "role": "guest", "reply": quote}
    assert review.held(show) == []
    assert [act["action"] for act in acts(show)] == ["rules", "approve"]
    assert not chat.say(show, ANN, "and again", "Ann").is_held
    assert not chat.say(make_show(shop=show.shop), ANN, "hello").is_held


def test_what_is_refused_is_never_read(show, tom):
    moderation.set_rules(show, tom, holds_first=True)
    held = chat.say(show, ANN, "rude", "Ann").seq

    for _ in range(2):
        review.refuse(show, held, tom)

    facts = log.after(show, held - 1, for_staff=True)
    assert [(fact["type"], fact["data"].get("action")) for fact in facts] == [
        ("chat.held", None),
        ("chat.refused", None),
        ("mod.acted", "refuse"),
    ]
    assert "rude" not in str(facts)
    assert chat.say(show, ANN, "please", "Ann").is_held


@pytest.mark.parametrize(
    ("first", "then"), [(review.approve, review.refuse), (review.refuse, review.approve)]
)
def test_of_two_who_decide_differently_one_wins_and_the_other_is_told(show, tom, first, then):
    moderation.set_rules(show, tom, holds_first=True)
    held = chat.say(show, ANN, "hello", "Ann").seq
    first(show, held, tom)
    before = types(show)

    with pytest.raises(DomainError) as refusal:
        then(show, held, tom)

    assert refusal.value.code == "stale_state"
    assert types(show) == before


def test_what_waits_when_the_show_ends_is_not_posted_any_more(show, tom):
    moderation.set_rules(show, tom, holds_first=True)
    held = chat.say(show, ANN, "hello", "Ann").seq
    show.status = "ended"
    show.save()

    with pytest.raises(chat.ChatClosed):
        review.approve(show, held, tom)

    assert len(review.held(show)) == 1
    review.refuse(show, held, tom)


def test_who_could_speak_while_nothing_was_held_is_known(show, tom):
    chat.say(show, ANN, "hello")
    chat.hide(show, chat.say(show, BOB, "rude").seq, tom)
    moderation.set_rules(show, tom, holds_first=True)

    assert not chat.say(show, ANN, "me again").is_held
    assert chat.say(show, BOB, "me too").is_held


def test_questions_are_judged_by_the_same_rules(show, tom):
    moderation.set_words(show, ["spam"], tom)
    assert moderation.may_speak(show, ANN, "how tall?") is False
    moderation.set_rules(show, tom, holds_first=True)
    assert moderation.may_speak(show, ANN, "how tall?") is True
    assert moderation.may_speak(show, HOST, "spam") is False
    with pytest.raises(moderation.BlockedWord):
        moderation.may_speak(show, ANN, "spam?")


# ---- history


def test_a_history_is_all_they_said_in_the_shops_rooms_and_what_was_done(show, tom):
    other, elsewhere = make_show(shop=show.shop), make_show()
    said = message(show, text="one", name="Bob")
    chat.say(other, BOB, "two", "Robert")
    chat.say(elsewhere, BOB, "three", "Bert")
    chat.say(show, ANN, "hello", "Ann")
    chat.hide(show, said.seq, tom)
    standings.mute(show, said, 5, tom)

    past = review.history(show, BOB.author)

    assert past["names"] == ["Robert", "Bob"]
    assert [
        (entry["show"], entry["data"]["text"], entry["is_hidden"]) for entry in past["messages"]
    ] == [(show.slug, "one", True), (other.slug, "two", False)]
    assert [entry["data"]["action"] for entry in past["actions"]] == ["hide", "mute"]
    assert past["standing"]["muted_until"]
    assert BOB.author not in str(past)


def test_an_approved_message_stands_once_in_a_history(show, tom):
    moderation.set_rules(show, tom, holds_first=True)
    review.approve(show, chat.say(show, ANN, "hello", "Ann").seq, tom)
    review.refuse(show, chat.say(show, BOB, "rude", "Bob").seq, tom)

    hers, his = (review.history(show, author)["messages"] for author in (ANN.author, BOB.author))

    assert [(entry["type"], entry["is_hidden"]) for entry in hers] == [("chat.posted", False)]
    assert [(entry["type"], entry["data"]["text"]) for entry in his] == [("chat.held", "rude")]
