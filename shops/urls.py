from django.urls import path

from shops import account_views, views

urlpatterns = [
    path("account/sign-in/", account_views.sign_in, name="sign-in"),
    path("account/sign-up/", account_views.sign_up, name="sign-up"),
    path("account/sign-out/", account_views.sign_out, name="sign-out"),
    path("<slug:shop>/<slug:product>/", views.product, name="product"),
]
