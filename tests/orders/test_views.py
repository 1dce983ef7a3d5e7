import time
import uuid

import pytest

from livecommerce.errors import Invalid
from orders import bag as bags
from orders import turnstile
from orders.models import Bag, BagLine, Coupon, Order, Place
from orders.views import whole
from shops.models import Stock
from tests.factories import DELIVERY, carry, make_order, make_product
from tests.orders.paying import state_of

pytestmark = pytest.mark.django_db
NO_NUMBERS = ["-1", "+1", "1.5", "1e3", "0x1", "١", "²", "NaN", "inf", "", " 1", "1 ", "1_0", "one"]
NO_QUANTITIES = [*NO_NUMBERS, "21", str(10**9), str(2**63), "9" * 400]


@pytest.fixture
def ann(client):
    return carry(client, "ann")


@pytest.fixture
def cup():
    return make_product(on_hand=5, price=1000).variants.get()


@pytest.fixture
def shop(cup):
    return cup.product.shop


def quantities():
    return list(BagLine.objects.values_list("variant", "quantity"))


@pytest.mark.parametrize(
    ("raw", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)]
)
def test_a_whole_number_is_read(raw, number):
    assert whole(raw, "quantity") == number


@pytest.mark.parametrize("raw", [*NO_NUMBERS, None, "9" * 19, "1\n", "1\x00", "[1]"])
def test_what_is_no_whole_number_is_refused_by_the_name_of_its_field(raw):
    with pytest.raises(Invalid) as refusal:
        whole(raw, "quantity")

    assert refusal.value.as_dict()["field"] == "quantity"


def test_a_click_puts_one_more_into_the_bag(ann, shop, cup):
    for _ in range(2):
        answer = ann.post(f"/bag/{shop.slug}/put/", {"variant": cup.pk})

    assert (answer.status_code, answer.url) == (302, f"/bag/{shop.slug}/")
    assert quantities() == [(cup.pk, 2)]


def test_the_bag_page_says_how_many(ann, shop, cup):
    bags.put(shop, "ann", cup.pk, 2)

    ann.post(f"/bag/{shop.slug}/put/", {"variant": cup.pk, "quantity": "4"})

    assert quantities() == [(cup.pk, 4)]


@pytest.mark.parametrize("field", ["quantity", "add", "variant"])
@pytest.mark.parametrize("raw", NO_QUANTITIES)
def test_a_number_that_makes_no_sense_changes_no_bag(ann, shop, cup, field, raw):
    bags.put(shop, "ann", cup.pk, 2)
    form = {"variant": cup.pk} | ({"quantity": "3"} if field == "variant" else {})

    answer = ann.post(f"/bag/{shop.slug}/put/", form | {field: raw})

    assert answer.status_code == 302
    assert quantities() == [(cup.pk, 2)]


@pytest.mark.parametrize("raw", [*NO_NUMBERS[:9], "9" * 400])
def test_an_item_that_makes_no_sense_changes_no_bag(ann, shop, cup, raw):
    ann.post(f"/bag/{shop.slug}/put/", {"variant": cup.pk, "item": raw})

    assert quantities() == []


def test_a_price_that_the_client_sends_is_ignored(ann, shop, cup):
    ann.post(f"/bag/{shop.slug}/put/", {"variant": cup.pk, "price": "1", "unit_price": "1"})
    form = DELIVERY | {"key": "k", "seen": "1000", "total": "1", "price": "1", "currency": "jpy"}

    ann.post(f"/checkout/{shop.slug}/", form)

    order = Order.objects.get()
    assert (order.total, order.currency, order.lines.get().unit_price) == (1000, "eur", 1000)


def test_a_checkout_leads_to_its_order_and_sent_twice_to_the_same(ann, shop, cup):
    bags.put(shop, "ann", cup.pk, 2)
    form = DELIVERY | {"key": "k", "seen": "2000"}

    answers = [ann.post(f"/checkout/{shop.slug}/", form) for _ in range(2)]

    assert {(answer.status_code, answer.url) for answer in answers} == {
        (302, f"/orders/{Order.objects.get().token}/")
    }
    assert Stock.objects.get(variant=cup).held == 2


