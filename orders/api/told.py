"""Bags and orders as clients read them, in the shapes of orders.api.shapes.

Plain dictionaries: what DRF would do to make them cost as much as placing an order.
"""

from django.conf import settings
from django.urls import reverse

from orders import lifecycle, quotes
from orders.models import Order
from orders.quotes import Quote
from shops import pictures


def quote(quote: Quote) -> dict:
    """What a bag costs."""
    quotes.illustrate(quote)
    return {
        "currency": quote.currency,
        "lines": [
            {
                "variant": line.variant.pk,
                "item": line.item_id,
                "title": line.variant.product.title,
                "variant_title": line.variant.title,
                "picture": pictures.of_variant(line.variant),
                "quantity": line.quantity,
                "left": line.left,
                "unit_price": line.unit_price,
                "list_price": line.list_price,
                "deal_ends_at": line.deal and line.deal.ends_at,
                "total": line.total,
            }
            for line in quote.lines
        ],
        "items_total": quote.items_total,
        "coupon": quote.coupon.code if quote.coupon else None,
        "discount": quote.discount,
        "zone": quote.zone.name if quote.zone else None,
        "is_delivered": quote.is_delivered,
        "shipping": quote.shipping,
        "tax": quote.tax,
        "tax_rate": quote.tax_rate,
        "is_tax_included": quote.is_tax_included,
        "total": quote.total,
    }


def order(order: Order, visitor: str, *, customer_session: str = "") -> dict:
    """An order that was read with its lines, as this visitor may see it."""
    is_hers = order.owner == visitor
    return {
        "token": str(order.token),
        "number": order.number,
        "url": reverse("order", args=[order.token]),
        "status": order.status,
        "currency": order.currency,
        "lines": [
            {
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "total": line.total,
            }
            for line in order.sold
        ],
        "items_total": order.items_total,
        "coupon_code": order.coupon_code,
        "discount": order.discount,
        "shipping": order.shipping,
        "tax": order.tax,
        "tax_rate": order.tax_rate,
        "is_tax_included": order.is_tax_included,
        "total": order.total,
        "placed_at": order.placed_at,
        "expires_at": order.expires_at,
        "capture_at": order.capture_at,
        "can_cancel": is_hers and lifecycle.can_cancel(order),
        "refunded": order.payment.refunded,
        "refunds": _refunds(order),
        "payment": _payment(order, is_hers) | {"customer_session": customer_session},
    }


def _refunds(order: Order) -> list[dict]:
    if not order.payment.refunding:  # none: the database need not be asked
        return []
    return list(order.payment.refunds.values("amount", "reason", "status", "made_at"))


def _payment(order: Order, is_hers: bool) -> dict:
    payment = order.payment
    is_open = is_hers and order.status == Order.Status.PENDING
    return {
        "status": payment.status,
        "refusal": payment.refusal,
        "client_secret": payment.client_secret if is_open else "",
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "api_base": settings.STRIPE_API_BASE if settings.IS_STAND_IN else "",
        "is_stand_in": settings.IS_STAND_IN,
    }
