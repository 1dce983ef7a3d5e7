from django.apps import AppConfig


class StreamsConfig(AppConfig):
    """What is on air, what is said and shown."""

    name = "streams"
