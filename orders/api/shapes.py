"""The shapes of bags and orders in JSON; orders.api.told fills them.

Amounts are minor units of `currency`.
"""

from rest_framework import serializers

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
    """How to pay and how it went.

    `client_secret` is there for who placed the order, while it is pending: with it the provider
    would tell anybody the payer's e-mail. With `customer_session` the payment form offers her saved
    cards; it is there when the payment has just been opened.
    """

    status = serializers.ChoiceField(Payment.Status.choices)
    refusal = serializers.CharField()
    client_secret = serializers.CharField()
    customer_session = serializers.CharField()
    publishable_key = serializers.CharField()
    api_base = serializers.CharField()
    is_stand_in = serializers.BooleanField()


class RefundSerializer(serializers.Serializer):
    amount = serializers.IntegerField()
    reason = serializers.CharField()
    status = serializers.ChoiceField(Refund.Status.choices)
    made_at = serializers.DateTimeField()


class OrderSerializer(serializers.Serializer):
    """An order as its shopper sees it; `token` is the key to it.

    `can_cancel`: whether this visitor may still take it back.
    """

    token = serializers.UUIDField()
    number = serializers.CharField()
    url = serializers.CharField()
    status = serializers.ChoiceField(Order.Status.choices)
    currency = serializers.CharField()
    lines = OrderLineSerializer(many=True)
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
    can_cancel = serializers.BooleanField()
    refunded = serializers.IntegerField()
    refunds = RefundSerializer(many=True)
    payment = PaymentSerializer()


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
