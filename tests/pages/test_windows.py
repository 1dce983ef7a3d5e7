"""The pages of the shop window, as a browser without scripts reads them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from livecommerce.templatetags.words import length_until
from orders import bag as bags
from orders.models import Order, Payment, Refund
from shops.models import Picture, Product, ProductPicture
from streams.models import Captions, Extra, Presence, Show
from streams.video.replay import extras
from tests.factories import (
    DELIVERY,
    carry,
    make_item,
    make_order,
    make_product,
    make_shop,
    make_show,
    make_variant,
    make_zone,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 6
MARKUP = "<script>alert(1)</script>\"'&"
COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE")


@pytest.fixture
def ann(client):
    return carry(client, "ann")


@pytest.fixture
def shop():
    return make_shop(name="Claymoor", shipping=490)


def page(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def text_of(html):
    without = re.sub(r"<(style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without))


def queries_of(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return sum(query["sql"].lstrip().startswith(COUNTED) for query in queries)


def make_picture(shop):
    return Picture.objects.create(
        shop=shop, path="pictures/a", width=640, height=800, widths=[320, 640]
    )


def fill(shop, rows):
    """So many products with pictures and variants, and so many shows of each kind."""
    shop.avatar = shop.hero = make_picture(shop)
    shop.save()
    products = []
    for _ in range(rows):
        product = make_product(shop=shop)
        make_variant(product, title="Sage", swatch="#8a9a7b", picture=make_picture(shop))
        ProductPicture.objects.create(product=product, picture=make_picture(shop))
        products.append(product)
        for status in (Show.Status.LIVE, Show.Status.SCHEDULED, Show.Status.ENDED):
            make_show(shop=shop, status=status, poster=make_picture(shop))
    return products


def give_back(order, amount, reason):
    """A paid order of which a part was refunded."""
    Order.objects.filter(pk=order.pk).update(status=Order.Status.PAID)
    Payment.objects.filter(order=order).update(
        status=Payment.Status.CAPTURED, captured=F("amount"), refunding=amount, refunded=amount
    )
    Refund.objects.create(
        payment=order.payment, status=Refund.Status.DONE, amount=amount, reason=reason, key="r"
    )


@pytest.mark.parametrize("rows", [1, 9])
def test_a_page_asks_the_database_six_times_at_most_however_much_there_is(ann, shop, rows):
    products = fill(shop, rows)
    show, replay = make_show(shop=shop), make_show(shop=shop, status=Show.Status.ENDED)
    extras.plan(replay)
    Extra.objects.update(status=Extra.Status.READY, path="replays/a/made")
    Captions.objects.create(show=replay, language="en", path="replays/a/en.vtt")
    for product in products:
        make_item(show, product)
        make_item(replay, product)
        bags.put(shop, "ann", product.variants.first().pk, 1)
    order = make_order(variant=products[0].variants.first(), owner="bob")
    give_back(order, 400, "A chipped rim")
    paths = (
        "/",
        f"/{shop.slug}/",
        f"/{shop.slug}/{products[0].slug}/",
        f"/live/{show.slug}/",
        f"/live/{replay.slug}/",
        f"/bag/{shop.slug}/",
        f"/checkout/{shop.slug}/",
        f"/orders/{order.token}/",
    )

    asked = {path: queries_of(ann, path) for path in paths}

    assert {path: count for path, count in asked.items() if count > MOST_QUERIES} == {}


def test_paying_asks_the_database_no_more_than_reading(till, ann):
    order = make_order(owner="ann")
    first = queries_of(ann, f"/orders/{order.token}/")

    assert queries_of(ann, f"/orders/{order.token}/") <= MOST_QUERIES
    assert first <= 2 * MOST_QUERIES  # the payment is made known to the provider and to us


def test_what_people_type_is_never_markup(ann):
    shop = make_shop(name=MARKUP, tagline=MARKUP, about=MARKUP)
    product = make_product(shop=shop, title=MARKUP, description=MARKUP)
    variant = make_variant(product, title=MARKUP)
    for status in (Show.Status.LIVE, Show.Status.SCHEDULED, Show.Status.ENDED):
        make_show(shop=shop, status=status, title=MARKUP, description=MARKUP, host_name=MARKUP)
    bags.put(shop, "ann", variant.pk, 1)
    order = make_order(variant=variant)
    typed = dict.fromkeys(("name", "line1", "line2", "city", "region"), MARKUP)
    typed["postcode"] = MARKUP[:20]  # PostgreSQL keeps to the length of a field
    Order.objects.filter(pk=order.pk).update(status=Order.Status.PAID, **typed)
    paths = ("/", f"/{shop.slug}/", f"/{shop.slug}/{product.slug}/", f"/bag/{shop.slug}/")

    for path in (*paths, f"/checkout/{shop.slug}/", f"/orders/{order.token}/"):
        html = page(ann, path)
        assert "<script>alert" not in html
        assert escape(MARKUP) in html


def test_what_was_typed_wrongly_comes_back_as_text(ann, shop):
    bags.put(shop, "ann", make_product(shop=shop).variants.get().pk, 1)

    answer = ann.post(
        f"/checkout/{shop.slug}/",
        DELIVERY | {"key": "k", "seen": "1490", "email": MARKUP, "city": MARKUP},
    )

    html = answer.content.decode()
    assert "<script>alert" not in html
    assert f'value="{escape(MARKUP)}"' in html
    assert not Order.objects.exists()


def test_a_page_has_one_heading_one_main_part_and_nothing_the_policy_forbids(ann, shop):
    product = fill(shop, 2)[0]
    bags.put(shop, "ann", product.variants.first().pk, 1)
    tails = ("", f"{product.slug}/")

    for path in ("/", *(f"/{shop.slug}/{tail}" for tail in tails), f"/bag/{shop.slug}/"):
        html = page(ann, path)
        assert len(re.findall(r"<h1\b", html)) == len(re.findall(r"<main\b", html)) == 1
        assert not re.search(r"\sstyle=|\son\w+=|javascript:", html)
        assert all("nonce=" in tag for tag in re.findall(r"<style\b[^>]*>", html))


def test_viewers_are_those_who_are_there_now(client):
    watched, gone = make_show(title="Watched"), make_show(title="Gone")
    now = timezone.now()
    for show, seen_at in ((watched, now), (gone, now - timedelta(hours=1))):
        Presence.objects.create(show=show, process="p", viewers=17, seen_at=seen_at)

    text = text_of(page(client, "/"))

    assert text.count("watching") == 1
    assert "17 watching" in text


def test_the_home_page_shows_nothing_that_was_cancelled_or_taken_off_sale(client, shop):
    make_show(shop=shop, status=Show.Status.CANCELLED, title="Never mind")
    make_product(shop=shop, title="Old cup", is_on_sale=False)

    text = text_of(page(client, "/"))

    assert "Never mind" not in text
    assert "Old cup" not in text
    assert "Nothing here yet" in text


def test_a_sold_out_variant_cannot_be_chosen_and_the_next_one_is(client, shop):
    product = make_product(shop=shop, on_hand=0)
    gone = product.variants.get()
    there = make_variant(product, title="Sage")

    html = page(client, f"/{shop.slug}/{product.slug}/")

    assert re.search(rf'id="variant-{gone.pk}"[^>]* disabled', html)
    assert re.search(rf'id="variant-{there.pk}"[^>]* checked', html)
    assert "Add to bag" in html


def test_what_is_sold_out_altogether_has_no_button_to_press(client, shop):
    product = make_product(shop=shop, on_hand=0)

    html = page(client, f"/{shop.slug}/{product.slug}/")

    assert "Add to bag" not in html
    assert "Sold out" in html


@pytest.mark.parametrize(("on_hand", "is_said"), [(1, True), (5, True), (6, False)])
def test_units_left_are_said_when_they_are_few(client, shop, on_hand, is_said):
    product = make_product(shop=shop, on_hand=on_hand)

    text = text_of(page(client, f"/{shop.slug}/{product.slug}/"))

    assert (f"{on_hand} left" in text) is is_said


def test_units_that_somebody_holds_are_not_left(client, shop):
    product = make_product(shop=shop, on_hand=5)
    make_order(variant=product.variants.get(), quantity=3)

    assert "2 left" in text_of(page(client, f"/{shop.slug}/{product.slug}/"))


def test_a_card_says_from_only_where_prices_differ(client, shop):
    make_product(shop=shop, title="One price", price=1000)
    make_variant(make_product(shop=shop, title="Two prices", price=2000), price=3000)

    text = text_of(page(client, f"/{shop.slug}/"))

    assert "One price €10.00" in text
    assert "Two prices from €20.00" in text


def test_the_total_with_delivery_stands_before_the_button(ann, shop):
    variant = make_product(shop=shop, price=1000).variants.get()
    bags.put(shop, "ann", variant.pk, 2)

    text = text_of(page(ann, f"/checkout/{shop.slug}/"))

    assert 0 < text.index("Delivery · World €4.90") < text.index("Total €24.90")
    assert text.index("Total €24.90") < text.index("Go to payment")


def test_the_bag_tells_when_less_is_left_than_is_in_it(ann, shop):
    variant = make_product(shop=shop, on_hand=5).variants.get()
    bags.put(shop, "ann", variant.pk, 4)
    make_order(variant=variant, quantity=3, owner="bob")

    assert "Only 2 left" in text_of(page(ann, f"/bag/{shop.slug}/"))


def test_the_bag_works_with_nothing_but_its_buttons(ann, shop):
    variant = make_product(shop=shop, on_hand=5).variants.get()
    bags.put(shop, "ann", variant.pk, 2)
    html = page(ann, f"/bag/{shop.slug}/")
    offered = re.findall(r'name="quantity" value="(\d+)"', html)

    assert offered == ["1", "3", "0"]

    ann.post(f"/bag/{shop.slug}/put/", {"variant": variant.pk, "quantity": offered[2]})

    assert "Nothing in it yet" in page(ann, f"/bag/{shop.slug}/")


def test_an_error_stands_at_its_field_and_in_the_summary(ann, shop):
    bags.put(shop, "ann", make_product(shop=shop).variants.get().pk, 1)

    answer = ann.post(
        f"/checkout/{shop.slug}/", DELIVERY | {"key": "k", "seen": "1490", "email": "nobody"}
    )

    html = answer.content.decode()
    assert 'href="#id_email"' in html
    field = re.search(r'<input[^>]*name="email"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_email_error"' in field
    assert 'id="id_email_error"' in html
    assert 'value="Hamburg"' in html


def test_a_pending_order_counts_down_to_the_end_of_its_hold(till, ann):
    order = make_order(owner="ann")

    html = page(ann, f"/orders/{order.token}/")

    clock = re.search(r"<time[^>]*data-countdown[^>]*>", html)[0]
    assert f'datetime="{order.expires_at.isoformat()}"' in clock
    assert "data-pay" in html


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Order.Status.AUTHORIZED, "Your payment was approved"),
        (Order.Status.PAID, "Thank you, Ann Example"),
        (Order.Status.EXPIRED, "The hold has ended"),
        (Order.Status.CANCELLED, "This order was cancelled"),
        (Order.Status.REFUNDED, "This order was refunded"),
    ],
)
def test_an_order_says_where_it_stands_and_asks_for_no_card(ann, status, words):
    order = make_order(owner="ann")
    Order.objects.filter(pk=order.pk).update(status=status)

    html = page(ann, f"/orders/{order.token}/")

    assert words in text_of(html)
    assert "data-pay" not in html
    assert ("Cancel this order" in html) is (status == Order.Status.AUTHORIZED)


def test_only_who_cancelled_an_order_is_led_back_to_a_bag(ann):
    order = make_order(owner="ann")
    Order.objects.filter(pk=order.pk).update(status=Order.Status.CANCELLED)

    assert "To your bag" in page(ann, f"/orders/{order.token}/")
    assert "To your bag" not in page(carry(Client(), "bob"), f"/orders/{order.token}/")


def test_an_approved_order_says_until_when_it_may_be_taken_back(ann):
    order = make_order(owner="ann")
    until = timezone.now() + timedelta(minutes=30)
    Order.objects.filter(pk=order.pk).update(status=Order.Status.AUTHORIZED, capture_at=until)

    hers = page(ann, f"/orders/{order.token}/")
    others = page(carry(Client(), "bob"), f"/orders/{order.token}/")

    assert f'datetime="{until.isoformat()}"' in hers
    assert "you can take the order back" in text_of(hers)
    assert "nothing is charged" in text_of(hers)
    assert "Cancel this order" not in others


def test_who_comes_back_from_her_bank_is_told_nothing_the_bank_did_not_tell_us(ann):
    order = make_order(owner="ann")

    html = page(ann, f"/orders/{order.token}/?payment_intent=pi_1&redirect_status=succeeded")

    assert "We are checking your payment" in text_of(html)
    assert "Thank you" not in html
    assert "data-pay-panel" not in html
    assert 'data-status="pending"' in html


def test_what_her_bank_refused_can_be_paid_in_another_way(ann):
    order = make_order(owner="ann")
    Payment.objects.filter(order=order).update(refusal="Your bank said no.")

    html = page(ann, f"/orders/{order.token}/")
    back = page(ann, f"/orders/{order.token}/?payment_intent=pi_1")

    assert "Your bank said no." in html
    assert "data-pay-panel" in html
    assert "We are checking" not in html
    assert "We are checking" in back  # what was said before she left may be of an earlier try
    assert "Your bank said no." not in back


def test_refunds_are_listed_with_their_reasons_and_failed_ones_are_not(ann):
    order = make_order(owner="ann")
    give_back(order, 400, "A chipped rim")
    Refund.objects.create(
        payment=order.payment, status=Refund.Status.FAILED, amount=100, reason="Never", key="f"
    )

    text = text_of(page(ann, f"/orders/{order.token}/"))

    assert "€4.00 of it was refunded" in text
    assert "Refunded: A chipped rim €4.00" in text
    assert "Never" not in text


def test_an_order_that_is_over_shows_the_link_that_leads_back_to_it(ann):
    order = make_order(owner="ann")
    give_back(order, 400, "")

    html = page(ann, f"/orders/{order.token}/?x=1")

    assert f'value="http://testserver/orders/{order.token}/"' in html


@pytest.mark.parametrize(
    ("is_included", "rate", "words"),
    [(True, 1900, "Prices include tax"), (False, 725, "Plus 7.25 % tax"), (True, 0, None)],
)
def test_tax_is_said_where_its_rate_is_known(client, is_included, rate, words):
    shop = make_shop(is_tax_included=is_included)
    make_zone(shop, name="Germany", tax_rate=rate)
    product = make_product(shop=shop)

    text = text_of(page(client, f"/{shop.slug}/{product.slug}/"))

    assert [each for each in ("Prices include tax", "Plus 7.25 % tax") if each in text] == (
        [words] if words else []
    )


def test_the_tax_in_a_total_stands_below_it_and_tax_on_top_above_it(ann):
    texts = []
    for is_included in (True, False):
        shop = make_shop(is_tax_included=is_included)
        make_zone(shop, name="Germany", tax_rate=1900)
        bags.put(shop, "ann", make_product(shop=shop, price=1000).variants.get().pk, 1)
        texts.append(text_of(page(ann, f"/bag/{shop.slug}/")))

    assert "Total €10.00 incl. 19 % tax €1.60" in texts[0]
    assert "Tax 19 % €1.90 Total €11.90" in texts[1]


def test_what_is_sold_out_can_be_waited_for_and_what_is_there_cannot(client, shop):
    gone = make_product(shop=shop, on_hand=0)
    some = make_product(shop=shop)
    sage = make_variant(some, title="Sage", on_hand=0)

    assert f'name="variant" value="{gone.variants.get().pk}"' in waiting_form(client, gone)
    assert f'name="variant" value="{sage.pk}"' in waiting_form(client, some)
    make_variant(some, title="Oat", on_hand=0)
    assert waiting_form(client, some).count("<option") == 2
    assert waiting_form(client, make_product(shop=shop)) is None


def waiting_form(client, product):
    html = page(client, f"/{product.shop.slug}/{product.slug}/")
    found = re.search(r'<form class="wait__form".*?</form>', html, flags=re.DOTALL)
    return found and found[0]


def test_an_item_is_bought_at_its_show_price_without_a_script(ann, shop):
    show = make_show(shop=shop, status=Show.Status.LIVE)
    variant = make_product(shop=shop, price=3400).variants.get()
    item = make_item(show, variant.product, show_price=2900)
    html = page(ann, f"/live/{show.slug}/")
    form = re.search(r"<noscript>\s*<form.*?</form>\s*</noscript>", html, re.DOTALL).group()
    fields = dict(re.findall(r'name="(item|variant|add)" value="(\d+)"', form))
    address = re.search(r'action="([^"]+)"', form).group(1)

    ann.post(address, fields)

    assert fields == {"item": str(item.pk), "variant": str(variant.pk), "add": "1"}
    assert "€29.00 each, show price" in text_of(page(ann, f"/bag/{shop.slug}/"))


def test_what_is_sold_out_in_a_show_leads_to_its_line_without_a_script(ann, shop):
    show = make_show(shop=shop)
    gone = make_product(shop=shop, on_hand=0)
    make_item(show, gone)

    html = page(ann, f"/live/{show.slug}/")

    assert f'href="/{shop.slug}/{gone.slug}/#wait"' in html
    assert 'name="add"' not in html


def test_only_who_placed_an_order_is_offered_to_cancel_it(till, client):
    order = make_order(owner="ann")

    assert "Cancel this order" in page(carry(client, "ann"), f"/orders/{order.token}/")
    assert "Cancel this order" not in page(carry(Client(), "bob"), f"/orders/{order.token}/")


def test_an_address_with_nothing_behind_it_is_answered_by_a_page_of_ours(client):
    html = page(client, "/no-such-shop/no-such-product/", status=404)

    assert "There is nothing at this address" in html
    assert 'id="main"' in html


def test_a_form_without_its_token_changes_nothing_and_says_so(shop):
    variant = make_product(shop=shop).variants.get()
    strict = carry(Client(enforce_csrf_checks=True), "ann")

    answer = strict.post(f"/bag/{shop.slug}/put/", {"variant": variant.pk})

    assert answer.status_code == 403
    assert "Please send that again" in answer.content.decode()
    assert bags.find(shop, "ann") is None


def test_a_product_shows_each_picture_once(client, shop):
    product = make_product(shop=shop)
    picture = make_picture(shop)
    ProductPicture.objects.create(product=product, picture=picture, alt="From above")
    make_variant(product, title="Sage", picture=picture)
    make_variant(product, title="Clay", picture=make_picture(shop))

    html = page(client, f"/{shop.slug}/{product.slug}/")

    gallery = re.search(r'<ul class="gallery.*?</ul>', html, flags=re.DOTALL)[0]
    assert gallery.count("<img") == 2
    assert 'alt="From above"' in gallery
    assert f'alt="{Product.objects.get()} · Clay"' in gallery


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (48, "48 s"), (60, "1 min"), (2579, "42 min"), (3900, "1 h 5 min"), (-5, "0 s")],
)
def test_a_length_is_said_in_its_largest_units(seconds, words):
    start = timezone.now()

    assert length_until(start, start + timedelta(seconds=seconds)) == words
