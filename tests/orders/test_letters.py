import email
import logging
from datetime import timedelta
from email import policy

import pytest
from django.conf import settings as configured
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.utils import timezone

from orders import letters, lifecycle, sweepers, waiting
from orders.models import Letter, Order, Payment, Place, Refund
from shops.models import Shop, Zone
from tests.factories import make_order, make_product, make_shop, make_staff
from tests.orders.lining import join, sold_out

pytestmark = pytest.mark.django_db(transaction=True)
HOSTILE = (
    'Ann <script>alert(1)</script> & "Co"\r\nBcc: eve@example.com\n\nPay at http://evil.example'
)


@pytest.fixture
def order():
    """Two cups for 10.00 each to Ann, 3.19 of tax in it."""
    shop = make_shop(
        name="Claymoor", contact="hello@claymoor.example", address="Claymoor\nKiln Lane 4"
    )
    Zone.objects.create(shop=shop, name="Germany", countries=["DE"], shipping=490, tax_rate=1900)
    cup = make_product(shop=shop, title="Mug", price=1000).variants.get()
    return make_order(variant=cup, quantity=2)


def change(order, **values) -> None:
    Order.objects.filter(pk=order.pk).update(**values)


def sent() -> list[mail.EmailMultiAlternatives]:
    return mail.outbox


def parts(message) -> tuple[str, str]:
    """(text, HTML), as a reader's program gets them off the wire."""
    read = email.message_from_bytes(message.message().as_bytes(), policy=policy.default)
    text = read.get_body(("plain",)).get_content()
    return text, read.get_body(("html",)).get_content()


def post(kind: str, subject: int) -> list[str]:
    letters.owe(kind, subject)
    return [line.split(": ")[1] for line in sweepers.send_letters()]


def test_a_receipt_says_what_was_bought_what_it_cost_and_where_it_goes(order):
    change(
        order, items_total=2000, discount=200, coupon_code="WELCOME", shipping=490, tax=366,
        total=2290,
    )  # fmt: skip

    assert post("receipt", order.pk) == ["sent"]

    (message,) = sent()
    assert message.to == ["ann@example.com"]
    assert message.from_email == f"Claymoor <{configured.DEFAULT_FROM_EMAIL}>"
    assert message.reply_to == ["hello@claymoor.example"]
    assert message.subject == f"Order {order.number}: thank you · Claymoor"
    for part in parts(message):
        for words in (
            *("Mug", "€10.00", "€20.00", "€2.00", "WELCOME", "€4.90", "€3.66", "19 %", "€22.90"),
            *("Ann Example", "Harbour Street 1", "20457 Hamburg", "Germany", "Kiln Lane 4"),
            *("hello@claymoor.example", f"{configured.SITE_URL}/orders/{order.token}/"),
        ):
            assert words in part


@pytest.mark.parametrize(
    ("currency", "total"), [("jpy", "¥2,490"), ("kwd", "KWD2.490"), ("usd", "$24.90")]
)
def test_amounts_are_in_the_orders_currency(order, currency, total):
    change(order, currency=currency)

    post("receipt", order.pk)

    for part in parts(sent()[0]):
        assert total in part.replace("\N{NO-BREAK SPACE}", "")


def test_tax_that_comes_on_top_is_a_line_of_the_sum(order):
    change(order, is_tax_included=False, tax=473, total=2963)

    post("receipt", order.pk)

    text, html = parts(sent()[0])
    assert "Tax       €4.73 (19 %)" in text
    assert "Tax (19 %)" in html
    assert "ncludes" not in text + html


def test_what_people_typed_is_neither_markup_nor_a_header_nor_a_line(order):
    change(
        order, name=HOSTILE[:120], line1=HOSTILE, city=HOSTILE[:80], coupon_code="<b>x</b>",
        discount=100, total=2390,
    )  # fmt: skip
    order.lines.update(title=HOSTILE)
    Shop.objects.update(name=HOSTILE[:80])

    assert post("receipt", order.pk) == ["sent"]

    (message,) = sent()
    text, html = parts(message)
    assert "<script" not in html
    assert "<b>x" not in html
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)</script>" in text  # plain text is not read as markup
    assert "\nBcc" not in text
    assert "\nPay at" not in text
    read = email.message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert message.recipients() == ["ann@example.com"]
    assert read["From"].addresses[0].addr_spec == configured.DEFAULT_FROM_EMAIL
    assert "\n" not in read["Subject"]


def test_a_refund_says_how_much_and_why(order):
    Payment.objects.filter(order=order).update(captured=2490, refunding=500, refunded=500)
    refund = Refund.objects.create(
        payment=order.payment, amount=500, reason="One <cup> arrived broken.", key="r1",
        status="done",
    )  # fmt: skip

    post("refund", refund.pk)

    text, html = parts(sent()[0])
    assert sent()[0].to == ["ann@example.com"]
    assert "€5.00" in text
    assert "€5.00" in html
    assert "a part of order" in text
    assert "One <cup> arrived broken." in text
    assert "One &lt;cup&gt; arrived broken." in html


