"""How bags and orders look in JSON. Amounts are minor units of `currency`."""

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from orders.models import Order, Payment


class QuotedLineSerializer(serializers.Serializer):
    variant = serializers.IntegerField()
    item = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()
    variant_title = serializers.CharField()
    picture = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    left = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    list_price = serializers.IntegerField()
    total = serializers.IntegerField()


class QuoteSerializer(serializers.Serializer):
    """What a bag costs now; send `total` back as `seen` to buy at exactly this price."""

    currency = serializers.CharField()
    lines = QuotedLineSerializer(many=True)
    items_total = serializers.IntegerField()
    shipping = serializers.IntegerField()
    total = serializers.IntegerField()


class OrderLineSerializer(serializers.Serializer):
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    total = serializers.IntegerField()


class PaymentSerializer(serializers.ModelSerializer):
    """How to pay and how it went; `client_secret` is there while the order is pending."""

    client_secret = serializers.SerializerMethodField()
    publishable_key = serializers.SerializerMethodField()
    api_base = serializers.SerializerMethodField()
    is_stand_in = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = [
            "status",
            "refusal",
            "client_secret",
            "publishable_key",
            "api_base",
            "is_stand_in",
        ]
        read_only_fields = ["status", "refusal"]

    def get_client_secret(self, payment) -> str:
        return payment.client_secret if payment.order.status == Order.Status.PENDING else ""

    def get_publishable_key(self, payment) -> str:
        return settings.STRIPE_PUBLISHABLE_KEY

    def get_api_base(self, payment) -> str:
        return settings.STRIPE_API_BASE if settings.IS_STAND_IN else ""

    def get_is_stand_in(self, payment) -> bool:
        return settings.IS_STAND_IN


class OrderSerializer(serializers.ModelSerializer):
    """An order as its shopper sees it; `token` is the key to it."""

    number = serializers.CharField()
    url = serializers.SerializerMethodField()
    lines = OrderLineSerializer(many=True)
    payment = PaymentSerializer()

    class Meta:
        model = Order
        fields = [
            "token",
            "number",
            "url",
            "status",
            "currency",
            "lines",
            "items_total",
            "shipping",
            "total",
            "placed_at",
            "expires_at",
            "payment",
        ]

    def get_url(self, order) -> str:
        return reverse("order", args=[order.token])


class SoldLineSerializer(serializers.Serializer):
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class ShopOrderSerializer(serializers.ModelSerializer):
    """An order as the shop's people see it."""

    number = serializers.CharField()
    lines = SoldLineSerializer(many=True)

    class Meta:
        model = Order
        fields = ["number", "status", "name", "total", "currency", "placed_at", "lines"]


class TotalsSerializer(serializers.Serializer):
    """Of what is sold: authorised and paid orders."""

    orders = serializers.IntegerField()
    units = serializers.IntegerField()
    amount = serializers.IntegerField()


class ShopOrdersSerializer(serializers.Serializer):
    results = ShopOrderSerializer(many=True)
    totals = TotalsSerializer()
