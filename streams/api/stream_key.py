"""What an encoder needs to send a show's picture, for those who may publish it."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from livecommerce.api import answers
from streams.api.on_air import StaffView
from streams.models import Show
from streams.video.ingest import keys


class StreamKeySerializer(serializers.Serializer):
    """`server` is null where RTMP is switched off. The key is a secret."""

    server = serializers.CharField(allow_null=True)
    key = serializers.CharField()


class StreamKeyView(StaffView):
    """The address and the key for OBS."""

    @extend_schema(responses=answers(StreamKeySerializer, 403, 404))
    def get(self, request, slug):
        return told(keys.key_of(self.show(slug)))


class RotateStreamKeyView(StaffView):
    """Another key. Who sends with the old one is cut off within 10 seconds."""

    @extend_schema(request=None, responses=answers(StreamKeySerializer, 403, 404))
    def post(self, request, slug):
        show: Show = self.show(slug)
        return told(keys.rotate(show))


def told(key: str) -> Response:
    """An answer that no cache keeps."""
    answer = {"server": settings.RTMP_URL or None, "key": key}
    return Response(answer, headers={"Cache-Control": "no-store"})
