"""A visitor's bag in one shop. What it costs is always reckoned here, never sent."""

from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from livecommerce.api import MAX_NUMBER, WholeNumber, answers, asked
from orders import bag, pricing
from orders.api.shapes import QuoteSerializer
from orders.models import MAX_QUANTITY, Bag
from shops.models import Shop


def quoted(shop: Shop, visitor: str) -> Response:
    return Response(pricing.as_dict(pricing.quote(Bag(shop=shop, owner=visitor))))


@method_decorator(never_cache, "dispatch")
class BagView(APIView):
    """What is in the bag and what it costs now. Sets the cookie that unsafe calls must echo."""

    @extend_schema(responses=answers(QuoteSerializer, 404))
    def get(self, request, shop):
        get_token(request)
        return quoted(get_object_or_404(Shop, slug=shop), str(request.visitor))


class LineInput(serializers.Serializer):
    quantity = WholeNumber(min_value=1, max_value=MAX_QUANTITY)
    item = WholeNumber(allow_null=True, default=None)


@method_decorator(never_cache, "dispatch")
class LineView(APIView):
    """One variant in the bag."""

    @extend_schema(request=LineInput, responses=answers(QuoteSerializer, 400, 403, 404, 409))
    def put(self, request, shop, variant):
        """Have exactly so many units; `item` is the line-up item the visitor looked at."""
        shop = get_object_or_404(Shop, slug=shop)
        wanted = asked(LineInput, request.data)
        quantity, item = wanted["quantity"], wanted["item"]
        bag.put(shop, str(request.visitor), within_rows(variant), quantity, item_id=item)
        return quoted(shop, str(request.visitor))

    @extend_schema(responses=answers(QuoteSerializer, 403, 404))
    def delete(self, request, shop, variant):
        """Take it out; what is not in the bag is out of it already."""
        shop = get_object_or_404(Shop, slug=shop)
        bag.put(shop, str(request.visitor), within_rows(variant), 0)
        return quoted(shop, str(request.visitor))


def within_rows(pk: int) -> int:
    """An id too large for any database becomes one that merely does not exist."""
    return min(pk, MAX_NUMBER)
