"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from livecommerce import health, media
from livecommerce.api import Nothing

api = [
    path("", include("orders.api")),  # first, as those before are tried in vain by each order
    path("", include("shops.api")),
    path("", include("streams.api")),
    re_path(r".*/$", Nothing.as_view()),
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

handler400 = "livecommerce.refusals.bad_request"
handler404 = "livecommerce.refusals.not_found"
