"""Bag, checkout and order as pages: the way to buy that needs no script up to the card itself."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from livecommerce import visitors
from livecommerce.errors import DomainError, Invalid
from orders import bag as bags
from orders import checkout as tills
from orders import gateway, lifecycle, payments, pricing
from orders.forms import DeliveryForm, country_name
from orders.models import Bag, Order
from shops.models import Shop


@never_cache
@require_safe
def bag(request, shop):
    shop = get_object_or_404(Shop.objects.select_related("avatar"), slug=shop)
    found = bags.find(shop, str(request.visitor))
    quote = found and pricing.quote(found)
    if quote:
        pricing.illustrate(quote)
    return render(request, "orders/bag.html", {"shop": shop, "quote": quote})


@require_POST
def put_in_bag(request, shop):
    """Fields: variant; quantity to have (or `add`: units more); item."""
    shop = get_object_or_404(Shop, slug=shop)
    try:
        variant = whole(request.POST.get("variant"), "variant")
        item = request.POST.get("item")
        item_id = whole(item, "item") if item else None
        if "quantity" in request.POST:
            quantity = whole(request.POST["quantity"], "quantity")
            bags.put(shop, str(request.visitor), variant, quantity, item_id=item_id)
        else:
            more = whole(request.POST.get("add", "1"), "add")
            bags.add(shop, str(request.visitor), variant, more, item_id=item_id)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    return redirect("bag", shop=shop.slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request, shop):
    shop = get_object_or_404(Shop.objects.select_related("avatar"), slug=shop)
    owner = str(request.visitor)
    form = DeliveryForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid():
        key, seen = form.cleaned_data["key"], form.cleaned_data["seen"]
        try:
            placed = tills.place(shop, owner, key, form.delivery(), seen=seen)
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
        else:
            return redirect("order", token=placed.token)
    quote = pricing.quote(Bag(shop=shop, owner=owner))
    if not quote.lines:
        return redirect("bag", shop=shop.slug)
    if form:
        # What is confirmed is always the total on this page, whatever the page before it said.
        form.data = form.data.copy()
        form.data["seen"] = quote.total
    else:
        form = DeliveryForm(initial={"key": uuid.uuid4().hex, "seen": quote.total})
    pricing.illustrate(quote)
    status = 409 if form.is_bound else 200
    return render(
        request,
        "orders/checkout.html",
        {
            "shop": shop,
            "quote": quote,
            "form": form,
            "hold_minutes": settings.HOLD_SECONDS // 60,
        },
        status=status,
    )


@never_cache
@require_safe
def order(request, token):
    """One address for paying, waiting and the receipt; the link itself is the key to it."""
    placed = get_object_or_404(Order.objects.select_related("shop__avatar", "payment"), token=token)
    trouble = ""
    try:
        if placed.status == Order.Status.PENDING:
            payments.start(placed.payment)
            tills.confirm(placed.payment)
            placed.refresh_from_db(fields=["status", "settled_at"])
    except gateway.GatewayUnavailable:
        trouble = "We cannot reach the payment service. Your units stay held; please try again."
    except DomainError:
        placed.refresh_from_db()  # it may have ended in this moment
        if placed.status == Order.Status.PENDING:
            trouble = "This payment cannot go on; nothing was taken. Please cancel and buy again."
    return render(
        request,
        "orders/order.html",
        {
            "order": placed,
            "shop": placed.shop,
            "is_mine": placed.owner == visitors.read(request.COOKIES.get(visitors.COOKIE)),
            "country": country_name(placed.country),
            "now": timezone.now(),
            "lines": placed.lines.all(),
            "trouble": trouble,
            "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
            "is_stand_in": settings.IS_STAND_IN,
            "api_base": settings.STRIPE_API_BASE if settings.IS_STAND_IN else "",
        },
    )


@require_POST
def cancel(request, token):
    placed = get_object_or_404(Order, token=token)
    if placed.owner != str(request.visitor):  # whoever has the link may look, not cancel
        raise Http404
    try:
        lifecycle.cancel(placed)
    except DomainError:
        messages.error(request, "It is too late to cancel this order here.")
    return redirect("order", token=token)


def whole(raw, field: str) -> int:
    """A plain decimal number as a form sends it; "١", 1.5, NaN and the like are refused."""
    text = str(raw if raw is not None else "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid("A whole number is needed.", field=field)
    return int(text)
