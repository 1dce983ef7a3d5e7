"""The sale in the back office: orders and refunds, coupons, who waits, and the first page."""

from orders.admin import coupons, orders, places
from orders.admin.home import dashboard, navigation

__all__ = ["coupons", "dashboard", "navigation", "orders", "places"]
