"""What sold, for the people of the shop."""

from django.db.models import Count, Sum
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from livecommerce.api import WrittenNumber, answers, asked
from orders.api.shapes import ShopOrderSerializer, ShopOrdersSerializer
from orders.models import Order, OrderLine
from shops.models import Member, Shop

SELLING = set(Member.Role.values) - {Member.Role.MODERATOR}  # buyers' names are not for all


class OrdersFilter(serializers.Serializer):
    show = serializers.SlugField(required=False)
    limit = WrittenNumber(default=100, min_value=1, max_value=500)


@method_decorator(never_cache, "dispatch")
class ShopOrdersView(APIView):
    """A shop's orders, newest first; the totals count what is sold, however long the list."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        parameters=[OrdersFilter], responses=answers(ShopOrdersSerializer, 400, 403, 404)
    )
    def get(self, request, shop):
        shop = get_object_or_404(Shop.objects.run_by(request.user, *SELLING), slug=shop)
        wanted = asked(OrdersFilter, request.query_params)
        orders = shop.orders.all()
        if "show" in wanted:
            orders = orders.filter(show__slug=wanted["show"])
        newest = orders.prefetch_related("lines")[: wanted["limit"]]
        return Response(
            {"results": ShopOrderSerializer(newest, many=True).data, "totals": totals(orders)}
        )


def totals(orders) -> dict:
    sold = orders.filter(status__in=Order.TAKINGS).order_by()
    money = sold.aggregate(orders=Count("pk"), amount=Sum("total"))
    units = OrderLine.objects.filter(order__in=sold).aggregate(units=Sum("quantity"))
    return {name: value or 0 for name, value in {**money, **units}.items()}
