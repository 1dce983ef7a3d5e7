from django.urls import path

from orders import views, webhooks

urlpatterns = [
    path("bag/<slug:shop>/", views.bag, name="bag"),
    path("bag/<slug:shop>/put/", views.put_in_bag, name="put-in-bag"),
    path("checkout/<slug:shop>/", views.checkout, name="checkout"),
    path("orders/<uuid:token>/", views.order, name="order"),
    path("orders/<uuid:token>/cancel/", views.cancel, name="cancel-order"),
    path("webhooks/stripe", webhooks.stripe, name="stripe-webhook"),
]
