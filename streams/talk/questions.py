"""What viewers ask apart from the chat, voted up by others, answered at a moment of the show.

The only writer of Question and QuestionVote.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from livecommerce.states import StaleState, advance
from shops.models import User
from streams import log
from streams.log import Entry
from streams.models import Question, QuestionVote, RoomEvent, Show
from streams.talk import chat, letters, moderation, names
from streams.talk.names import Speaker

MAX_WAITING = 3  # questions of one author that nobody has answered yet
LISTED = 50  # of the open ones, and of the answered ones
COUNTED = 500  # of the open ones, whose votes are told: a snapshot stays small
Status = Question.Status
WAITING = (Status.HELD, Status.OPEN, Status.ANSWERING)
VOTABLE = (Status.OPEN, Status.ANSWERING)
READABLE = (Status.OPEN, Status.ANSWERING, Status.ANSWERED)


class TooManyQuestions(DomainError):
    code = "too_many_questions"


@transaction.atomic
def ask(
    show: Show, speaker: Speaker, text: str, name: str = "", *, at: datetime | None = None
) -> Question:
    """Put a question to the host. It may be HELD: then only those who moderate can read it."""
    text = letters.clean(text, chat.MAX_TEXT, "text")
    name = names.choose(show, speaker, name)
    chat.slow_down(show, speaker)
    with chat.turn(show, speaker):
        return _ask(show, speaker, text, name, at)


def vote(show: Show, speaker: Speaker, question_id: int) -> None:
    """Ask the same. Once per author: asking again changes nothing and is no error."""
    moderation.refuse_if_banned(show, speaker)
    question = show.questions.filter(pk=question_id, status__in=READABLE).first()
    if question is None:
        raise Invalid("There is no such question.", field="question")
    chat.refuse_unless_on(show)
    try:
        with transaction.atomic():
            QuestionVote.objects.create(question=question, author=speaker.author)
            waiting = Question.objects.filter(pk=question.pk, status__in=VOTABLE)
            if not waiting.update(votes=F("votes") + 1):
                raise StaleState("This question is answered.")
            log.ring(show.pk)
    except IntegrityError:  # one_vote_per_question: theirs is counted already
        return


@transaction.atomic
def answer(question: Question, *, at: datetime | None = None) -> None:
    """The host begins to answer it; the one before it is answered by that."""
    show = question.show
    log.lock(show)
    chat.refuse_unless_on(show)
    if _is_already(question, Status.ANSWERING):
        return
    now = at or timezone.now()
    entries = _finish_current(show, now)
    advance(question, Status.ANSWERING, answering_at=now, answered_at=None)
    entries.append(Entry("question.answering", {"question": question.pk}, at=now))
    log.append_all(show, entries)


@transaction.atomic
def finish(question: Question, *, at: datetime | None = None) -> None:
    """It is answered; said without ever being on, it was answered at this moment."""
    log.lock(question.show)
    if _is_already(question, Status.ANSWERED):
        return
    _refuse_unless(question, *VOTABLE)
    log.append_all(question.show, [_finish(question, at or timezone.now())])


@transaction.atomic
def finish_current(show: Show, *, at: datetime | None = None) -> None:
    """Whatever is being answered is answered. Nothing is: nothing happens."""
    log.lock(show)
    log.append_all(show, _finish_current(show, at or timezone.now()))


@transaction.atomic
def reopen(question: Question) -> None:
    """It was not answered after all: it waits again, with its votes."""
    log.lock(question.show)
    if _is_already(question, Status.OPEN):
        return
    _refuse_unless(question, Status.ANSWERING, Status.ANSWERED)
    advance(question, Status.OPEN, answering_at=None, answered_at=None)
    log.append(question.show, "question.reopened", {"question": question.pk})


@transaction.atomic
def hide(question: Question, by: User) -> None:
    """Take it off every screen and its words out of the log; twice is no second fact."""
    show = question.show
    log.lock(show)
    if not _is_already(question, Status.HIDDEN):
        log.append_all(show, [*_hide(question), _acted("question.hide", question, by)])


@transaction.atomic
def approve(question: Question, by: User) -> None:
    """Let everyone read what waited for review. For them it is asked now."""
    log.lock(question.show)
    if _is_already(question, Status.OPEN):
        return
    _refuse_unless(question, Status.HELD)
    now = timezone.now()
    advance(question, Status.OPEN, asked_at=now)
    asked = Entry("question.asked", _told(question), question.author, at=now)
    log.append_all(question.show, [asked, _acted("question.approve", question, by)])


def shape(question: Question, role: str = "guest") -> dict:
    """The question as it travels; never who asked it but for the name they gave."""
    return {
        **_told(question, role),
        "status": question.status,
        "votes": question.votes,
        "asked_at": log.stamp(question.asked_at),
        "answering_at": log.stamp(question.answering_at),
        "answered_at": log.stamp(question.answered_at),
    }


def open_ones(show: Show) -> list[dict]:
    """What a room shows: the open ones, most wanted first, then the last that were answered."""
    # "answering" sorts before "open": the one on air is never cut off.
    waiting = show.questions.filter(status__in=VOTABLE).order_by("status", "-votes", "asked_at")
    answered = show.questions.filter(status=Status.ANSWERED).order_by("-answered_at")
    rows = [*waiting[:LISTED], *reversed(answered[:LISTED])]
    roles = _roles(show, rows)
    return [shape(question, roles.get(question.pk, "guest")) for question in rows]


def votes(show: Show) -> dict[str, int]:
    """{question id: votes} of those that can be voted for, of very many the most wanted."""
    rows = show.questions.filter(status__in=VOTABLE).order_by("status", "-votes", "-pk")
    return {str(pk): count for pk, count in rows.values_list("pk", "votes")[:COUNTED]}


def _ask(show: Show, speaker: Speaker, text: str, name: str, at: datetime | None) -> Question:
    log.lock(show)
    chat.refuse_unless_on(show)
    waiting = show.questions.filter(author=speaker.author, status__in=WAITING)
    if not speaker.is_staff and waiting.count() >= MAX_WAITING:
        raise TooManyQuestions(f"{MAX_WAITING} of your questions are waiting for an answer.")
    is_held = moderation.may_speak(show, speaker, text, name)
    question = Question.objects.create(
        show=show,
        author=speaker.author,
        name=name,
        text=text,
        status=Status.HELD if is_held else Status.OPEN,
        asked_at=at or timezone.now(),
    )
    type = "question.held" if is_held else "question.asked"
    told = _told(question, speaker.role)
    log.append(show, type, told, author=speaker.author, at=question.asked_at)
    return question


def _told(question: Question, role: str = "guest") -> dict:
    return {
        "question": question.pk,
        "name": question.name,
        "text": question.text,
        "role": role,
    }


def _roles(show: Show, rows: list[Question]) -> dict[int, str]:
    """The part in which staff asked, by question; the log keeps it, and hardly ever is any."""
    staff = {row.author for row in rows if row.author.startswith("user-")}
    if not staff:
        return {}
    asked = RoomEvent.objects.filter(show=show, type="question.asked", author__in=staff)
    return {data["question"]: data["role"] for data in asked.values_list("data", flat=True)}


def _is_already(question: Question, status: str) -> bool:
    """Read the row anew, under the room's lock; is it where it is wanted?"""
    question.refresh_from_db(fields=["status", "votes", "answering_at", "answered_at"])
    return question.status == status


