"""Shows in the back office."""

from streams.admin import shows

__all__ = ["shows"]
