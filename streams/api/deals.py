"""Flash deals of a show, for those who run it."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from livecommerce.api import WholeNumber, answers, asked
from streams import deals, lineup
from streams.api.on_air import StaffView
from streams.api.shapes import DealSerializer
from streams.models import Deal


class DealInput(serializers.Serializer):
    """`price` is for every variant, in minor units; without `cap` and `limit_each` no limit."""

    item = WholeNumber()
    price = WholeNumber()
    seconds = WholeNumber()
    cap = WholeNumber(allow_null=True, default=None)
    limit_each = WholeNumber(allow_null=True, default=None)


class DealsView(StaffView):
    """What an item costs for a while."""

    @extend_schema(
        request=DealInput, responses=answers(DealSerializer, 400, 403, 404, 409, status=201)
    )
    def post(self, request, slug):
        """Start a deal; one that is open on the item ends."""
        show = self.show(slug)
        wanted = asked(DealInput, request.data)
        item = get_object_or_404(lineup.items(show), pk=wanted.pop("item"))
        return Response(deals.card(deals.open(item, **wanted)), status=201)


class DealView(StaffView):
    """One deal of the show."""

    @extend_schema(responses=answers(None, 403, 404, status=204))
    def delete(self, request, slug, deal):
        """End it; what ended already stays as it is."""
        deals.close(get_object_or_404(Deal, item__show=self.show(slug), pk=deal))
        return Response(status=204)
