"""The studio, and what it asks while it is open: who sends the show's picture, and how it comes."""

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie

from shops import backoffice
from streams.models import Rendition, Segment, Show, Take

RECENT = 5  # segments that a rate is measured by


class StudioPages:
    """The addresses below a show that belong to its studio; mixed into the admin of shows."""

    def studio_urls(self):
        pages = {"": self.studio, "state/": self.studio_state}
        return [
            path(
                f"<int:show_id>/studio/{below}",
                self.admin_site.admin_view(ensure_csrf_cookie(view)),
                name=f"streams_show_{view.__name__}",
            )
            for below, view in pages.items()
        ]

    def studio(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.HOSTS)
        return self.screen(request, show, "admin/streams/show/studio.html", "Studio")

    def studio_state(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.HOSTS)
        state = {"status": show.status, "sending": sending(show)}
        return JsonResponse(state, headers={"Cache-Control": "no-store"})


def sending(show: Show) -> dict | None:
    """The take that is being received: its source, size and bits a second of late; or None."""
    take = show.takes.filter(status=Take.Status.RECEIVING).first()
    if take is None:
        return None
    recent = Segment.objects.filter(take=take, rendition__name=Rendition.SOURCE).order_by("-number")
    sizes = list(recent.values_list("size", "duration")[:RECENT])
    seconds = sum(duration for _, duration in sizes)
    source = show.renditions.filter(name=Rendition.SOURCE).first() if sizes else None
    return {
        "source": take.source,
        "width": source.width if source else 0,
        "height": source.height if source else 0,
        "bitrate": round(8 * sum(size for size, _ in sizes) / seconds) if seconds else 0,
    }
