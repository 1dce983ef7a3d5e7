import pytest

from streams import lifecycle, log, offers, on_air
from streams.models import Offer, Show
from tests.factories import make_show
from tests.races.together import together

pytestmark = pytest.mark.django_db


def facts(show):
    return [fact["type"] for fact in log.after(show, 0)]


@pytest.fixture
def show():
    return make_show()


def test_an_offer_is_told_with_everything_needed_to_draw_it(show):
    offer = offers.open(show, "TEN", "10 % off")

    (fact,) = log.after(show, 0)
    assert fact["type"] == "offer.opened"
    assert fact["data"] == offers.current(show)
    assert fact["data"] == {"offer": offer.pk, "code": "TEN", "label": "10 % off"}


def test_one_code_is_shown_at_a_time(show):
    first = offers.open(show, "TEN", "10 % off")

    second = offers.open(show, "FIVE", "€5.00 off")

    assert offers.current(show) == offers.card(second)
    assert facts(show) == ["offer.opened", "offer.closed", "offer.opened"]
    assert log.after(show, 1)[0]["data"] == {"offer": first.pk}


def test_showing_what_is_shown_changes_nothing(show):
    assert offers.open(show, "TEN", "10 % off") == offers.open(show, "TEN", "10 % off")

    assert facts(show) == ["offer.opened"]


def test_taking_off_what_is_not_shown_changes_nothing(show):
    offers.open(show, "TEN", "10 % off")

    offers.close(show)
    offers.close(show)

    assert facts(show) == ["offer.opened", "offer.closed"]
    assert offers.current(show) is None


@pytest.mark.parametrize("status", set(Show.Status) - {Show.Status.LIVE})
def test_codes_are_shown_while_the_show_is_live(status):
    show = make_show(status=status)

    with pytest.raises(on_air.NotOnAir):
        offers.open(show, "TEN", "10 % off")

    assert not Offer.objects.exists()
    assert facts(show) == []


def test_the_end_of_the_show_takes_the_code_off_the_screens(show):
    offers.open(show, "TEN", "10 % off")

    lifecycle.end(show)

    assert facts(show) == ["offer.opened", "offer.closed", "show.ended"]
    assert offers.current(show) is None


@pytest.mark.django_db(transaction=True)
def test_offers_at_once_leave_one_and_a_log_that_tells_it():
    show, codes = make_show(), iter("ABCDEF")

    together(6, lambda: offers.open(show, next(codes), "10 % off"))

    told = [(fact["type"], fact["data"]["offer"]) for fact in log.after(show, 0)]
    assert [kind for kind, _ in told] == (["offer.opened", "offer.closed"] * 6)[:11]
    assert told[-1] == ("offer.opened", Offer.objects.get(closed_at=None).pk)
    assert [offer for _, offer in told[:-1:2]] == [offer for _, offer in told[1::2]]
