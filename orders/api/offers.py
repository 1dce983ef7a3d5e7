"""A coupon in the player, for those who run the show. Who is not of the shop finds no such show."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from livecommerce.api import answers, asked
from orders import coupons
from orders.api.bags import CouponInput
from streams import offers, rooms
from streams.models import Show

RUNNING = tuple(role for role, part in rooms.ROLES.items() if part == "host")


class ShownOfferSerializer(serializers.Serializer):
    offer = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()


class OfferView(APIView):
    """The code that everyone in the room can claim."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        request=CouponInput,
        responses=answers(ShownOfferSerializer, 400, 403, 404, 409, status=201),
    )
    def post(self, request, slug):
        """Show a code of the shop, instead of the one before it."""
        show = self.show(slug)
        coupon = coupons.find(show.shop, asked(CouponInput, request.data)["code"])
        offer = offers.open(show, coupon.code, coupons.label(coupon))
        return Response(offers.card(offer), status=201)

    @extend_schema(responses=answers(None, 403, 404, status=204))
    def delete(self, request, slug):
        """Take it off the screens."""
        offers.close(self.show(slug))
        return Response(status=204)

    def show(self, slug: str) -> Show:
        mine = Show.objects.run_by(self.request.user, *RUNNING)
        return get_object_or_404(mine.select_related("shop"), slug=slug)