@pytest.mark.parametrize("seen", [*NO_NUMBERS[:-2], "1", "999999999999999999999", "1.0"])
def test_a_total_that_was_not_shown_places_nothing_and_keeps_what_was_typed(ann, shop, cup, seen):
    bags.put(shop, "ann", cup.pk, 2)

    answer = ann.post(f"/checkout/{shop.slug}/", DELIVERY | {"key": "k", "seen": seen})

    assert answer.status_code == 409
    assert not Order.objects.exists()
    form = answer.context["form"]
    assert form["line1"].value() == "Harbour Street 1"
    assert form["seen"].value() == 2000  # what is confirmed next is the total on this page


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("country", "Atlantis"), ("name", ""), ("city", "x" * 81), ("key", "")],
)
def test_an_address_that_cannot_be_right_places_nothing(ann, shop, cup, field, value):
    bags.put(shop, "ann", cup.pk, 1)
    form = DELIVERY | {"key": "k", "seen": "1000"}

    answer = ann.post(f"/checkout/{shop.slug}/", form | {field: value})

    assert 400 <= answer.status_code < 500
    assert field in answer.context["form"].errors
    assert not Order.objects.exists()


def test_there_is_no_checkout_for_an_empty_bag(ann, shop):
    answer = ann.get(f"/checkout/{shop.slug}/")

    assert (answer.status_code, answer.url) == (302, f"/bag/{shop.slug}/")


def test_an_order_page_never_waits_for_the_provider(till, ann, faults):
    order = make_order()
    for verb in ("create", "retrieve"):
        faults(verb, "slow", 9)

    began = time.monotonic()
    answer = ann.get(f"/orders/{order.token}/")

    assert answer.status_code == 200
    assert time.monotonic() - began < 2.5  # one slow call takes three
    assert state_of(order) == ("pending", "started")


def test_an_order_page_believes_nothing_that_the_way_back_says(ann):
    order = make_order()

    answer = ann.get(f"/orders/{order.token}/?payment_intent=pi_1&redirect_status=succeeded")

    assert answer.status_code == 200
    assert state_of(order) == ("pending", "started")


def test_a_refused_checkout_is_sent_again_under_another_name(ann, shop, cup):
    bags.put(shop, "ann", cup.pk, 2)
    form = DELIVERY | {"key": "k", "seen": "2000"}
    ann.post(f"/checkout/{shop.slug}/", form)

    refused = ann.post(f"/checkout/{shop.slug}/", form | {"city": "Berlin"})

    assert refused.status_code == 409
    assert refused.context["form"]["key"].value() != "k"
    assert Order.objects.get().city == "Hamburg"


@pytest.mark.parametrize("token", [uuid.UUID(int=0), uuid.uuid4(), "1", "10001"])
@pytest.mark.parametrize("tail", ["", "cancel/"])
def test_a_guessed_token_opens_nothing(ann, token, tail):
    order = make_order()

    assert ann.get(f"/orders/{token}/").status_code == 404
    assert ann.post(f"/orders/{token}/{tail or 'cancel/'}").status_code == 404

    assert state_of(order) == ("pending", "started")


def test_who_placed_an_order_may_cancel_it_and_who_has_the_link_may_not(ann, client):
    order = make_order(owner="ann")

    carry(client, "bob")
    assert client.post(f"/orders/{order.token}/cancel/").status_code == 404
    assert state_of(order) == ("pending", "started")

    carry(client, "ann")
    assert client.post(f"/orders/{order.token}/cancel/").status_code == 302
    assert state_of(order) == ("cancelled", "started")


def test_nothing_is_cached_of_what_is_one_visitors_own(till, ann, shop, cup):
    order = make_order(variant=cup)

    for path in (f"/bag/{shop.slug}/", f"/checkout/{shop.slug}/", f"/orders/{order.token}/"):
        assert "no-store" in ann.get(path).headers["Cache-Control"]


@pytest.mark.parametrize(("status", "waits"), [("authorized", True), ("paid", False)])
def test_an_order_that_is_being_captured_looks_again_by_itself(client, status, waits):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(status=status)

    page = client.get(f"/orders/{order.token}/").content.decode()

    assert ("js/settled.js" in page) is waits
    assert (f'data-waiting="{order.token}"' in page) is waits


