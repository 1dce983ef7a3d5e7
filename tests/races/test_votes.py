import threading
import time

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from livecommerce.states import StaleState
from streams import lifecycle, log
from streams.models import Poll, PollVote, Question, QuestionVote
from streams.talk import chat, pace, polls, questions
from streams.talk.names import Speaker
from tests.factories import make_show
from tests.races.together import PATIENCE, Rendezvous, together
from tests.streams.asking import make_question

pytestmark = pytest.mark.django_db(transaction=True)
N = 8
ANN = Speaker("guest-ann")


def crowd():
    return iter([Speaker(f"guest-{number}") for number in range(100)])


def told(show, type):
    return [fact["data"] for fact in log.after(show, 0) if fact["type"] == type]


def test_who_looks_for_a_vote_and_counts_later_counts_it_often():
    """The control: everyone sees that Ann has not voted, and everyone counts her vote."""
    question, all_have_looked = make_question(), Rendezvous(N)

    def vote():
        has_voted = QuestionVote.objects.filter(question=question, author=ANN.author).exists()
        all_have_looked.wait()
        if not has_voted:
            Question.objects.filter(pk=question.pk).update(votes=F("votes") + 1)

    together(N, vote)

    assert questions.votes(question.show) == {str(question.pk): N}


def test_one_author_who_votes_from_many_sockets_at_once_counts_once():
    question = make_question()

    outcomes = together(N, lambda: questions.vote(question.show, ANN, question.pk))

    assert outcomes == [None] * N
    assert questions.votes(question.show) == {str(question.pk): 1}
    assert QuestionVote.objects.count() == 1


def test_everyone_who_votes_at_once_is_counted():
    question, voters = make_question(), crowd()

    outcomes = together(N, lambda: questions.vote(question.show, next(voters), question.pk))

    assert outcomes == [None] * N
    assert questions.votes(question.show) == {str(question.pk): N}


def test_votes_that_meet_the_end_of_an_answer_are_counted_or_refused():
    question, voters = make_question(), crowd()
    acts = iter(
        [lambda: questions.finish(question)]
        + [lambda: questions.vote(question.show, next(voters), question.pk)] * (N - 1)
    )

    outcomes = together(N, lambda: next(acts)())

    question.refresh_from_db()
    assert question.status == Question.Status.ANSWERED
    assert set(outcomes) <= {None, StaleState}
    assert question.votes == QuestionVote.objects.count() == outcomes.count(None) - 1


def test_two_hosts_who_look_first_both_answer_but_for_the_constraint():
    """The control: nothing is being answered, and everyone begins to answer."""
    show, all_have_looked = make_show(), Rendezvous(6)
    each = iter([make_question(show) for _ in range(6)])

    def answer():
        question = next(each)
        is_free = not show.questions.filter(status="answering").exists()
        all_have_looked.wait()
        if is_free:
            Question.objects.filter(pk=question.pk).update(status="answering")

    assert together(6, answer).count(IntegrityError) == 5


@pytest.mark.parametrize("has_room", [True, False])
def test_hosts_who_answer_different_questions_at_once_leave_one_on(has_room):
    show = make_show()
    each = iter([make_question(show) for _ in range(N)])
    if has_room:
        log.append(show, "show.started", {})

    outcomes = together(N, lambda: questions.answer(next(each)))

    assert outcomes == [None] * N
    current = show.questions.get(status="answering")
    assert show.questions.filter(status="answered").count() == N - 1
    facts = [(fact["type"], fact["data"]["question"]) for fact in log.after(show, int(has_room))]
    assert facts[-1] == ("question.answering", current.pk)
    assert [type for type, _ in facts] == (["question.answering", "question.answered"] * N)[:-1]
    # Each is answered before the next begins.
    assert [pk for _, pk in facts[:-1:2]] == [pk for _, pk in facts[1::2]]


def test_an_answer_that_many_begin_at_once_begins_once():
    show = make_show()
    question = make_question(show)

    outcomes = together(
        N, lambda: questions.answer(Question.objects.select_related("show").get(pk=question.pk))
    )

    assert outcomes == [None] * N
    assert len(log.after(show, 0)) == 1


def test_one_author_who_asks_from_many_sockets_at_once_has_three_waiting():
    show = make_show()

    outcomes = together(N, lambda: questions.ask(show, ANN, "Oven safe?").pk)

    waiting = set(show.questions.values_list("pk", flat=True))
    assert len(waiting) == questions.MAX_WAITING
    assert {outcome for outcome in outcomes if isinstance(outcome, int)} == waiting
    assert set(outcomes) - waiting <= {questions.TooManyQuestions, pace.TooFast}
    assert len(log.after(show, 0)) == questions.MAX_WAITING


