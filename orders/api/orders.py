"""Orders of one visitor: place, pay, look, cancel. The token in the address is the key."""

import logging
from contextlib import suppress

from django.core.cache import cache, caches
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from livecommerce.api import WholeNumber, answers, asked
from livecommerce.callers import address_of
from livecommerce.errors import DomainError
from orders import checkout, counter, customers, lifecycle, limits, payments
from orders.api import told
from orders.api.shapes import CountryField, OrderSerializer
from orders.models import Order
from orders.submit import Delivery, Submit
from shops import tries

LOOK_EVERY = 2  # seconds between two questions to the provider about one order
OPENINGS, MINUTES = 30, 10  # of one order's payment in that time: each asks the provider
logger = logging.getLogger(__name__)


class OrderThrottle(SimpleRateThrottle):
    """So many submits of one visitor from one address; settings name the rate.

    Each process counts for itself: two questions to Redis would cost more than the placing.
    """

    scope = "orders"
    cache = caches["here"]

    def get_cache_key(self, request, view):
        ident = f"{request.visitor}-{self.get_ident(request)}"
        return self.cache_format % {"scope": self.scope, "ident": ident}

    def allow_request(self, request, view):
        try:
            return super().allow_request(request, view)
        except Exception:  # a dead cache must not stop a sale
            logger.warning("submits are not being counted", exc_info=True)
            return True


class OrderInput(serializers.Serializer):
    """`key` names this submit, `seen` is the total that was shown; prices are not asked."""

    shop = serializers.SlugField()
    key = serializers.RegexField(r"^[0-9a-f-]{32,36}$")
    seen = WholeNumber()
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120)
    line1 = serializers.CharField(max_length=160)
    line2 = serializers.CharField(max_length=160, allow_blank=True, default="")
    postcode = serializers.CharField(max_length=20)
    city = serializers.CharField(max_length=80)
    region = serializers.CharField(max_length=80, allow_blank=True, default="")
    country = CountryField()


@method_decorator(never_cache, "dispatch")
class OrdersView(APIView):
    """Buy what is in the bag."""

    throttle_classes = [OrderThrottle]

    @extend_schema(
        request=OrderInput, responses=answers(OrderSerializer, 400, 403, 404, 409, 429, status=201)
    )
    def post(self, request):
        """Promise the units; its payment is opened next. Sent again, it is the same order."""
        wanted = asked(OrderInput, request.data)
        submit = Submit(
            shop=wanted.pop("shop"),
            owner=str(request.visitor),
            key=wanted.pop("key"),
            seen=wanted.pop("seen"),
            delivery=Delivery(**wanted),
            caller=limits.countable(address_of(request)),
            user_id=request.user.pk,
        )
        try:
            placed = counter.place(submit)
        except counter.NoSuchShop as refusal:
            raise Http404(refusal.detail) from refusal
        return answer(placed, request, status=201)


@method_decorator(never_cache, "dispatch")
class OrderView(APIView):
    """One order, for whoever has its token."""

    @extend_schema(responses=answers(OrderSerializer, 404))
    def get(self, request, token):
        """While it is pending, the provider is asked now and then: the webhook may be lost."""
        order = found(token)
        if order.status == Order.Status.PENDING and is_time_to_look(order):
            with suppress(DomainError):  # no answer, or a strange one: ours stands
                checkout.confirm(order.payment)
            order = found(token)
        return answer(order, request)


@method_decorator(never_cache, "dispatch")
class PaymentView(APIView):
    """How to pay for it."""

    @extend_schema(request=None, responses=answers(OrderSerializer, 403, 404, 409, 429))
    def post(self, request, token):
        """Open the payment at the provider; asking twice opens one.

        Nobody answers there: `payment_unavailable`. The units stay held, and it can be asked again.
        """
        order = owned(token, request)
        tries.count("open-payment", str(order.token), most=OPENINGS, minutes=MINUTES)
        if order.status == Order.Status.PENDING:
            payments.start(order.payment)
        session = customers.session_of(order, request.user)
        return answer(order, request, customer_session=session)


@method_decorator(never_cache, "dispatch")
class CancelView(APIView):
    """The shopper does not want it any more: before it is paid, or before the money is taken."""

    @extend_schema(request=None, responses=answers(OrderSerializer, 403, 404, 409))
    def post(self, request, token):
        order = owned(token, request)
        lifecycle.cancel(order)
        return answer(order, request)


def found(token) -> Order:
    orders = Order.objects.select_related("payment", "shop", "user")
    return get_object_or_404(orders.with_lines(), token=token)


def owned(token, request) -> Order:
    """Whoever has the link may look; acting takes the visitor who placed it."""
    order = found(token)
    if order.owner != str(request.visitor):
        raise Http404("No Order matches the given query.")
    return order


def answer(order: Order, request, *, status: int = 200, **also) -> Response:
    return Response(told.order(order, str(request.visitor), **also), status=status)


def is_time_to_look(order: Order) -> bool:
    try:
        return cache.add(f"look-{order.pk}", True, timeout=LOOK_EVERY)
    except Exception:  # a dead cache must not keep the shopper from her result
        logger.warning("looks are not being counted", exc_info=True)
        return True
