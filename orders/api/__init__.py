"""The API of buying: a visitor's bag, her orders, and what a shop's people see of them."""

from django.urls import path

from orders.api import addresses, bags, desk, offers, orders, waiting

urlpatterns = [
    path("address/", addresses.AddressView.as_view(), name="address"),
    path("bags/<slug:shop>/", bags.BagView.as_view(), name="bag"),
    path("bags/<slug:shop>/lines/<int:variant>/", bags.LineView.as_view(), name="bag-line"),
    path("bags/<slug:shop>/coupon/", bags.CouponView.as_view(), name="bag-coupon"),
    path("orders/", orders.OrdersView.as_view(), name="orders"),
    path("orders/<uuid:token>/", orders.OrderView.as_view(), name="order"),
    path("orders/<uuid:token>/payment/", orders.PaymentView.as_view(), name="open-payment"),
    path("orders/<uuid:token>/cancel/", orders.CancelView.as_view(), name="cancel-order"),
    path("waiting/", waiting.WaitingView.as_view(), name="waiting"),
    path("waiting/<uuid:token>/", waiting.PlaceView.as_view(), name="waiting-place"),
    path("shows/<slug:slug>/offer/", offers.OfferView.as_view(), name="offer"),
    path("shops/<slug:shop>/orders/", desk.ShopOrdersView.as_view(), name="shop-orders"),
]