def test_who_counts_first_and_closes_later_leaves_votes_uncounted():
    """The control: the votes are counted, more come, and then the poll is closed."""
    show, all_have_looked = make_show(), Rendezvous(N)
    poll, voters = polls.open(show, "Which?", ["Sage", "Oat"]), crowd()
    frozen = []

    def close():
        counted = polls.counts(show)[str(poll.pk)]
        all_have_looked.wait()
        Poll.objects.filter(pk=poll.pk).update(status="closed")
        frozen.append(counted)

    def vote():
        is_open = Poll.objects.filter(pk=poll.pk, status="open").exists()
        all_have_looked.wait()
        if is_open:
            PollVote.objects.create(poll=poll, author=next(voters).author, option=0)

    acts = iter([close] + [vote] * (N - 1))
    together(N, lambda: next(acts)())

    assert frozen == [[0, 0]]
    assert PollVote.objects.count() == N - 1


def test_the_counts_that_are_told_at_the_close_are_the_votes_there_are():
    for turn in range(4):
        show = make_show()
        poll, voters = polls.open(show, "Which?", ["Sage", "Oat"]), crowd()
        acts = [lambda: polls.vote(show, next(voters), poll.pk, 1)] * (N - 1)  # noqa: B023
        acts.insert(2 * turn, lambda: polls.close(show))  # noqa: B023
        turns = iter(acts)

        outcomes = together(N, lambda: next(turns)())  # noqa: B023

        counted = PollVote.objects.filter(poll=poll).count()
        assert told(show, "poll.closed") == [{"poll": poll.pk, "counts": [0, counted]}]
        assert counted == outcomes.count(None) - 1
        assert outcomes.count(polls.PollClosed) == N - 1 - counted


def test_closing_waits_for_a_vote_under_way_and_counts_it():
    """The rival at the worst moment: a vote is written but not committed while the poll closes."""
    show, is_written = make_show(), threading.Event()
    poll = polls.open(show, "Which?", ["Sage", "Oat"])

    def vote():
        with transaction.atomic():
            polls.vote(show, ANN, poll.pk, 1)
            is_written.set()
            time.sleep(0.3)  # more than closing takes that does not wait

    def close():
        is_written.wait(PATIENCE)
        polls.close(show)

    acts = iter([vote, close])

    assert together(2, lambda: next(acts)()) == [None, None]
    assert told(show, "poll.closed") == [{"poll": poll.pk, "counts": [0, 1]}]


def test_one_author_who_chooses_from_many_sockets_at_once_counts_once():
    show = make_show()
    poll, options = polls.open(show, "Which?", ["Sage", "Oat"]), iter([0, 1] * N)

    outcomes = together(N, lambda: polls.vote(show, ANN, poll.pk, next(options)))

    assert outcomes == [None] * N
    assert sum(polls.counts(show)[str(poll.pk)]) == PollVote.objects.count() == 1


def test_polls_opened_at_once_leave_one_open():
    show = make_show()

    outcomes = together(N, lambda: polls.open(show, "Which?", ["Sage", "Oat"]).pk)

    assert outcomes.count(polls.PollOpen) == N - 1
    assert [data["poll"] for data in told(show, "poll.opened")] == [Poll.objects.get().pk]


def test_a_poll_that_many_close_at_once_is_closed_once():
    show = make_show()
    polls.open(show, "Which?", ["Sage", "Oat"])

    assert together(N, lambda: polls.close(show)) == [None] * N

    assert len(told(show, "poll.closed")) == 1


@pytest.mark.parametrize("turn", range(4))
def test_the_moment_of_the_end_leaves_no_poll_open_and_no_answer_on(turn):
    show = make_show()
    question, voters = make_question(show), crowd()
    poll = polls.open(show, "Which?", ["Sage", "Oat"])
    acts = [
        lambda: lifecycle.end(show),
        lambda: questions.answer(question),
        lambda: polls.vote(show, next(voters), poll.pk, 0),
        lambda: questions.vote(show, next(voters), question.pk),
    ]
    turns = iter(acts[turn:] + acts[:turn])

    outcomes = together(4, lambda: next(turns)())

    assert set(outcomes) <= {None, chat.ChatClosed, polls.PollClosed, StaleState}
    assert not Poll.objects.filter(status="open").exists()
    assert not Question.objects.filter(status="answering").exists()
    assert log.after(show, 0)[-1]["type"] == "show.ended"
    assert told(show, "poll.closed")[0]["counts"] == [PollVote.objects.count(), 0]
    question.refresh_from_db()
    assert question.votes == QuestionVote.objects.count()
