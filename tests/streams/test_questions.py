from datetime import timedelta

import pytest
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from livecommerce.states import StaleState
from streams import lifecycle, log
from streams.models import Question, QuestionVote, Room, RoomEvent, Show, Standing, WordList
from streams.talk import chat, moderation, pace, questions
from streams.talk.names import Speaker
from tests.factories import make_show, make_user
from tests.streams.asking import make_question

pytestmark = pytest.mark.django_db
Status = Question.Status
ANN, BOB = Speaker("guest-ann"), Speaker("guest-bob")
HOST = Speaker("user-1", "Hana Host", "host")
OVER = [Show.Status.ENDED, Show.Status.CANCELLED]


def facts(show):
    return [(fact["type"], fact["data"]) for fact in log.after(show, 0, for_staff=True)]


def over(show, status):
    """End the show behind the caller's back, whose copy of it stays as it is."""
    Show.objects.filter(pk=show.pk).update(status=status)


@pytest.fixture
def slow_show():
    show = make_show()
    Room.objects.update_or_create(show=show, defaults={"slow_seconds": 60})
    return show


# Asking


def test_a_question_is_told_as_everyone_sees_it():
    show = make_show()

    question = questions.ask(show, ANN, " Is it\u202e oven   safe? ", "Ann")

    said = {"question": question.pk, "name": "Ann", "text": "Is it oven safe?", "role": "guest"}
    assert facts(show) == [("question.asked", said)]
    assert questions.open_ones(show) == [
        said
        | {
            "status": "open",
            "votes": 0,
            "asked_at": log.after(show, 0)[0]["at"],
            "answering_at": None,
            "answered_at": None,
        }
    ]


def test_who_asked_is_known_to_us_and_told_to_nobody():
    show = make_show()

    question = questions.ask(show, ANN, "Oven safe?", "Ann")

    assert RoomEvent.objects.get().author == question.author == "guest-ann"
    assert "guest-ann" not in str([facts(show), questions.open_ones(show)])


def test_who_gives_no_name_asks_as_a_guest():
    assert questions.ask(make_show(), ANN, "Oven safe?").name == "Guest"


def test_staff_ask_under_their_own_name_and_part():
    show = make_show()

    questions.ask(show, HOST, "What would you like to see?", "Somebody else")
    questions.ask(show, ANN, "Oven safe?", "Ann")

    told = [(each["name"], each["role"]) for each in questions.open_ones(show)]
    assert told == [("Hana Host", "host"), ("Ann", "guest")]
    assert facts(show)[0][1]["role"] == "host"


@pytest.mark.parametrize(
    ("text", "name", "field"),
    [("", "Ann", "text"), (" \u200b", "Ann", "text"), ("x" * 301, "Ann", "text")]
    + [("Oven safe?", "x" * 31, "name"), ("Oven safe?", "\u202e", "name")],
)
def test_what_cannot_be_read_is_not_asked(text, name, field):
    show = make_show()

    with pytest.raises(Invalid) as refusal:
        questions.ask(show, ANN, text, name)

    assert refusal.value.field == field
    assert not Question.objects.exists()
    assert facts(show) == []


def test_a_guest_does_not_ask_under_the_shops_name():
    show = make_show()

    with pytest.raises(Invalid) as refusal:
        questions.ask(show, ANN, "Oven safe?", show.shop.name)

    assert refusal.value.field == "name"
    assert not Question.objects.exists()


def test_questions_can_be_asked_before_the_show():
    show = make_show(status=Show.Status.SCHEDULED)

    assert questions.ask(show, ANN, "Oven safe?").status == Status.OPEN


@pytest.mark.parametrize("status", OVER)
def test_nothing_is_asked_when_the_show_is_over(status):
    show = make_show()
    over(show, status)

    with pytest.raises(chat.ChatClosed) as refusal:
        questions.ask(show, ANN, "Oven safe?")

    assert refusal.value.code == "chat_closed"
    assert not Question.objects.exists()
    assert facts(show) == []


def test_three_questions_of_an_author_wait_and_no_fourth():
    show = make_show()
    for text in ("One?", "Two?", "Three?"):
        asked = questions.ask(show, ANN, text)
    questions.answer(asked)

    with pytest.raises(questions.TooManyQuestions) as refusal:
        questions.ask(show, ANN, "Four?", "Another name")

    assert refusal.value.code == "too_many_questions"
    assert show.questions.count() == 3
    assert "Four?" not in str(facts(show))


