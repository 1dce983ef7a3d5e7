"""The merchant's shop in the back office."""

from shops.admin import people, products, shop

__all__ = ["people", "products", "shop"]