def test_a_call_says_what_until_when_and_where():
    cup, order = sold_out(title="Mug")
    ann = join(cup)
    lifecycle.cancel(order)

    assert [line.split(": ")[1] for line in sweepers.send_letters()] == ["sent"]

    (message,) = sent()
    assert message.to == ["ann@example.com"]
    assert message.subject.startswith("It is your turn: Mug")
    until = Place.objects.get().called_until
    for part in parts(message):
        assert "1 × Mug" in part
        assert f"{until:%H:%M} UTC" in part
        assert f"{configured.SITE_URL}/waiting/{ann.token}/" in part


def test_a_call_that_is_over_is_not_told():
    cup, order = sold_out()
    ann = join(cup)
    lifecycle.cancel(order)
    waiting.leave(ann)

    assert [line.split(": ")[1] for line in sweepers.send_letters()] == ["dropped"]

    assert sent() == []
    assert Letter.objects.get().status == Letter.Status.FAILED  # so that nobody owes it again


def test_an_authorization_that_runs_out_is_told_to_the_shop(order):
    Payment.objects.update(status="authorized", capture_before=timezone.now() + timedelta(days=1))

    post("authorization", order.payment.pk)

    assert sent()[0].to == ["hello@claymoor.example"]
    text, html = parts(sent()[0])
    assert "€24.90" in text
    assert f"/admin/orders/order/{order.pk}/change/" in html


def test_a_shop_that_names_no_address_is_told_through_its_owners(order):
    Payment.objects.update(status="authorized")
    Shop.objects.update(contact="")
    make_staff("owner", shop=order.shop, email="mara@example.com")
    make_staff("moderator", shop=order.shop, email="noor@example.com")
    make_staff("owner", email="rosa@example.com")

    post("authorization", order.payment.pk)

    assert sent()[0].to == ["mara@example.com"]


@pytest.mark.parametrize("kind", Letter.Kind.values)
def test_a_letter_about_nothing_is_dropped(kind):
    assert post(kind, 10**6) == ["dropped"]
    assert sent() == []


def test_an_order_that_is_paid_owes_one_receipt(order):
    Payment.objects.update(status="authorized")
    change(order, status="authorized")
    order.refresh_from_db()

    lifecycle.mark_paid(order)
    letters.owe(Letter.Kind.RECEIPT, order.pk)
    list(sweepers.send_letters())

    assert list(sweepers.send_letters()) == []
    assert len(sent()) == 1
    assert Letter.objects.get().status == "sent"


class Sick(EmailBackend):
    """A mail server that refuses one recipient."""

    def send_messages(self, messages):
        if any("sick@example.com" in message.to for message in messages):
            raise OSError("sick@example.com refused")
        return super().send_messages(messages)


@pytest.fixture
def refusing(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Sick"


def test_a_sick_letter_is_tried_again_later_and_stops_no_other(order, refusing, caplog):
    change(order, email="sick@example.com")
    other = make_order(owner="bob")
    letters.owe("receipt", order.pk)
    assert post("receipt", other.pk) == ["put off", "sent"]

    sick = Letter.objects.get(subject=order.pk)
    assert (sick.status, sick.tries) == ("due", 1)
    assert timedelta(seconds=20) < sick.next_try_at - timezone.now() <= letters.PAUSE
    assert list(sweepers.send_letters()) == []
    assert "sick@example.com" not in caplog.text  # a log is no place for addresses
    change(order, email="ann@example.com")
    Letter.objects.update(next_try_at=timezone.now())
    list(sweepers.send_letters())
    assert [message.to for message in sent()] == [["bob@example.com"], ["ann@example.com"]]


def test_pauses_grow_and_at_last_a_letter_is_given_up(order, refusing, caplog):
    change(order, email="sick@example.com")
    letters.owe("receipt", order.pk)
    pauses = []
    for _ in range(letters.TRIES - 1):
        Letter.objects.update(next_try_at=timezone.now())
        list(sweepers.send_letters())
        pauses.append(round((Letter.objects.get().next_try_at - timezone.now()).total_seconds()))

    assert pauses == [30 * 2**number for number in range(letters.TRIES - 1)]
    Letter.objects.update(next_try_at=timezone.now())
    with caplog.at_level(logging.ERROR):
        assert [line.split(": ")[1] for line in sweepers.send_letters()] == ["given up"]
    assert Letter.objects.get().status == "failed"
    assert list(sweepers.send_letters()) == []
    assert sent() == []


def test_a_letter_whose_words_fail_stops_no_other(order, monkeypatch):
    letters.owe("call", 1)
    monkeypatch.setitem(letters.wording.WRITERS, "call", lambda pk: 1 / 0)

    assert post("receipt", order.pk) == ["put off", "sent"]


def test_a_process_that_died_over_a_letter_leaves_it_to_the_next(order):
    letters.owe("receipt", order.pk)
    assert letters._claim(Letter.objects.get())

    assert list(sweepers.send_letters()) == []
    Letter.objects.update(next_try_at=timezone.now())
    list(sweepers.send_letters())

    assert len(sent()) == 1
    assert Letter.objects.get().tries == 2


def test_without_a_mail_server_letters_are_files(order, settings, tmp_path, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    letters.owe("receipt", order.pk)

    call_command("send_letters")

    (file,) = tmp_path.iterdir()
    assert "To: ann@example.com" in file.read_text()
    assert capsys.readouterr().out == f"{Letter.objects.get()}: sent\n"