def test_slow_mode_counts_a_question_as_a_message(slow_show):
    questions.ask(slow_show, ANN, "Is it blue?")

    with pytest.raises(pace.TooFast):
        questions.ask(slow_show, ANN, "Is it green?")
    with pytest.raises(pace.TooFast):
        chat.say(slow_show, ANN, "or red?")
    questions.ask(slow_show, BOB, "Is it red?")
    questions.ask(slow_show, HOST, "Which one?")
    questions.ask(slow_show, HOST, "And why?")

    asked = [data["text"] for type, data in facts(slow_show) if type == "question.asked"]
    assert asked == ["Is it blue?", "Is it red?", "Which one?", "And why?"]
    assert not slow_show.events.filter(type="chat.posted").exists()


def test_a_refused_question_costs_no_turn_in_slow_mode(slow_show):
    WordList.objects.create(shop=slow_show.shop, words=["spam"])

    with pytest.raises(moderation.BlockedWord):
        questions.ask(slow_show, ANN, "spam?")

    assert questions.ask(slow_show, ANN, "Oven safe?").status == Status.OPEN


def test_others_other_rooms_and_what_is_answered_do_not_count_towards_the_three():
    show = make_show()
    for _ in range(3):
        make_question(show, author=ANN.author)
        make_question(author=BOB.author)
    done, hidden, *_ = show.questions.filter(author=ANN.author)

    questions.ask(show, BOB, "Mine?")
    questions.finish(done)
    questions.ask(show, ANN, "Four?")
    questions.hide(hidden, make_user())
    questions.ask(show, ANN, "Five?")

    assert show.questions.filter(author=ANN.author, status=Status.OPEN).count() == 3


def test_staff_may_ask_as_many_as_they_like():
    show = make_show()

    for number in range(questions.MAX_WAITING + chat.BURST):
        questions.ask(show, HOST, f"Number {number}?")

    assert show.questions.count() == questions.MAX_WAITING + chat.BURST


def test_a_flood_of_questions_is_stopped_like_one_of_messages():
    show = make_show()
    for number in range(chat.BURST):
        questions.finish(questions.ask(show, ANN, f"Number {number}?"))

    with pytest.raises(pace.TooFast):
        questions.ask(show, ANN, "And?")

    assert show.questions.count() == chat.BURST


@pytest.mark.parametrize(
    ("text", "name", "standing", "code"),
    [
        ("Oven safe?", "Ann", {"muted_until": timezone.now() + timedelta(hours=1)}, "muted"),
        ("Oven safe?", "Ann", {"is_banned": True}, "banned"),
        ("Is it a fake?", "Ann", {}, "blocked_word"),
        ("Oven safe?", "Fake Ann", {}, "blocked_word"),
        ("Seen evil.example.com?", "Ann", {}, "no_links"),
    ],
)
def test_a_question_is_judged_like_a_message(text, name, standing, code):
    show = make_show()
    Room.objects.create(show=show, no_links=True)
    WordList.objects.create(shop=show.shop, words=["fake"])
    Standing.objects.create(shop=show.shop, author=ANN.author, name="Ann", **standing)

    with pytest.raises(DomainError) as refusal:
        questions.ask(show, ANN, text, name)

    assert refusal.value.code == code
    assert not Question.objects.exists()
    assert facts(show) == []


def test_a_newcomers_question_waits_for_review_where_the_room_wants_it():
    show = make_show()
    Room.objects.create(show=show, holds_first=True)

    question = questions.ask(show, ANN, "Buy at evil.example?", "Ann")

    assert question.status == Status.HELD
    assert questions.open_ones(show) == []
    assert questions.votes(show) == {}
    [(type, told)] = facts(show)
    assert (type, told["text"]) == ("question.held", "Buy at evil.example?")
    assert "evil" not in str(log.after(show, 0))


# Voting


def test_a_vote_counts_once_per_author():
    show = make_show()
    question = make_question(show)

    for speaker in (ANN, ANN, BOB, ANN):
        questions.vote(show, speaker, question.pk)

    assert questions.votes(show) == {str(question.pk): 2}
    assert QuestionVote.objects.count() == 2
    assert facts(show) == []  # a vote is a level, not a fact


