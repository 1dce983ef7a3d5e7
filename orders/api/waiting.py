"""A visitor's place in the line for what is sold out. The token in the address is the key."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from livecommerce.api import WholeNumber, answers, asked
from livecommerce.callers import address_of
from orders import turnstile, waiting
from orders.models import MAX_QUANTITY, Place
from shops.models import Shop


class PlaceInput(serializers.Serializer):
    """`item` is the line-up item the visitor looked at, for its show price when she buys."""

    shop = serializers.SlugField()
    variant = WholeNumber(min_value=1)
    item = WholeNumber(allow_null=True, default=None)
    quantity = WholeNumber(min_value=1, max_value=MAX_QUANTITY, default=1)
    email = serializers.EmailField(max_length=254)


class PlaceSerializer(serializers.ModelSerializer):
    """A place in the line; `ahead` says how many are called before."""

    url = serializers.SerializerMethodField()
    ahead = serializers.SerializerMethodField()
    title = serializers.CharField(source="variant.__str__")
    shop = serializers.CharField(source="shop.slug")

    class Meta:
        model = Place
        fields = [
            "token",
            "url",
            "status",
            "ahead",
            "quantity",
            "called_until",
            "title",
            "shop",
        ]

    def get_url(self, place) -> str:
        return reverse("waiting-place", args=[place.token])

    def get_ahead(self, place) -> int:
        return waiting.ahead(place)


@method_decorator(never_cache, "dispatch")
class WaitingView(APIView):
    """Get in line."""

    @extend_schema(
        request=PlaceInput, responses=answers(PlaceSerializer, 400, 403, 404, 409, 429, status=201)
    )
    def post(self, request):
        """Wait for what is sold out; whoever is in the line already keeps her place."""
        wanted = asked(PlaceInput, request.data)
        place = turnstile.join(
            get_object_or_404(Shop, slug=wanted["shop"]),
            str(request.visitor),
            wanted["variant"],
            wanted["quantity"],
            wanted["email"],
            address=address_of(request),
            item_id=wanted["item"],
        )
        return Response(PlaceSerializer(place).data, status=201)


@method_decorator(never_cache, "dispatch")
class PlaceView(APIView):
    """One place, for whoever has its token."""

    @extend_schema(responses=answers(PlaceSerializer, 404))
    def get(self, request, token):
        return Response(PlaceSerializer(found(token)).data)

    @extend_schema(responses=answers(PlaceSerializer, 403, 404, 409))
    def delete(self, request, token):
        """Leave the line; what was held for it goes to the next."""
        place = found(token)
        waiting.leave(place)
        return Response(PlaceSerializer(place).data)


def found(token) -> Place:
    places = Place.objects.select_related("shop", "variant__product")
    return get_object_or_404(places, token=token)
