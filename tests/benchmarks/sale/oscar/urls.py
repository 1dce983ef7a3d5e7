"""Oscar's pages, and the one address that the buyers use."""

from django.apps import apps
from django.urls import include, path

from tests.benchmarks.sale.oscar.views import PlaceView

urlpatterns = [
    path("place/", PlaceView.as_view()),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
