"""What each letter says and to whom: a message with a text and an HTML part.

What people typed is one line wherever it stands, is escaped in HTML, and is a header only after
all that could begin another header is gone.
"""

from dataclasses import dataclass
from email.utils import formataddr, parseaddr

from babel import Locale
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from orders.models import Letter, Order, Payment, Place, Refund
from shops.models import Member, Shop, User

LONGEST = 150  # characters of a subject or a name in a header


@dataclass(frozen=True)
class Words:
    """One letter's content: `context` fills templates/mail/{kind}.html and .txt."""

    shop: Shop
    to: list[str]
    subject: str
    context: dict


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The message; None if what it tells is not true any more, or nobody can be told."""
    words = WRITERS[letter.kind](letter.subject)
    if words is None or not words.to:
        return None
    context = {
        "shop": words.shop,
        "shop_url": link("shop", words.shop.slug),
        "subject": heading(words.subject),
        **words.context,
    }
    message = EmailMultiAlternatives(
        subject=heading(words.subject),
        body=render_to_string(f"mail/{letter.kind}.txt", context),
        from_email=sender(words.shop),
        to=words.to,
        reply_to=[words.shop.contact] if words.shop.contact else None,
        headers={
            "Message-ID": f"<{letter.kind}-{letter.pk}@{settings.SITE.hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string(f"mail/{letter.kind}.html", context), "text/html")
    return message


def one_line(text: str) -> str:
    """Printable characters only, and no line's end among them."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def heading(text: str) -> str:
    """The same, of a length that a header can have."""
    return one_line(text)[:LONGEST]


def sender(shop: Shop) -> str:
    """The address we may send from, under the shop's name."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((heading(shop.name), address))


def link(name: str, *args) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def _receipt(pk: int) -> Words | None:
    order = Order.objects.select_related("shop").filter(pk=pk).first()
    if order is None:
        return None
    country = Locale("en").territories.get(order.country, order.country)
    return Words(
        order.shop,
        [order.email] if order.email else [],
        f"Order {order.number}: thank you · {order.shop.name}",
        {
            "order": order,
            "lines": order.lines.all(),
            "place": f"{order.postcode} {order.city}",
            "country": country,
            "url": link("order", order.token),
        },
    )


def _refund(pk: int) -> Words | None:
    refund = Refund.objects.select_related("payment__order__shop").filter(pk=pk).first()
    if refund is None or refund.status == Refund.Status.FAILED:
        return None
    order = refund.payment.order
    return Words(
        order.shop,
        [order.email] if order.email else [],
        f"Refund for order {order.number} · {order.shop.name}",
        {
            "order": order,
            "refund": refund,
            "is_all": order.status == Order.Status.REFUNDED,
            "url": link("order", order.token),
        },
    )


def _call(pk: int) -> Words | None:
    place = Place.objects.select_related("shop", "variant__product").filter(pk=pk).first()
    if place is None or place.status != Place.Status.CALLED:
        return None
    return Words(
        place.shop,
        [place.email] if place.email else [],
        f"It is your turn: {place.variant} · {place.shop.name}",
        {
            "place": place,
            "title": str(place.variant),
            "url": link("waiting-place", place.token),
        },
    )


def _authorization(pk: int) -> Words | None:
    payment = Payment.objects.select_related("order__shop").filter(pk=pk).first()
    if payment is None or payment.status not in Payment.UNTAKEN:
        return None
    order = payment.order
    return Words(
        order.shop,
        [order.shop.contact] if order.shop.contact else _owners(order.shop),
        f"Order {order.number}: its payment has not been taken yet",
        {
            "order": order,
            "payment": payment,
            "url": link("admin:orders_order_change", order.pk),
        },
    )


def _owners(shop: Shop) -> list[str]:
    """Who reads what the shop ought to know, if it names no address."""
    owners = User.objects.filter(
        memberships__shop=shop, memberships__role=Member.Role.OWNER, is_active=True
    )
    return [email for email in owners.values_list("email", flat=True) if email]


WRITERS = {
    Letter.Kind.RECEIPT: _receipt,
    Letter.Kind.REFUND: _refund,
    Letter.Kind.CALL: _call,
    Letter.Kind.AUTHORIZATION: _authorization,
}
