import json
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from livecommerce.demo import seed
from orders import books
from orders.models import Order, Payment
from shops.models import Product, Shop, Stock, User
from streams.models import Show, Take
from tests.factories import make_order, make_show, make_staff
from tests.orders.paying import pay

pytestmark = pytest.mark.django_db
FIXTURE = seed.HERE / "fixture.json"


def said(*words, **options) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_a_fixture_is_loaded_once_and_its_ids_and_addresses_are_told():
    told = said("load_fixture", str(FIXTURE))

    shops = json.loads(told)["shops"]
    claymoor = next(shop for shop in shops if shop["slug"] == "claymoor")
    assert claymoor["url"].endswith("/claymoor/")
    assert Shop.objects.get(pk=claymoor["id"]).products.count() == len(claymoor["products"])
    assert User.objects.get(pk=json.loads(told)["people"]["mara"]).check_password("mara-demo")

    Product.objects.filter(slug="stoneware-mug").update(title="Mug, renamed by Mara")

    assert said("load_fixture", str(FIXTURE)) == told
    assert Product.objects.get(slug="stoneware-mug").title == "Mug, renamed by Mara"
    assert Stock.objects.get(variant__sku="CM-MUG-T").on_hand == 24


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"shops": 5}',
        '{"shops": [{"name": "No slug"}]}',
        '{"shops": [{"slug": "a", "members": [{"username": "nobody", "role": "owner"}]}]}',
        '{"people": [{}]}',
        '{"people": [{"username": "ada", "password": "a-long-one", "shoe_size": 40}]}',
    ],
)
def test_a_fixture_that_is_wrong_changes_nothing(tmp_path, text):
    (tmp_path / "wrong.json").write_text(text)

    with pytest.raises(CommandError, match="nothing changed"):
        call_command("load_fixture", str(tmp_path / "wrong.json"))

    assert not Shop.objects.exists()
    assert not User.objects.exists()


def test_books_that_are_right_say_so():
    told = said("books")

    assert [line.split()[:2] for line in told.splitlines()] == [
        [name, "ok"] for name in books.RULES
    ]


def test_books_that_differ_name_the_difference_and_fail():
    order = make_order()
    Stock.objects.filter(variant__in=order.quantities()).update(held=0)
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("books", "--json", stdout=out)

    assert ended.value.code == 1
    found = json.loads(out.getvalue())
    assert len(found["B1"]) == 1
    assert [name for name in found if found[name]] == ["B1"]


def test_a_film_is_sent_only_by_who_may_host_the_show(tmp_path):
    show = make_show()
    moderator = make_staff("moderator", shop=show.shop)

    with pytest.raises(CommandError, match="has no live show"):
        call_command("publish_film", show.slug, str(tmp_path), "--as", moderator.username)


@pytest.mark.parametrize("site", ["shop.example.com", "localhost:8000", "ftp://shop", "http:///"])
def test_a_room_is_watched_at_an_address_or_not_at_all(site):
    with pytest.raises(CommandError, match="is no address"):
        call_command("watch_room", "kiln-opening", "--site", site)


def test_who_ends_watching_while_the_line_is_lost_is_shown_no_traceback(monkeypatch):
    def interrupted(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    told = StringIO()

    call_command("watch_room", "a-show", "--site", "http://127.0.0.1:1", stderr=told)

    assert told.getvalue().startswith("The line is lost")


def test_an_overdue_order_is_expired_by_hand():
    order = make_order()
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert f"{order}: expired" in said("expire_orders")

    order.refresh_from_db()
    assert order.status == Order.Status.EXPIRED
    assert Stock.objects.get().held == 0
    assert said("expire_orders") == ""


def test_a_payment_whose_webhook_and_bell_were_lost_is_found_and_captured(till, books_are_right):
    order = make_order()
    pay(till, order).raise_for_status()
    Payment.objects.update(changed_at=timezone.now() - timedelta(minutes=2))

    assert "looked at" in said("settle_unclear")
    assert "captured" in said("capture_due")

    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    books_are_right()


def test_a_silent_publisher_is_given_up_by_hand():
    long_ago = timezone.now() - timedelta(minutes=1)
    take = Take.objects.create(show=make_show(), opened_at=long_ago, heard_at=long_ago)

    assert said("sweep_takes") == f"{take}: lost\n"

    take.refresh_from_db()
    assert take.status == Take.Status.LOST


def test_nothing_is_due_of_a_show_without_a_recording():
    make_show(status=Show.Status.ENDED)

    assert said("make_replays") == ""
