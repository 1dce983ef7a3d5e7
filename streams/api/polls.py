"""Putting a question to everyone in a show."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from livecommerce.api import answers, asked
from streams.api.on_air import MODERATING, StaffView
from streams.api.shapes import PollSerializer
from streams.talk import polls


class Text(serializers.CharField):
    """A JSON string, and no number that can be written as one."""

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class PollInput(serializers.Serializer):
    question = Text(max_length=polls.MAX_QUESTION)
    options = serializers.ListField(
        child=Text(max_length=polls.MAX_OPTION),
        min_length=polls.FEWEST,
        max_length=polls.MOST,
    )


class PollView(StaffView):
    """The poll that is open to everyone in the room."""

    roles = MODERATING

    @extend_schema(
        request=PollInput, responses=answers(PollSerializer, 400, 403, 404, 409, status=201)
    )
    def post(self, request, slug):
        show = self.show(slug)
        wanted = asked(PollInput, request.data)
        poll = polls.open(show, wanted["question"], wanted["options"])
        return Response(polls.shape(poll), status=201)

    @extend_schema(responses=answers(None, 403, 404, status=204))
    def delete(self, request, slug):
        polls.close(self.show(slug))
        return Response(status=204)
