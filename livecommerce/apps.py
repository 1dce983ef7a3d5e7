from django.apps import AppConfig


class LiveCommerceConfig(AppConfig):
    """The wiring: settings, addresses, processes and their commands."""

    name = "livecommerce"
