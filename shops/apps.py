from django.apps import AppConfig


class ShopsConfig(AppConfig):
    """Who sells what, and how many are left."""

    name = "shops"