def test_a_code_is_put_on_the_bag_and_taken_off_again_without_a_script(ann, shop, cup):
    Coupon.objects.create(shop=shop, code="KILN10", value=1000)
    bags.put(shop, "ann", cup.pk, 1)

    answer = ann.post(f"/bag/{shop.slug}/coupon/", {"code": " kiln10 "})

    assert (answer.status_code, answer.url) == (302, f"/bag/{shop.slug}/")
    quote = ann.get(answer.url).context["quote"]
    assert (quote.coupon.code, quote.discount, quote.total) == ("KILN10", 100, 900)

    ann.post(f"/bag/{shop.slug}/coupon/", {"code": ""})

    assert ann.get(answer.url).context["quote"].total == 1000


@pytest.mark.parametrize("code", ["nonsense", "<b>", "x" * 10_000, "\x00"])
def test_a_code_that_is_refused_stands_at_its_field_with_the_reason(ann, shop, cup, code):
    Coupon.objects.create(shop=make_product().shop, code="NONSENSE", value=1000)
    bags.put(shop, "ann", cup.pk, 1)

    answer = ann.post(f"/bag/{shop.slug}/coupon/", {"code": code})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "This code is not known here." in html
    assert 'aria-invalid="true"' in html
    assert Bag.objects.get().coupon is None


def test_the_page_without_scripts_is_no_way_to_guess_codes(client, shop, cup, monkeypatch):
    coupon = Coupon.objects.create(shop=shop, code="KILN10", value=1000)
    monkeypatch.setattr(turnstile, "WRONG_CODES", 1)
    bob = carry(client, "bob")
    path = f"/bag/{shop.slug}/coupon/"
    bob.post(path, {"code": "KILN10"})

    codes = [bob.post(path, {"code": code}).status_code for code in ("A", "KILN10", "")]

    assert codes == [409, 429, 302]  # to take one off is always possible
    assert Bag.objects.get().coupon is None
    assert Coupon.objects.get().used == coupon.used == 0


def test_the_page_without_scripts_is_no_way_to_fill_a_line(client, shop, settings):
    gone = make_product(shop=shop, on_hand=0).variants.get()
    settings.HOLDS_PER_ADDRESS = 2

    for number in range(3):
        answer = carry(client, f"v{number}").post(
            f"/bag/{shop.slug}/wait/",
            {"variant": gone.pk, "quantity": 1, "email": f"v{number}@example.com"},
        )

    assert "Too many tries" in client.get(answer.url).content.decode()
    assert Place.objects.count() == 2


@pytest.mark.parametrize("raw", ["١", "+1", "1.0", "1_0", "1e0", "²"])
@pytest.mark.parametrize("field", ["variant", "quantity"])
def test_a_place_takes_plain_digits_only(ann, shop, field, raw):
    gone = make_product(shop=shop, on_hand=0).variants.get()
    form = {"variant": gone.pk, "quantity": "1", "email": "ann@example.com"}
    digits = raw if field == "quantity" else raw.replace("1", str(gone.pk))

    ann.post(f"/bag/{shop.slug}/wait/", form | {field: digits})

    assert not Place.objects.exists()


def test_who_finds_it_sold_out_gets_in_line_without_a_script(ann, shop):
    gone = make_product(shop=shop, on_hand=0).variants.get()

    answer = ann.post(
        f"/bag/{shop.slug}/wait/", {"variant": gone.pk, "quantity": 2, "email": "ann@example.com"}
    )

    place = Place.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/waiting/{place.token}/")
    assert (place.variant, place.owner, place.quantity) == (gone, "ann", 2)


@pytest.mark.parametrize(
    ("field", "raw"),
    [("email", "nobody"), ("quantity", "0"), ("quantity", "21"), ("variant", "9" * 30)],
)
def test_a_place_that_makes_no_sense_is_not_given(ann, shop, field, raw):
    gone = make_product(shop=shop, on_hand=0).variants.get()
    form = {"variant": gone.pk, "quantity": "1", "email": "ann@example.com"}

    answer = ann.post(f"/bag/{shop.slug}/wait/", form | {field: raw})

    assert answer.status_code == 302
    assert not Place.objects.exists()


def test_nobody_waits_for_what_is_there_or_for_what_is_another_shops(ann, shop, cup):
    theirs = make_product(on_hand=0).variants.get()

    for variant in (cup, theirs):
        answer = ann.post(
            f"/bag/{shop.slug}/wait/",
            {"variant": variant.pk, "quantity": 1, "email": "ann@example.com"},
        )
        assert answer.status_code == 302

    assert not Place.objects.exists()
