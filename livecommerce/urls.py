"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from livecommerce import health, media

api = [
    path("", include("shops.api")),
    path("", include("streams.api")),
    path("", include("orders.api")),
]

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("media/<path:path>", media.file, name="media"),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/", include((api, "api"))),
    path("", include("orders.urls")),
    path("", include("streams.urls")),
    path("", include("shops.urls")),
]
