"""A bag becomes an order becomes money."""

from orders.models.bags import MAX_QUANTITY, WHOLE, Bag, BagLine, Coupon
from orders.models.letters import Letter
from orders.models.orders import Order, OrderLine
from orders.models.payments import Customer, Payment, Refund, WebhookEvent
from orders.models.waiting import Place

__all__ = [
    "MAX_QUANTITY",
    "WHOLE",
    "Bag",
    "BagLine",
    "Coupon",
    "Customer",
    "Letter",
    "Order",
    "OrderLine",
    "Payment",
    "Place",
    "Refund",
    "WebhookEvent",
]
