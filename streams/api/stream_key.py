"""What an encoder needs to send a show's picture, for those who may publish it."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from livecommerce.api import answers
from streams.api.on_air import StaffView
from streams.models import Show
from streams.video.engines import choice, ivs


class StreamKeySerializer(serializers.Serializer):
    """`server` is null where RTMP is switched off. The key is a secret."""

    server = serializers.CharField(allow_null=True)
    key = serializers.CharField()


class StreamKeyView(StaffView):
    """The address and the key for OBS."""

    @extend_schema(responses=answers(StreamKeySerializer, 403, 404, 409))
    def get(self, request, slug):
        return told(self.show(slug))


class RotateStreamKeyView(StaffView):
    """Another key. Who sends with the old one is cut off within 10 seconds."""

    @extend_schema(request=None, responses=answers(StreamKeySerializer, 403, 404, 409))
    def post(self, request, slug):
        show: Show = self.show(slug)
        return told(show, choice.of(show).rotate(show))


class LargeAudienceView(StaffView):
    """POST: the show that is to come goes through Amazon IVS. DELETE: through us after all."""

    @extend_schema(request=None, responses=answers(StreamKeySerializer, 403, 404, 409))
    def post(self, request, slug):
        ivs.ask(self.show(slug))
        return told(self.show(slug))

    @extend_schema(responses=answers(StreamKeySerializer, 403, 404, 409))
    def delete(self, request, slug):
        ivs.withdraw(self.show(slug))
        return told(self.show(slug))


def told(show: Show, key: str = "") -> Response:
    """An answer that no cache keeps."""
    engine = choice.of(show)
    answer = {"server": engine.server(show), "key": key or engine.key_of(show)}
    return Response(answer, headers={"Cache-Control": "no-store"})
