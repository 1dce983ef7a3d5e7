"""What a shop's people do while a show runs. Who is not of the shop finds no such show."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from livecommerce.api import WholeNumber, answers, asked
from shops.models import Member
from streams import lifecycle, lineup, pins, presence
from streams.api.shapes import PinSerializer, ShowSerializer
from streams.models import Show

RUNNING = (Member.Role.OWNER, Member.Role.PRODUCER, Member.Role.HOST)
MODERATING = (*RUNNING, Member.Role.MODERATOR)


class StaffView(APIView):
    permission_classes = [IsAuthenticated]
    roles = RUNNING

    def show(self, slug: str) -> Show:
        """The show, if this person may do this in it."""
        mine = Show.objects.run_by(self.request.user, *self.roles)
        cards = mine.select_related("shop", "poster").annotate(viewers=presence.counted())
        return get_object_or_404(cards, slug=slug)


class PinInput(serializers.Serializer):
    item = WholeNumber()


class PinView(StaffView):
    """The item on every screen."""

    @extend_schema(
        request=PinInput, responses=answers(PinSerializer, 400, 403, 404, 409, status=201)
    )
    def post(self, request, slug):
        show = self.show(slug)
        wanted = asked(PinInput, request.data)
        item = get_object_or_404(lineup.items(show), pk=wanted["item"])
        return Response(pins.card(pins.open(item)), status=201)

    @extend_schema(responses=answers(None, 403, 404, status=204))
    def delete(self, request, slug):
        pins.close(self.show(slug))
        return Response(status=204)


class StartView(StaffView):
    """Go live."""

    @extend_schema(request=None, responses=answers(ShowSerializer, 403, 404, 409))
    def post(self, request, slug):
        show = self.show(slug)
        lifecycle.go_live(show)
        return Response(ShowSerializer(show).data)


class EndView(StaffView):
    """End the show; from now on it is its own replay."""

    @extend_schema(request=None, responses=answers(ShowSerializer, 403, 404, 409))
    def post(self, request, slug):
        show = self.show(slug)
        lifecycle.end(show)
        return Response(ShowSerializer(show).data)
