import pytest

from livecommerce.errors import Invalid
from streams import lifecycle, log
from streams.models import Poll, PollVote, Show, Standing
from streams.talk import chat, moderation, polls
from streams.talk.names import Speaker
from tests.factories import make_show

pytestmark = pytest.mark.django_db
ANN, BOB, CAM = (Speaker(f"guest-{name}") for name in ("ann", "bob", "cam"))


def open_poll(show, options=("Sage", "Oat")) -> Poll:
    return polls.open(show, "Which glaze next?", options)


def facts(show):
    return [(fact["type"], fact["data"]) for fact in log.after(show, 0)]


def test_a_poll_is_told_as_everyone_sees_it():
    show = make_show()

    poll = polls.open(show, " Which   glaze\u202e next? ", ["Sage ", "Oat"])

    told = {"poll": poll.pk, "question": "Which glaze next?", "options": ["Sage", "Oat"]}
    assert facts(show) == [("poll.opened", told)]
    assert polls.current(show) == told | {"counts": [0, 0], "opened_at": log.stamp(poll.opened_at)}
    assert log.after(show, 0)[0]["at"] == log.stamp(poll.opened_at)


def test_without_a_poll_there_is_nothing_to_show_or_count():
    show = make_show()

    assert polls.current(show) is None
    assert polls.counts(show) == {}


def test_votes_are_counted_by_option():
    show = make_show()
    poll = open_poll(show, ["Sage", "Oat", "Rust"])

    for speaker, option in ((ANN, 2), (BOB, 0), (CAM, 2)):
        polls.vote(show, speaker, poll.pk, option)

    assert polls.counts(show) == {str(poll.pk): [1, 0, 2]}
    assert polls.current(show)["counts"] == [1, 0, 2]
    assert len(facts(show)) == 1  # a vote is a level, not a fact


def test_a_choice_may_be_changed_and_counts_once():
    show = make_show()
    poll = open_poll(show)

    for option in (0, 1, 1):
        polls.vote(show, ANN, poll.pk, option)

    assert polls.counts(show) == {str(poll.pk): [0, 1]}


def test_the_room_is_told_that_a_vote_came(django_capture_on_commit_callbacks):
    show = make_show()
    poll = open_poll(show)

    with django_capture_on_commit_callbacks() as news:
        polls.vote(show, ANN, poll.pk, 0)

    assert len(news) == 1


@pytest.mark.parametrize("option", [-1, 2, 2**63])
def test_an_option_that_the_poll_does_not_have_is_not_chosen(option):
    show = make_show()
    poll = open_poll(show)
    polls.vote(show, ANN, poll.pk, 1)

    with pytest.raises(Invalid) as refusal:
        polls.vote(show, ANN, poll.pk, option)

    assert refusal.value.field == "option"
    assert polls.counts(show) == {str(poll.pk): [0, 1]}


def test_a_poll_of_another_show_is_like_none():
    show, other = make_show(), make_show()
    poll = open_poll(other)

    refusals = []
    for wanted in (poll.pk, 2**40, 2**70, -1):
        with pytest.raises(Invalid) as refusal:
            polls.vote(show, ANN, wanted, 0)
        refusals.append(refusal.value.as_dict())

    assert all(refusal == refusals[0] for refusal in refusals)
    assert refusals[0]["field"] == "poll"
    assert not PollVote.objects.exists()


def test_closing_tells_the_counts_for_good():
    show = make_show()
    poll = open_poll(show)
    polls.vote(show, ANN, poll.pk, 1)

    polls.close(show)

    assert facts(show)[1:] == [("poll.closed", {"poll": poll.pk, "counts": [0, 1]})]
    poll.refresh_from_db()
    assert poll.status == Poll.Status.CLOSED
    assert log.after(show, 1)[0]["at"] == log.stamp(poll.closed_at)
    assert polls.current(show) is None
    assert polls.counts(show) == {}


def test_closing_when_none_is_open_changes_nothing():
    show = make_show()
    polls.close(show)
    open_poll(show)
    polls.close(show)

    polls.close(show)

    assert [type for type, _ in facts(show)] == ["poll.opened", "poll.closed"]