def _refuse_unless(question: Question, *statuses: str) -> None:
    if question.status not in statuses:
        raise StaleState(f"This question is {question.status}.")


def _finish_current(show: Show, now: datetime) -> list[Entry]:
    rows = show.questions.filter(status=Status.ANSWERING)
    return [_finish(question, now) for question in rows]


def _finish(question: Question, now: datetime) -> Entry:
    began = question.answering_at or now
    advance(question, Status.ANSWERED, answering_at=began, answered_at=now)
    return Entry("question.answered", {"question": question.pk, "from": log.stamp(began)}, at=now)


def withdraw_all(show: Show, author: str, by: User) -> list[Entry]:
    """Hide everything somebody asked; for callers who hold the lock of the room."""
    theirs = show.questions.filter(author=author).exclude(status=Status.HIDDEN)
    return [
        entry
        for question in theirs
        for entry in (*_hide(question), _acted("question.hide", question, by))
    ]


def _hide(question: Question) -> list[Entry]:
    """What everyone is told of it; of one that only waited for review there is nothing to tell."""
    advance(question, Status.HIDDEN)
    show = question.show
    said = RoomEvent.objects.filter(
        show=show, type__in=("question.asked", "question.held"), data__question=question.pk
    )
    types = dict(said.values_list("seq", "type"))
    log.withhold(show, *types)
    return [
        Entry("question.hidden", {"question": question.pk, "seq": seq})
        for seq, type in types.items()
        if type == "question.asked"
    ]


def _acted(action: str, question: Question, by: User) -> Entry:
    of = {"name": question.name, "question": question.pk}
    return moderation.acted(action, by, author=question.author, **of)
