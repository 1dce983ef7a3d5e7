import pytest

from livecommerce.errors import Invalid
from streams import log
from streams.models import Report, RoomEvent
from streams.talk import chat, moderation, pace, reports, review, standings
from tests.factories import make_show, make_staff

pytestmark = pytest.mark.django_db
ANN, BOB, EVE = (chat.Speaker(f"guest-{name}") for name in ("ann", "bob", "eve"))


@pytest.fixture
def show():
    return make_show()


@pytest.fixture
def tom(show):
    return make_staff("moderator", shop=show.shop)


def test_reports_are_gathered_by_message_for_those_who_moderate(show):
    seq = chat.say(show, EVE, "cheap watches", "Eve").seq

    for speaker, reason in ((ANN, "spam"), (BOB, "spam"), (BOB, "fraud"), (EVE, "other")):
        reports.report(show, speaker, seq, reason)

    first = Report.objects.get(author=ANN.author)
    assert reports.waiting(show) == [
        {
            "seq": seq,
            "name": "Eve",
            "text": "cheap watches",
            "reasons": {"spam": 2, "other": 1},
            "first_at": log.stamp(first.made_at),
        }
    ]
    public, private = (log.after(show, 1, for_staff=for_staff) for for_staff in (False, True))
    assert {fact["type"] for fact in public} == {"report.made"}
    assert all(fact["data"] == {"hidden": True} for fact in public)
    assert private[0]["data"] == {"seq": seq, "reason": "spam"}
    assert len(private) == 3


@pytest.mark.parametrize("seq", [0, 2, 3, 10**9])
def test_only_a_message_that_stands_is_reported(show, tom, seq):
    chat.say(show, EVE, "hello")
    chat.hide(show, chat.say(show, EVE, "rude").seq, tom)
    before = log.last_seq(show)

    with pytest.raises(Invalid) as refusal:
        reports.report(show, ANN, seq, "spam")

    assert refusal.value.field == "seq"
    assert not Report.objects.exists()
    assert log.last_seq(show) == before


def test_a_reason_is_one_of_the_list(show):
    seq = chat.say(show, EVE, "hello").seq

    with pytest.raises(Invalid) as refusal:
        reports.report(show, ANN, seq, "because")

    assert refusal.value.field == "reason"
    assert not Report.objects.exists()


def test_a_flood_of_reports_is_refused_across_the_shops_rooms(show):
    rooms = [show, make_show(shop=show.shop)]
    for number in range(reports.MOST):
        room = rooms[number % 2]
        speaker = chat.Speaker(f"guest-{number}")
        reports.report(room, ANN, chat.say(room, speaker, "hello").seq, "spam")
    seq = chat.say(show, EVE, "hello").seq

    with pytest.raises(pace.TooFast, match="wait"):
        reports.report(show, ANN, seq, "spam")
    reports.report(show, BOB, seq, "spam")

    assert Report.objects.count() == reports.MOST + 1


def test_who_is_banned_reports_nobody_who_is_muted_does(show, tom):
    said = RoomEvent.objects.get(seq=chat.say(show, EVE, "hello").seq)
    standings.mute(show, said, 5, tom)
    reports.report(show, EVE, said.seq, "other")
    standings.ban(show, said, tom)

    with pytest.raises(moderation.Banned):
        reports.report(show, EVE, said.seq, "other")

    assert Report.objects.count() == 1


def test_a_report_that_was_looked_at_waits_no_more_and_the_message_stays(show, tom):
    seq = chat.say(show, EVE, "hello").seq
    reports.report(show, ANN, seq, "spam")

    for _ in range(2):
        reports.settle(show, seq, tom)

    assert reports.waiting(show) == []
    assert [fact["data"]["action"] for fact in review.actions(show)] == ["settle"]
    assert not RoomEvent.objects.get(seq=seq).is_hidden


def test_the_same_person_cannot_open_a_settled_report_again_another_can(show, tom):
    seq = chat.say(show, EVE, "hello").seq
    reports.report(show, ANN, seq, "spam")
    reports.settle(show, seq, tom)

    reports.report(show, ANN, seq, "abuse")
    assert reports.waiting(show) == []

    reports.report(show, BOB, seq, "abuse")
    assert reports.waiting(show)[0]["reasons"] == {"abuse": 1}


def test_only_a_message_of_this_room_is_settled(show, tom):
    chat.say(other := make_show(), EVE, "hello")
    reports.report(other, ANN, 1, "spam")

    with pytest.raises(Invalid):
        reports.settle(show, 1, tom)

    assert len(reports.waiting(other)) == 1