def test_who_asked_may_vote_for_it_too():
    show = make_show()
    question = questions.ask(show, ANN, "Oven safe?")

    questions.vote(show, ANN, question.pk)

    assert questions.votes(show) == {str(question.pk): 1}


def test_the_room_is_told_of_a_vote_that_counts(django_capture_on_commit_callbacks):
    show = make_show()
    question = make_question(show)

    with django_capture_on_commit_callbacks() as first:
        questions.vote(show, ANN, question.pk)
    with django_capture_on_commit_callbacks() as again:
        questions.vote(show, ANN, question.pk)

    assert (len(first), len(again)) == (1, 0)


def test_what_is_being_answered_can_be_voted_for():
    show = make_show()
    question = make_question(show, status=Status.ANSWERING)

    questions.vote(show, ANN, question.pk)

    assert questions.votes(show) == {str(question.pk): 1}


def test_what_is_answered_gets_no_more_votes_but_keeps_those_it_has():
    show = make_show()
    question = make_question(show)
    questions.vote(show, ANN, question.pk)
    questions.finish(question)

    questions.vote(show, ANN, question.pk)  # theirs is counted already
    with pytest.raises(StaleState):
        questions.vote(show, BOB, question.pk)

    question.refresh_from_db()
    assert question.votes == QuestionVote.objects.count() == 1
    assert questions.votes(show) == {}


def test_what_nobody_can_read_is_like_no_question():
    show = make_show()
    unreadable = [
        make_question(show, status=Status.HELD).pk,
        make_question(show, status=Status.HIDDEN).pk,
        make_question().pk,
        *(2**40, 2**70, -1),
    ]
    refusals = []

    for wanted in unreadable:
        with pytest.raises(Invalid) as refusal:
            questions.vote(show, ANN, wanted)
        refusals.append(refusal.value.as_dict())

    assert all(refusal == refusals[0] for refusal in refusals)
    assert refusals[0]["field"] == "question"
    assert not QuestionVote.objects.exists()


@pytest.mark.parametrize("status", OVER)
def test_nobody_votes_when_the_show_is_over(status):
    show = make_show()
    question = make_question(show)
    over(show, status)

    with pytest.raises(chat.ChatClosed):
        questions.vote(show, ANN, question.pk)

    assert not QuestionVote.objects.exists()


# Answering


def test_an_answer_begins_at_a_moment_that_the_log_knows():
    show = make_show()
    question = make_question(show)

    questions.answer(question)

    (fact,) = log.after(show, 0)
    question.refresh_from_db()
    assert question.status == Status.ANSWERING
    assert (fact["type"], fact["data"]) == ("question.answering", {"question": question.pk})
    assert fact["at"] == log.stamp(question.answering_at)
    assert question.answered_at is None


def test_what_was_being_answered_is_answered_when_the_next_begins():
    show = make_show()
    first, second = make_question(show), make_question(show)

    questions.answer(first)
    questions.answer(second)

    first.refresh_from_db()
    assert (first.status, second.status) == (Status.ANSWERED, Status.ANSWERING)
    assert first.answered_at == second.answering_at
    told = {"question": first.pk, "from": log.stamp(first.answering_at)}
    assert facts(show)[1:] == [
        ("question.answered", told),
        ("question.answering", {"question": second.pk}),
    ]


def test_the_answer_of_another_show_goes_on():
    elsewhere = make_question(status=Status.ANSWERING)

    questions.answer(make_question())

    elsewhere.refresh_from_db()
    assert elsewhere.status == Status.ANSWERING


def test_what_is_done_already_is_not_told_twice():
    show, moderator = make_show(), make_user()
    question = make_question(show, status=Status.HELD)
    verbs = [
        lambda: questions.approve(question, moderator),
        lambda: questions.answer(question),
        lambda: questions.finish(question),
        lambda: questions.reopen(question),
        lambda: questions.hide(question, moderator),
    ]

    for verb in verbs:
        verb()
        told = facts(show)
        verb()
        assert facts(show) == told


@pytest.mark.parametrize("status", [Status.HELD, Status.HIDDEN, Status.ANSWERED])
def test_what_does_not_wait_for_an_answer_is_not_answered(status):
    show = make_show()
    current, question = make_question(show), make_question(show, status=status)
    questions.answer(current)

    with pytest.raises(StaleState):
        questions.answer(question)

    current.refresh_from_db()
    assert current.status == Status.ANSWERING
    assert len(facts(show)) == 1


