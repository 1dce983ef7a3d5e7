"""What is made of a show after it: its progress, what is cut off, a finished film, captions."""

import math
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.csrf import ensure_csrf_cookie

from livecommerce.errors import DomainError, Invalid
from livecommerce.media import address
from livecommerce.realtime import ring
from shops import backoffice
from streams import tasks
from streams.models import Captions, Extra, Rendition, Show, Upload
from streams.video.replay import captions, claims, extras, recording, shown, trim, uploading, whole

NAMES = {Extra.Kind.STORYBOARD: "Small pictures for seeking", Extra.Kind.DOWNLOAD: "Download"}
STATES = {"due": "Waiting", "making": "Being made", "ready": "Ready", "failed": "Failed"}
KINDS = {"rendition": Rendition, "extra": Extra, "upload": Upload}


class MomentField(forms.DateTimeField):
    """A moment of the show's clock, to the millisecond."""

    def __init__(self, **kwargs):
        formats = ["%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
        kind = {"type": "datetime-local", "step": "0.001"}
        widget = forms.DateTimeInput(kind, format="%Y-%m-%dT%H:%M:%S.%f")
        widget.supports_microseconds = True
        super().__init__(required=False, input_formats=formats, widget=widget, **kwargs)

    def prepare_value(self, value):
        value = super().prepare_value(value)
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] if hasattr(value, "strftime") else value


class TrimForm(backoffice.PlainForm):
    begins = MomentField(label="Begins at")
    ends = MomentField(label="Ends at")


class CaptionsForm(backoffice.PlainForm):
    language = forms.CharField(label="Language", max_length=10)
    file = forms.FileField(label="WebVTT file")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > captions.MAX_BYTES:
            raise ValidationError("Captions may have at most 1 MB.")
        return file


