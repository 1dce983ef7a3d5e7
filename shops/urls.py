from django.urls import path

from shops import views

urlpatterns = [
    path("<slug:shop>/<slug:product>/", views.product, name="product"),
]