@pytest.mark.parametrize("status", OVER)
def test_no_answer_begins_when_the_show_is_over(status):
    show = make_show()
    question = make_question(show)
    over(show, status)

    with pytest.raises(chat.ChatClosed):
        questions.answer(question)

    assert not show.questions.filter(status=Status.ANSWERING).exists()
    assert facts(show) == []


def test_an_answer_that_was_never_on_is_found_at_the_moment_it_was_ticked_off():
    show = make_show()
    question = make_question(show)

    questions.finish(question)

    question.refresh_from_db()
    (fact,) = log.after(show, 0)
    assert fact["data"] == {"question": question.pk, "from": log.stamp(question.answered_at)}
    assert fact["at"] == log.stamp(question.answered_at) == log.stamp(question.answering_at)


@pytest.mark.parametrize("status", [Status.HELD, Status.HIDDEN])
def test_what_nobody_could_read_was_not_answered(status):
    question = make_question(status=status)

    with pytest.raises(StaleState):
        questions.finish(question)

    question.refresh_from_db()
    assert (question.status, question.answered_at) == (status, None)
    assert facts(question.show) == []


def test_a_question_answered_anew_is_found_at_the_new_moment():
    show = make_show()
    question = make_question(show, votes=3)
    questions.answer(question)
    first = question.answering_at
    questions.finish(question)

    questions.reopen(question)
    question.refresh_from_db()
    assert (question.status, question.answering_at, question.answered_at) == ("open", None, None)
    questions.answer(question)
    questions.finish(question)

    question.refresh_from_db()
    assert question.answering_at > first
    assert question.votes == 3
    assert [type.partition(".")[2] for type, _ in facts(show)] == (
        ["answering", "answered", "reopened", "answering", "answered"]
    )
    assert facts(show)[-1][1]["from"] == log.stamp(question.answering_at)


def test_an_answer_can_be_broken_off():
    question = make_question()
    questions.answer(question)

    questions.reopen(question)

    question.refresh_from_db()
    assert (question.status, question.answering_at) == (Status.OPEN, None)
    assert facts(question.show)[-1] == ("question.reopened", {"question": question.pk})


@pytest.mark.parametrize("status", [Status.HELD, Status.HIDDEN])
def test_reopening_brings_nothing_past_a_moderator(status):
    question = make_question(status=status)

    with pytest.raises(StaleState):
        questions.reopen(question)

    question.refresh_from_db()
    assert question.status == status
    assert facts(question.show) == []


def test_the_end_finishes_the_answer_that_is_on():
    show = make_show()
    question, other = make_question(show), make_question(show)
    questions.answer(question)
    end = timezone.now() + timedelta(seconds=5)

    lifecycle.end(show, at=end)
    questions.finish_current(show)

    question.refresh_from_db()
    other.refresh_from_db()
    assert (question.status, question.answered_at) == (Status.ANSWERED, end)
    assert other.status == Status.OPEN
    assert [type for type, _ in facts(show)] == [
        "question.answering",
        "question.answered",
        "show.ended",
    ]


# Reviewing


def test_a_hidden_question_is_gone_from_every_later_read():
    show, moderator = make_show(), make_user(first_name="Mo", last_name="Derator")
    question = questions.ask(show, ANN, "Rude words?", "Ann")
    other = questions.ask(show, BOB, "Oven safe?", "Bob")

    questions.hide(question, moderator)

    assert questions.open_ones(show) == [questions.shape(other)]
    assert "Rude" not in str(facts(show))
    assert facts(show) == [
        ("question.asked", {"hidden": True}),
        ("question.asked", facts(show)[1][1]),
        ("question.hidden", {"question": question.pk, "seq": 1}),
        (
            "mod.acted",
            {
                "action": "question.hide",
                "by": "Mo Derator",
                "name": "Ann",
                "question": question.pk,
            },
        ),
    ]
    assert facts(show)[1][1]["text"] == "Oven safe?"


def test_hiding_what_was_held_withholds_its_words_too():
    show = make_show()
    Room.objects.create(show=show, holds_first=True)
    question = questions.ask(show, ANN, "Rude words?", "Ann")

    questions.hide(question, make_user())

    assert "Rude" not in str(facts(show))