class ReplayPages:
    """The addresses below a show that belong to its replay; mixed into the admin of shows."""

    def replay_urls(self):
        pages = {
            "": self.replay,
            "state/": self.replay_state,
            "whole.m3u8": self.replay_whole,
            "trim/": self.replay_trim,
            "again/<slug:kind>/<int:pk>/": self.replay_again,
            "film/": self.replay_film,
            "captions/": self.replay_captions,
            "captions/<int:pk>/remove/": self.replay_captions_remove,
        }
        return [
            path(
                f"<int:show_id>/replay/{below}",
                self.admin_site.admin_view(ensure_csrf_cookie(view)),
                name=f"streams_show_{view.__name__}",
            )
            for below, view in pages.items()
        ]

    def replay(self, request, show_id, **forms):
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        is_over = recording.is_over(show) and recording.source(show).exists()
        moments = {"begins": show.trim_from, "ends": show.trim_to}
        context = self.admin_site.each_context(request) | {
            "title": f"Replay · {show.title}",
            "show": show,
            "shop": show.shop,
            "is_over": is_over,
            "made": made(show),
            "is_trimmed": bool(show.trim_from or show.trim_to),
            "span": span(show) if is_over else None,
            "trim": TrimForm(initial=moments),
            "captions_form": CaptionsForm(initial={"language": "en"}),
            "captions": [
                {"row": row, "address": address(row.path)}
                for row in show.captions.order_by("language")
            ],
            "download": extras.address_of(show, Extra.Kind.DOWNLOAD),
            "may_upload": show.status == Show.Status.SCHEDULED,
            "is_uploaded": uploading.in_the_making(show),
            "upload_max_mb": settings.UPLOAD_MAX_MB,
            "time_zone": settings.TIME_ZONE,
        }
        return TemplateResponse(
            request, "admin/streams/show/replay.html", context | forms, status=400 if forms else 200
        )

    def replay_state(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        return JsonResponse(
            {"made": made(show), "download": extras.address_of(show, Extra.Kind.DOWNLOAD)}
        )

    def replay_whole(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        if not recording.source(show).exists():
            raise Http404
        return HttpResponse(whole.text(show), content_type="application/vnd.apple.mpegurl")

    def replay_trim(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        form = TrimForm(request.POST)
        if request.method != "POST" or not form.is_valid():
            return self.replay(request, show_id, **({"trim": form} if form.is_bound else {}))
        wanted = (None, None) if "undo" in request.POST else form.cleaned_data.values()
        try:
            trim.cut(show, *wanted)
        except DomainError as refusal:
            form.add_error(refusal.field or None, refusal.detail)
            return self.replay(request, show_id, trim=form)
        ring(tasks.make_next)
        words = "is cut" if show.trim_from or show.trim_to else "is whole again"
        messages.success(request, f"The replay {words}. Its files are made anew.")
        return self.back_to_replay(show)

    def replay_again(self, request, show_id, kind, pk):
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        row = KINDS[kind].objects.filter(show=show, pk=pk).first() if kind in KINDS else None
        if request.method == "POST" and row and row.status == row.Status.FAILED:
            claims.again(row)
            ring(tasks.make_next)
            messages.success(request, "It is tried again.")
        return self.back_to_replay(show)

    def replay_film(self, request, show_id):
        """POST: begin, or finish with a ticket. PUT: one slice. Answers and refuses in JSON."""
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        try:
            return JsonResponse(receive(request, show))
        except DomainError as refusal:
            return JsonResponse(refusal.as_dict(), status=refusal.status)

    def replay_captions(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        form = CaptionsForm(request.POST, request.FILES)
        if request.method != "POST":
            return self.back_to_replay(show)
        if form.is_valid():
            try:
                sent = form.cleaned_data
                captions.keep(show, sent["language"], sent["file"].read())
            except DomainError as refusal:
                form.add_error(refusal.field or None, refusal.detail)
            else:
                messages.success(request, f"The captions ({sent['language']}) are shown.")
                return self.back_to_replay(show)
        return self.replay(request, show_id, captions_form=form)

    def replay_captions_remove(self, request, show_id, pk):
        show = self.run_by(request, show_id, backoffice.MANAGERS)
        row = Captions.objects.filter(show=show, pk=pk).first()
        if request.method == "POST" and row:
            captions.remove(row)
            messages.success(request, f"The captions ({row.language}) are gone.")
        return self.back_to_replay(show)

    def back_to_replay(self, show):
        return HttpResponseRedirect(reverse("admin:streams_show_replay", args=[show.pk]))


def receive(request, show: Show) -> dict:
    """One step of an upload."""
    ticket = request.GET.get("ticket", "")
    if request.method == "PUT":
        data = request.read(uploading.SLICE + 1)
        uploading.take(uploading.find(show, ticket), number(request.GET.get("slice")), data)
        return {}
    if request.method != "POST":
        raise Invalid("A film is sent by POST and PUT.")
    if ticket:
        uploading.finish(uploading.find(show, ticket), tasks.make_next)
        return {}
    size = number(request.POST.get("size"))
    return {"ticket": uploading.begin(show, size).signed(), "slice": uploading.SLICE}


def number(text: str | None) -> int:
    if not text or not text.isdecimal() or not text.isascii() or len(text) > 15:
        raise Invalid("This is not a number.", field="film")
    return int(text)


def made(show: Show) -> list[dict]:
    """Everything that is made of the show, with how far it is."""
    rows = [
        *(("upload", "Your film", row) for row in Upload.objects.filter(show=show)),
        *(
            ("rendition", f"Smaller picture, {row.name}", row)
            for row in show.renditions.exclude(name=Rendition.SOURCE)
        ),
        *(("extra", NAMES[row.kind], row) for row in show.extras.order_by("kind")),
    ]
    is_over = show.status == Show.Status.ENDED
    return [
        {
            "key": f"{kind}-{row.pk}",
            "kind": kind,
            "pk": row.pk,
            "name": name,
            "status": row.status,
            "state": STATES[row.status],
            "progress": row.progress,
            "failure": row.failure if row.status != row.Status.READY else "",
        }
        for kind, name, row in rows
        if is_over or kind == "upload"
    ]


def span(show: Show) -> dict:
    """From when to when it was recorded, and shown, by the show's clock."""
    whole, cut = list(recording.source(show)), list(shown.only(show, recording.source(show)))
    end = cut[-1].at + timedelta(seconds=cut[-1].duration)
    return {
        "from": whole[0].at,
        "to": whole[-1].at + timedelta(seconds=whole[-1].duration),
        "shown_from": cut[0].at,
        "shown_to": end,
        "seconds": round(sum(row.duration for row in cut)),
        "coarse": math.ceil(max(row.duration for row in whole)),
    }
