import pytest
from rest_framework.test import APIClient

from shops.models import Member
from streams.models import Question, RoomEvent, Show
from streams.talk import questions
from streams.talk.names import Speaker
from tests.factories import make_show, make_staff, make_user
from tests.streams.asking import make_question

pytestmark = pytest.mark.django_db
Role, Status = Member.Role, Question.Status
VERBS = ("answer", "answered", "reopen", "hide", "approve")


def do(client, show, number, verb):
    return client.post(f"/api/v1/shows/{show.slug}/questions/{number}/{verb}/")


def traces() -> tuple:
    rows = Question.objects.order_by("pk")
    facts = RoomEvent.objects.order_by("pk")
    return (
        list(rows.values_list("pk", "status", "votes", "answering_at", "answered_at")),
        list(facts.values_list("seq", "type", "is_hidden")),
    )


def one_of_each(show) -> dict:
    """A question that the verb could be done to, by verb."""
    before = {
        "answer": Status.OPEN,
        "answered": Status.ANSWERING,
        "reopen": Status.ANSWERED,
        "hide": Status.OPEN,
        "approve": Status.HELD,
    }
    return {verb: make_question(show, status=status) for verb, status in before.items()}


@pytest.mark.parametrize("role", [Role.OWNER, Role.PRODUCER, Role.HOST, Role.MODERATOR])
def test_who_moderates_does_all_that_is_done_to_questions(signed_in, role):
    show = make_show()
    client = signed_in(make_staff(role, shop=show.shop))
    each = one_of_each(show)

    answers = [do(client, show, each[verb].pk, verb) for verb in VERBS]

    assert [answer.status_code for answer in answers] == [204] * 5
    for question in each.values():
        question.refresh_from_db()
    assert {verb: question.status for verb, question in each.items()} == {
        "answer": "answering",
        "answered": "answered",
        "reopen": "open",
        "hide": "hidden",
        "approve": "open",
    }


def test_who_hid_and_who_approved_is_kept_for_the_shop(signed_in):
    show = make_show()
    user = make_staff(Role.MODERATOR, shop=show.shop, first_name="Mo", last_name="Derator")
    each = one_of_each(show)

    for verb in ("hide", "approve"):
        do(signed_in(user), show, each[verb].pk, verb)

    acted = [event.data for event in RoomEvent.objects.filter(type="mod.acted")]
    assert [(data["action"], data["by"]) for data in acted] == [
        ("question.hide", "Mo Derator"),
        ("question.approve", "Mo Derator"),
    ]


def test_the_second_of_two_clicks_is_no_error_and_no_second_fact(signed_in):
    show = make_show()
    client = signed_in(make_staff(shop=show.shop))
    question = questions.ask(show, Speaker("guest-1"), "Oven safe?")

    answers = [do(client, show, question.pk, "answer") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert RoomEvent.objects.filter(type="question.answering").count() == 1


@pytest.mark.parametrize(
    ("status", "verb"),
    [(Status.HELD, verb) for verb in ("answer", "answered", "reopen")]
    + [(Status.HIDDEN, verb) for verb in VERBS if verb != "hide"]
    + [(Status.ANSWERED, "answer"), (Status.ANSWERED, "approve"), (Status.ANSWERING, "approve")],
)
def test_what_a_question_cannot_become_is_refused(signed_in, status, verb):
    show = make_show()
    question = make_question(show, status=status)
    before = traces()

    answer = do(signed_in(make_staff(shop=show.shop)), show, question.pk, verb)

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_state")
    assert traces() == before


def test_no_answer_begins_after_the_end(signed_in):
    show = make_show(status=Show.Status.ENDED)
    question = make_question(show)
    before = traces()

    answer = do(signed_in(make_staff(shop=show.shop)), show, question.pk, "answer")

    assert (answer.status_code, answer.json()["code"]) == (409, "chat_closed")
    assert traces() == before


@pytest.mark.parametrize("verb", VERBS)
def test_who_is_signed_out_does_nothing_to_questions(verb):
    show = make_show()
    question = one_of_each(show)[verb]
    before = traces()

    answer = do(APIClient(), show, question.pk, verb)

    assert answer.status_code == 403
    assert traces() == before


@pytest.mark.parametrize("verb", VERBS)
def test_another_shops_questions_are_answered_like_none(signed_in, verb):
    show = make_show()
    question = one_of_each(show)[verb]
    stranger = signed_in(make_staff(Role.OWNER))
    before = traces()

    theirs = do(stranger, show, question.pk, verb)
    none = stranger.post(f"/api/v1/shows/no-such-show/questions/{question.pk}/{verb}/")

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert traces() == before


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [Role.DESK, None])
def test_who_does_not_moderate_finds_no_questions(signed_in, verb, role):
    show = make_show()
    question = one_of_each(show)[verb]
    user = make_staff(role, shop=show.shop) if role else make_user()
    before = traces()

    answer = do(signed_in(user), show, question.pk, verb)

    assert answer.status_code == 404
    assert traces() == before


@pytest.mark.parametrize("verb", VERBS)
def test_another_shows_question_is_answered_like_none(signed_in, verb):
    show = make_show()
    client = signed_in(make_staff(shop=show.shop))
    foreign = one_of_each(make_show())[verb]
    sister = one_of_each(make_show(shop=show.shop))[verb]
    before = traces()

    answers = [do(client, show, number, verb) for number in (foreign.pk, sister.pk, 2**40, 2**70)]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert traces() == before


@pytest.mark.parametrize("number", ["-1", "1.5", "one", "١", "1e3", "%00", ""])
def test_what_is_no_number_is_no_question(signed_in, number):
    show = make_show()
    make_question(show)
    before = traces()

    answer = do(signed_in(make_staff(shop=show.shop)), show, number, "answer")

    assert answer.status_code == 404
    assert traces() == before