def test_hiding_what_is_on_leaves_no_answer_on():
    question = make_question()
    questions.answer(question)

    questions.hide(question, make_user())

    assert not Question.objects.filter(status=Status.ANSWERING).exists()


def test_who_looks_through_the_log_sees_that_a_moderator_acted_and_nothing_more():
    show = make_show()
    question = questions.ask(show, ANN, "Rude words?", "Ann")

    questions.hide(question, make_user(username="mo"))

    assert log.after(show, 0)[-1]["data"] == {"hidden": True}


def test_an_approved_question_is_asked_at_that_moment():
    show = make_show()
    Room.objects.create(show=show, holds_first=True)
    question = questions.ask(show, ANN, "Oven safe?", "Ann")

    questions.approve(question, make_user(username="mo"))

    held, asked, acted = log.after(show, 0, for_staff=True)
    assert asked["type"] == "question.asked"
    assert asked["data"] == held["data"] == log.after(show, 1)[0]["data"]
    assert acted["data"] == {
        "action": "question.approve",
        "by": "mo",
        "name": "Ann",
        "question": question.pk,
    }
    (shown,) = questions.open_ones(show)
    assert (shown["status"], shown["asked_at"]) == ("open", asked["at"])


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.ANSWERING, Status.ANSWERED])
def test_only_what_was_held_is_approved(status):
    question = make_question(status=status)

    with pytest.raises(StaleState):
        questions.approve(question, make_user())

    question.refresh_from_db()
    assert question.status == status
    assert facts(question.show) == []


# Showing


def test_a_room_shows_the_most_wanted_first_and_then_what_was_answered():
    show, now = make_show(), timezone.now()
    late = make_question(show, votes=2, asked_at=now)
    early = make_question(show, votes=2, asked_at=now - timedelta(minutes=1))
    wanted = make_question(show, votes=9)
    current = make_question(show, status=Status.ANSWERING)
    second, first = (
        make_question(show, status=Status.ANSWERED, answered_at=now - timedelta(minutes=ago))
        for ago in (1, 2)
    )
    make_question(show, status=Status.HELD)
    make_question(show, status=Status.HIDDEN)
    make_question()

    shown = [each["question"] for each in questions.open_ones(show)]

    assert shown == [each.pk for each in (current, wanted, early, late, first, second)]


def test_a_room_shows_no_more_than_fits_and_always_what_is_being_answered():
    show, now = make_show(), timezone.now()
    for number in range(questions.LISTED + 1):
        make_question(show, votes=number + 1)
        moment = now + timedelta(seconds=number)
        make_question(show, status=Status.ANSWERED, answered_at=moment, text=f"No. {number}")
    current = make_question(show, status=Status.ANSWERING)

    shown = questions.open_ones(show)

    assert len(shown) == 2 * questions.LISTED
    assert shown[0]["question"] == current.pk
    texts = [each["text"] for each in shown if each["status"] == "answered"]
    assert texts == [f"No. {number}" for number in range(1, questions.LISTED + 1)]


def test_of_very_many_questions_the_votes_of_the_most_wanted_are_told(monkeypatch):
    monkeypatch.setattr(questions, "COUNTED", 2)
    show = make_show()
    current, wanted, _ = (
        make_question(show, status=status, votes=votes)
        for status, votes in ((Status.ANSWERING, 0), (Status.OPEN, 9), (Status.OPEN, 8))
    )

    assert questions.votes(show) == {str(current.pk): 0, str(wanted.pk): 9}


def test_a_room_is_shown_in_as_many_queries_however_much_was_asked(django_assert_num_queries):
    show = make_show()
    for number in range(10):
        make_question(show, author=f"guest-{number}")

    with django_assert_num_queries(2):
        questions.open_ones(show)
    with django_assert_num_queries(1):
        questions.votes(show)


def test_who_is_banned_votes_no_more():
    show = make_show()
    question = questions.ask(show, BOB, "Oven safe?", "Bob")
    Standing.objects.create(shop=show.shop, author=ANN.author, name="Ann", is_banned=True)

    with pytest.raises(moderation.Banned):
        questions.vote(show, ANN, question.pk)

    assert questions.votes(show) == {str(question.pk): 0}
