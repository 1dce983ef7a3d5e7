from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """A bag becomes an order becomes money."""

    name = "orders"
