"""Shows, their rooms and their logs, for everyone to read."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from livecommerce.api import WrittenNumber, answers, asked
from streams import deals, lineup, log, offers, presence, rooms
from streams.api.shapes import (
    EventsSerializer,
    RoomSerializer,
    ShowSerializer,
    ShowWithItemsSerializer,
)
from streams.models import Show
from streams.video.replay import shown


def public():
    """The shows that have a page, with what a card shows of them."""
    shows = Show.objects.exclude(status=Show.Status.CANCELLED)
    return shows.select_related("shop", "poster").annotate(viewers=presence.counted())


class ShowFilter(serializers.Serializer):
    status = serializers.ChoiceField(["live", "scheduled", "ended"], required=False)
    shop = serializers.SlugField(required=False)


class ShowList(generics.ListAPIView):
    """Shows, the latest start first."""

    queryset = Show.objects.none()
    serializer_class = ShowSerializer

    def get_queryset(self):
        wanted = asked(ShowFilter, self.request.query_params)
        fields = {"status": "status", "shop": "shop__slug"}
        return public().filter(**{fields[name]: value for name, value in wanted.items()})

    @extend_schema(
        parameters=[ShowFilter],
        responses=answers(ShowSerializer(many=True), 400),
    )
    def get(self, request):
        return self.list(request)


class ShowDetail(APIView):
    """One show with its line-up."""

    @extend_schema(responses=answers(ShowWithItemsSerializer, 404))
    def get(self, request, slug):
        show = get_object_or_404(public(), slug=slug)
        shown = {
            "items": lineup.cards(show),
            "drops": lineup.drops(show),
            "deals": deals.current(show),
            "offer": offers.current(show),
        }
        return Response(ShowSerializer(show).data | shown)


class RoomView(APIView):
    """The room as its sockets describe it first."""

    @extend_schema(responses=answers(RoomSerializer, 404))
    def get(self, request, slug):
        return Response(rooms.snapshot(get_object_or_404(public(), slug=slug)))


class EventsFilter(serializers.Serializer):
    after = WrittenNumber(default=0)
    limit = WrittenNumber(default=log.PAGE_LIMIT, min_value=1, max_value=log.PAGE_LIMIT)


class EventsView(APIView):
    """The facts after a number, in order; `last_seq` is the number of the newest of all."""

    @extend_schema(parameters=[EventsFilter], responses=answers(EventsSerializer, 400, 404))
    def get(self, request, slug):
        show = get_object_or_404(public(), slug=slug)
        wanted = asked(EventsFilter, request.query_params)
        facts = log.after(show, wanted["after"], limit=wanted["limit"])
        facts = shown.public(show, facts)
        return Response({"facts": facts, "last_seq": log.last_seq(show)})
