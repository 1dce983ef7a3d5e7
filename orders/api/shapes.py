"""How bags and orders look in JSON. Amounts are minor units of `currency`."""

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders import lifecycle
from orders.models import Order, Payment, Refund
from shops.countries import COUNTRIES

CODES = frozenset(code for code, _ in COUNTRIES)


class CountryField(serializers.CharField):
    """A code like DE. What was sent is not repeated: half a surrogate could not be written.

    A choice of 250 would be copied for every call.
    """

    default_error_messages = {"unknown": "A country is written like DE."}

    def to_internal_value(self, data):
        code = super().to_internal_value(data)
        if code not in CODES:
            self.fail("unknown")
        return code


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
    deal_ends_at = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField()


class QuoteSerializer(serializers.Serializer):
    """What a bag costs now; send `total` back as `seen` to buy at exactly this price.

    `tax` is contained in the total or was added to it; `tax_rate` is in hundredths of a percent.
    """

    currency = serializers.CharField()
    lines = QuotedLineSerializer(many=True)
    items_total = serializers.IntegerField()
    coupon = serializers.CharField(allow_null=True)
    discount = serializers.IntegerField()
    zone = serializers.CharField(allow_null=True)
    is_delivered = serializers.BooleanField()
    shipping = serializers.IntegerField()
    tax = serializers.IntegerField()
    tax_rate = serializers.IntegerField()
    is_tax_included = serializers.BooleanField()
    total = serializers.IntegerField()


class OrderLineSerializer(serializers.Serializer):
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    total = serializers.IntegerField()


class PaymentSerializer(serializers.Serializer):
    """How to pay and how it went; while the order is pending, who placed it reads `client_secret`.

    Whoever else has the link may look: with the secret the provider would tell the payer's e-mail.
    """

    status = serializers.ChoiceField(Payment.Status.choices)
    refusal = serializers.CharField()
    client_secret = serializers.SerializerMethodField()
    customer_session = serializers.SerializerMethodField()
    publishable_key = serializers.SerializerMethodField()
    api_base = serializers.SerializerMethodField()
    is_stand_in = serializers.SerializerMethodField()

    def get_client_secret(self, payment) -> str:
        is_hers = payment.order.owner == str(self.context["request"].visitor)
        is_open = payment.order.status == Order.Status.PENDING
        return payment.client_secret if is_hers and is_open else ""

    def get_customer_session(self, payment) -> str:
        """With it the payment form offers her saved cards; only when it has just been opened."""
        return self.context.get("customer_session", "")

    def get_publishable_key(self, payment) -> str:
        return settings.STRIPE_PUBLISHABLE_KEY

    def get_api_base(self, payment) -> str:
        return settings.STRIPE_API_BASE if settings.IS_STAND_IN else ""

    def get_is_stand_in(self, payment) -> bool:
        return settings.IS_STAND_IN


class RefundSerializer(serializers.ModelSerializer):
    class Meta:
        model = Refund
        fields = ["amount", "reason", "status", "made_at"]


class OrderSerializer(serializers.Serializer):
    """An order as its shopper sees it; `token` is the key to it."""

    token = serializers.UUIDField()
    number = serializers.CharField()
    url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(Order.Status.choices)
    currency = serializers.CharField()
    lines = OrderLineSerializer(many=True, source="sold")
    items_total = serializers.IntegerField()
    coupon_code = serializers.CharField()
    discount = serializers.IntegerField()
    shipping = serializers.IntegerField()
    tax = serializers.IntegerField()
    tax_rate = serializers.IntegerField()
    is_tax_included = serializers.BooleanField()
    total = serializers.IntegerField()
    placed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    capture_at = serializers.DateTimeField(allow_null=True)
    can_cancel = serializers.SerializerMethodField()
    refunded = serializers.IntegerField(source="payment.refunded")
    refunds = serializers.SerializerMethodField()
    payment = PaymentSerializer()

    def get_url(self, order) -> str:
        return reverse("order", args=[order.token])

    def get_can_cancel(self, order) -> bool:
        """Whether this visitor may still take it back."""
        is_hers = order.owner == str(self.context["request"].visitor)
        return is_hers and lifecycle.can_cancel(order)

    @extend_schema_field(RefundSerializer(many=True))
    def get_refunds(self, order) -> list[dict]:
        if not order.payment.refunding:  # none: the database need not be asked
            return []
        return RefundSerializer(order.payment.refunds.all(), many=True).data


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
