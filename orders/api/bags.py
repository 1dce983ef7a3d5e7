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
from livecommerce.callers import address_of
from orders import bag, coupons, quotes, turnstile
from orders.api import told
from orders.api.shapes import CountryField, QuoteSerializer
from orders.models import MAX_QUANTITY, Bag
from shops.models import Shop


class Destination(serializers.Serializer):
    """Where to; without a country the prices are those of the shop's home."""

    country = CountryField(required=False)


class LineInput(serializers.Serializer):
    quantity = WholeNumber(min_value=1, max_value=MAX_QUANTITY)
    item = WholeNumber(allow_null=True, default=None)


class CouponInput(serializers.Serializer):
    code = serializers.CharField(max_length=coupons.LONGEST)


@method_decorator(never_cache, "dispatch")
class QuotedView(APIView):
    """Every call answers what the bag costs after it; all of them may name a country."""

    def asked(self, slug: str) -> tuple[Shop, str, str | None]:
        """Which shop, whose bag, and where to."""
        shop = get_object_or_404(Shop, slug=slug)
        wanted = asked(Destination, self.request.query_params)
        return shop, str(self.request.visitor), wanted.get("country")

    def quoted(self, shop: Shop, visitor: str, country: str | None) -> Response:
        quote = quotes.quote(Bag(shop=shop, owner=visitor), country)
        return Response(told.quote(quote))


@extend_schema(parameters=[Destination])
class BagView(QuotedView):
    """What is in the bag and what it costs now. Sets the cookie that unsafe calls must echo."""

    @extend_schema(responses=answers(QuoteSerializer, 400, 404))
    def get(self, request, shop):
        get_token(request)
        return self.quoted(*self.asked(shop))


@extend_schema(parameters=[Destination])
class LineView(QuotedView):
    """One variant in the bag."""

    @extend_schema(request=LineInput, responses=answers(QuoteSerializer, 400, 403, 404, 409))
    def put(self, request, shop, variant):
        """Have exactly so many units; `item` is the line-up item the visitor looked at."""
        shop, visitor, country = self.asked(shop)
        wanted = asked(LineInput, request.data)
        quantity, item = wanted["quantity"], wanted["item"]
        bag.put(shop, visitor, within_rows(variant), quantity, item_id=item)
        return self.quoted(shop, visitor, country)

    @extend_schema(responses=answers(QuoteSerializer, 400, 403, 404))
    def delete(self, request, shop, variant):
        """Take it out; what is not in the bag is out of it already."""
        shop, visitor, country = self.asked(shop)
        bag.put(shop, visitor, within_rows(variant), 0)
        return self.quoted(shop, visitor, country)


@extend_schema(parameters=[Destination])
class CouponView(QuotedView):
    """The code on the bag: one at a time."""

    @extend_schema(request=CouponInput, responses=answers(QuoteSerializer, 400, 403, 404, 409, 429))
    def put(self, request, shop):
        """Use a code, in the place of another. It can be claimed before the bag is filled."""
        shop, visitor, country = self.asked(shop)
        code = asked(CouponInput, request.data)["code"]
        turnstile.put_coupon(shop, visitor, code, address=address_of(request))
        return self.quoted(shop, visitor, country)

    @extend_schema(responses=answers(QuoteSerializer, 400, 403, 404))
    def delete(self, request, shop):
        """Use none; without one, nothing changes."""
        shop, visitor, country = self.asked(shop)
        bag.set_coupon(shop, visitor, None)
        return self.quoted(shop, visitor, country)


def within_rows(pk: int) -> int:
    """An id too large for any database becomes one that merely does not exist."""
    return min(pk, MAX_NUMBER)
