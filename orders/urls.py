from django.urls import path

from orders import account_views, views, waiting_views, webhooks

urlpatterns = [
    path("account/", account_views.account, name="account"),
    path("account/cards/add/", account_views.add_card, name="add-card"),
    path("account/cards/<slug:card>/remove/", account_views.remove_card, name="remove-card"),
    path("bag/<slug:shop>/", views.bag, name="bag"),
    path("bag/<slug:shop>/put/", views.put_in_bag, name="put-in-bag"),
    path("bag/<slug:shop>/coupon/", views.put_coupon, name="put-coupon"),
    path("bag/<slug:shop>/wait/", views.wait, name="wait"),
    path("checkout/<slug:shop>/", views.checkout, name="checkout"),
    path("orders/<uuid:token>/", views.order, name="order"),
    path("orders/<uuid:token>/cancel/", views.cancel, name="cancel-order"),
    path("waiting/<uuid:token>/", waiting_views.place, name="waiting-place"),
    path("webhooks/stripe", webhooks.stripe, name="stripe-webhook"),
]
