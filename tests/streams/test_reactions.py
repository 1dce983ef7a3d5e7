import pytest
from django.db import IntegrityError

from streams import log
from streams.models import Reaction, Show
from streams.talk import reactions
from tests.factories import make_show
from tests.races.together import Rendezvous, together


@pytest.mark.django_db
def test_reactions_of_a_kind_add_up():
    show = make_show()

    reactions.add(show.pk, {"heart": 3, "wow": 1})
    reactions.add(show.pk, {"heart": 250})

    assert reactions.totals(show) == {"heart": 253, "wow": 1}


@pytest.mark.django_db
def test_reactions_are_counted_by_room_and_leave_no_facts():
    show, other = make_show(), make_show()

    reactions.add(show.pk, {"clap": 2})

    assert reactions.totals(other) == {}
    assert log.after(show, 0) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [{"skull": 5}, {"heart": 0}, {"heart": -4}, {}], ids=["unknown", "0", "-4", "none"]
)
def test_what_is_no_reaction_counts_for_nothing(given, django_capture_on_commit_callbacks):
    show = make_show()
    reactions.add(show.pk, {"heart": 7})

    with django_capture_on_commit_callbacks() as news:
        reactions.add(show.pk, given)

    assert reactions.totals(show) == {"heart": 7}
    assert news == []


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Show.Status.ENDED, Show.Status.CANCELLED])
def test_nothing_is_counted_once_the_show_is_over(status):
    show = make_show(status=status)

    reactions.add(show.pk, {"heart": 1})

    assert not Reaction.objects.exists()


@pytest.mark.django_db
def test_a_room_that_does_not_exist_is_given_nothing():
    reactions.add(2**40, {"heart": 1})

    assert not Reaction.objects.exists()


@pytest.mark.django_db
def test_the_room_is_told_once_however_many_kinds(django_capture_on_commit_callbacks):
    show = make_show()

    with django_capture_on_commit_callbacks() as news:
        reactions.add(show.pk, {"heart": 1, "clap": 1, "laugh": 1})

    assert len(news) == 1


@pytest.mark.django_db
def test_many_kinds_cost_a_query_each_and_one_for_the_show(django_assert_max_num_queries):
    show = make_show()
    reactions.add(show.pk, dict.fromkeys(reactions.KINDS, 1))

    with django_assert_max_num_queries(len(reactions.KINDS) + 1 + 2):  # and a savepoint here
        reactions.add(show.pk, dict.fromkeys(reactions.KINDS, 1))


@pytest.mark.django_db(transaction=True)
def test_who_reads_a_count_and_writes_it_back_loses_some():
    """The control: everyone reads the same count."""
    show, all_have_looked = make_show(), Rendezvous(6)
    Reaction.objects.create(show=show, kind="heart")

    def give():
        row = Reaction.objects.get(show=show)
        all_have_looked.wait()
        row.count += 1
        row.save()

    together(6, give)

    assert reactions.totals(show)["heart"] < 6


@pytest.mark.django_db(transaction=True)
def test_who_looks_for_a_row_and_makes_it_later_makes_it_twice_but_for_the_constraint():
    """The control: nobody sees a row, and everyone makes one."""
    show, all_have_looked = make_show(), Rendezvous(6)

    def give():
        is_first = not show.reactions.exists()
        all_have_looked.wait()
        if is_first:
            Reaction.objects.create(show=show, kind="heart", count=1)

    assert together(6, give).count(IntegrityError) == 5


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_the_first_ones_at_once_lose_none():
    show = make_show()
    orders = iter([{"heart": 1, "wow": 2, "clap": 1}, {"clap": 1, "wow": 2, "heart": 1}] * 4)

    outcomes = together(8, lambda: reactions.add(show.pk, next(orders)))

    assert outcomes == [None] * 8
    assert reactions.totals(show) == {"clap": 8, "heart": 8, "wow": 16}
