"""The API of buying: a visitor's bag, her orders, and what a shop's people see of them."""

from django.urls import path

from orders.api import bags, desk, orders

urlpatterns = [
    path("bags/<slug:shop>/", bags.BagView.as_view(), name="bag"),
    path("bags/<slug:shop>/lines/<int:variant>/", bags.LineView.as_view(), name="bag-line"),
    path("orders/", orders.OrdersView.as_view(), name="orders"),
    path("orders/<uuid:token>/", orders.OrderView.as_view(), name="order"),
    path("orders/<uuid:token>/cancel/", orders.CancelView.as_view(), name="cancel-order"),
    path("shops/<slug:shop>/orders/", desk.ShopOrdersView.as_view(), name="shop-orders"),
]
