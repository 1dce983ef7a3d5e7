import pytest
from django.db import IntegrityError, transaction

from streams import log
from streams.models import Room, RoomEvent
from tests.factories import make_show
from tests.races.together import Rendezvous, together


@pytest.mark.django_db
def test_facts_are_numbered_from_one_and_read_in_order():
    show = make_show()
    for text in "abc":
        log.append(show, "chat.posted", {"text": text})

    facts = log.after(show, 1)

    assert [(fact["seq"], fact["data"]["text"]) for fact in facts] == [(2, "b"), (3, "c")]
    assert log.last_seq(show) == 3
    assert log.after(show, 3) == []


@pytest.mark.django_db
def test_each_show_counts_for_itself():
    first, second = make_show(), make_show()
    log.append(first, "chat.posted", {})

    assert log.append(second, "chat.posted", {}).seq == 1
    assert log.last_seq(make_show()) == 0


@pytest.mark.django_db
def test_a_fact_carries_the_time_of_the_server_in_utc_with_milliseconds():
    fact = log.fact(log.append(make_show(), "show.started", {}))

    assert fact["at"].endswith("Z")
    assert len(fact["at"]) == len("2026-11-22T18:00:00.123Z")


@pytest.mark.django_db
def test_what_is_withheld_keeps_its_number_and_loses_its_words():
    show = make_show()
    for text in ("fine", "rude"):
        log.append(show, "chat.posted", {"text": text}, author="guest-x")

    assert log.withhold(show, 2) == {2}
    assert log.withhold(show, 2) == set()
    assert log.withhold(show, 9) == set()

    assert [fact["data"] for fact in log.after(show, 0)] == [{"text": "fine"}, {"hidden": True}]
    assert [fact["seq"] for fact in log.latest(show, "chat.posted", limit=9)] == [1]


@pytest.mark.django_db
def test_who_wrote_a_fact_is_never_told():
    log.append(show := make_show(), "chat.posted", {"text": "hi"}, author="guest-secret")

    assert "guest-secret" not in str(log.after(show, 0))


@pytest.mark.django_db
def test_the_latest_are_the_newest_oldest_first():
    show = make_show()
    for number in range(5):
        log.append(show, "chat.posted" if number % 2 == 0 else "pin.closed", {"n": number})

    assert [fact["data"]["n"] for fact in log.latest(show, "chat.posted", limit=2)] == [2, 4]


@pytest.mark.django_db
def test_a_page_of_facts_has_a_largest_size():
    show = make_show()
    for _ in range(4):
        log.append(show, "chat.posted", {})

    assert [fact["seq"] for fact in log.after(show, 1, limit=2)] == [2, 3]


@pytest.mark.django_db
def test_a_fact_that_was_rolled_back_leaves_no_gap():
    show = make_show()
    log.append(show, "chat.posted", {})
    with transaction.atomic():
        assert log.append(show, "chat.posted", {}).seq == 2
        transaction.set_rollback(True)

    assert log.append(show, "chat.posted", {}).seq == 2


@pytest.mark.django_db(transaction=True)
def test_numbers_that_are_looked_up_first_are_given_twice():
    """The control: everyone reads the last number, then everyone takes the next."""
    show, all_have_looked = make_show(), Rendezvous(20)

    def append():
        seq = log.last_seq(show) + 1
        all_have_looked.wait()
        RoomEvent.objects.create(show=show, seq=seq, type="chat.posted", at=show.starts_at)

    assert together(20, append).count(IntegrityError) == 19


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_first", [True, False], ids=["of an empty room", "of a room"])
def test_twenty_threads_leave_no_gap(is_first):
    show = make_show()
    if not is_first:
        Room.objects.create(show=show)

    outcomes = together(20, lambda: [log.append(show, "chat.posted", {}).seq for _ in range(3)])

    assert sorted(seq for each in outcomes for seq in each) == list(range(1, 61))
    assert all(each == sorted(each) for each in outcomes)
    assert [fact["seq"] for fact in log.after(show, 0)] == list(range(1, 61))
    assert log.last_seq(show) == 60