def test_the_end_of_the_show_closes_the_poll():
    show = make_show()
    poll = open_poll(show)
    polls.vote(show, ANN, poll.pk, 0)

    lifecycle.end(show)

    assert [type for type, _ in facts(show)] == ["poll.opened", "poll.closed", "show.ended"]
    assert facts(show)[1][1]["counts"] == [1, 0]
    with pytest.raises(polls.PollClosed):
        polls.vote(show, BOB, poll.pk, 0)


def test_a_closed_poll_takes_no_votes_and_no_changes():
    show = make_show()
    poll = open_poll(show)
    polls.vote(show, ANN, poll.pk, 1)
    polls.close(show)

    for speaker in (ANN, BOB):
        with pytest.raises(polls.PollClosed):
            polls.vote(show, speaker, poll.pk, 0)

    assert list(PollVote.objects.values_list("author", "option")) == [(ANN.author, 1)]


def test_one_poll_is_open_at_a_time():
    show = make_show()
    poll = open_poll(show)

    with pytest.raises(polls.PollOpen) as refusal:
        open_poll(show)

    assert refusal.value.code == "poll_open"
    assert list(Poll.objects.all()) == [poll]
    assert len(facts(show)) == 1


def test_after_one_is_closed_the_next_begins_at_nothing():
    show = make_show()
    first = open_poll(show)
    polls.vote(show, ANN, first.pk, 1)
    polls.close(show)

    second = open_poll(show)

    assert polls.counts(show) == {str(second.pk): [0, 0]}


def test_two_shows_can_ask_at_once():
    open_poll(make_show())
    open_poll(make_show())

    assert Poll.objects.filter(status=Poll.Status.OPEN).count() == 2


def test_a_poll_can_be_opened_before_the_show():
    show = make_show(status=Show.Status.SCHEDULED)

    assert polls.current(show) is None
    assert open_poll(show).status == Poll.Status.OPEN


@pytest.mark.parametrize("status", [Show.Status.ENDED, Show.Status.CANCELLED])
def test_no_poll_is_opened_when_the_show_is_over(status):
    show = make_show()
    Show.objects.filter(pk=show.pk).update(status=status)  # the caller's copy is old

    with pytest.raises(chat.ChatClosed):
        open_poll(show)

    assert not Poll.objects.exists()
    assert facts(show) == []


@pytest.mark.parametrize(
    ("question", "options", "field"),
    [
        ("", ["Sage", "Oat"], "question"),
        (" \u200b ", ["Sage", "Oat"], "question"),
        ("x" * 141, ["Sage", "Oat"], "question"),
        ("Which?", [], "options"),
        ("Which?", ["Sage"], "options"),
        ("Which?", list("abcdefg"), "options"),
        ("Which?", ["Sage", " "], "options"),
        ("Which?", ["Sage", "x" * 61], "options"),
        ("Which?", ["Sage", "Oat", "sage\u200b "], "options"),
    ],
)
def test_what_cannot_be_chosen_from_is_refused_with_its_field(question, options, field):
    show = make_show()

    with pytest.raises(Invalid) as refusal:
        polls.open(show, question, options)

    assert refusal.value.field == field
    assert not Poll.objects.exists()
    assert facts(show) == []


def test_the_longest_question_with_the_most_options_is_a_poll():
    show = make_show()
    options = [letter * 60 for letter in "abcdef"]

    poll = polls.open(show, "q" * 140, options)

    poll.refresh_from_db()
    assert (len(poll.question), poll.options) == (140, options)


def test_who_is_banned_votes_no_more():
    show = make_show()
    poll = polls.open(show, "Which?", ["Sage", "Oat"])
    Standing.objects.create(shop=show.shop, author=ANN.author, name="Ann", is_banned=True)

    with pytest.raises(moderation.Banned):
        polls.vote(show, ANN, poll.pk, 0)

    assert polls.counts(show) == {str(poll.pk): [0, 0]}
