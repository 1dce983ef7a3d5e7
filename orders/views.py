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
from livecommerce.callers import address_of
from livecommerce.errors import DomainError, Invalid
from orders import addresses, counter, lifecycle, limits, quotes, turnstile
from orders import bag as bags
from orders.forms import DeliveryForm, WaitForm
from orders.models import Bag, Order
from orders.submit import Submit
from shops.countries import country_name
from shops.models import Shop, Variant


@never_cache
@require_safe
def bag(request, shop):
    shop = get_object_or_404(Shop.objects.select_related("avatar"), slug=shop)
    return _draw_bag(request, shop)


def _draw_bag(request, shop: Shop, *, status: int = 200, **also):
    quote = quotes.quote(Bag(shop=shop, owner=str(request.visitor)))
    quotes.illustrate(quote)
    return render(request, "orders/bag.html", {"shop": shop, "quote": quote} | also, status=status)


@never_cache
@require_POST
def put_coupon(request, shop):
    """Field: code; empty, it is taken off. A refusal stands at the field, on the bag's page."""
    shop = get_object_or_404(Shop.objects.select_related("avatar"), slug=shop)
    typed = request.POST.get("code", "")
    try:
        turnstile.put_coupon(shop, str(request.visitor), typed, address=address_of(request))
    except DomainError as refusal:
        also = {"typed": typed, "refusal": refusal.detail}
        return _draw_bag(request, shop, status=refusal.status, **also)
    return redirect("bag", shop=shop.slug)


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
        submit = Submit(
            shop,
            owner,
            form.cleaned_data["key"],
            form.delivery(),
            form.cleaned_data["seen"],
            caller=limits.countable(address_of(request)),
            user_id=request.user.pk,
        )
        try:
            placed = counter.place(submit)
        except DomainError as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, refusal.detail)
        else:
            return redirect("order", token=placed.token)
    known = addresses.home_of(shop) | addresses.last_of(request.user)
    country = form.data.get("country") if form else known.get("country")
    quote = quotes.quote(Bag(shop=shop, owner=owner), country)
    if not quote.lines:
        return redirect("bag", shop=shop.slug)
    if form:
        # What is confirmed is always the total on this page, whatever the page before it said.
        form.data = form.data.copy()
        form.data["seen"], form.data["key"] = quote.total, uuid.uuid4().hex
    else:
        form = DeliveryForm(initial=known | {"key": uuid.uuid4().hex, "seen": quote.total})
    quotes.illustrate(quote)
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
    """One address for paying, waiting and the receipt; the link itself is the key to it.

    It never waits for the provider, and believes nothing that a way back adds to its address: its
    scripts open the payment and ask how it went.
    """
    orders = Order.objects.select_related("shop__avatar", "payment").prefetch_related("lines")
    placed = get_object_or_404(orders, token=token)
    is_mine = placed.owner == visitors.read(request.COOKIES.get(visitors.COOKIE))
    is_back = "payment_intent" in request.GET
    is_pending = placed.status == Order.Status.PENDING
    return render(
        request,
        "orders/order.html",
        {
            "order": placed,
            "shop": placed.shop,
            "is_mine": is_mine,
            "country": country_name(placed.country),
            "now": timezone.now(),
            "lines": placed.lines.all(),
            "can_cancel": lifecycle.can_cancel(placed),
            "is_back": is_back,
            "is_till": is_pending and not is_back and (is_mine or placed.payment.client_secret),
            "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
            "is_stand_in": settings.IS_STAND_IN,
            "api_base": settings.STRIPE_API_BASE if settings.IS_STAND_IN else "",
        },
    )


@require_POST
def wait(request, shop):
    """Get in line for what is sold out: the product page's form."""
    shop = get_object_or_404(Shop, slug=shop)
    form = WaitForm(request.POST)
    trouble = "A whole number of pieces and an address of mail are needed."
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            place = turnstile.join(
                shop,
                str(request.visitor),
                wanted["variant"],
                wanted["quantity"],
                wanted["email"],
                address=address_of(request),
            )
            return redirect("waiting-place", token=place.token)
        except DomainError as refusal:
            trouble = refusal.detail
    messages.error(request, trouble)
    wanted = Variant.objects.filter(product__shop=shop, pk=form.cleaned_data.get("variant"))
    if variant := wanted.select_related("product").first():
        return redirect("product", shop=shop.slug, product=variant.product.slug)
    return redirect("shop", slug=shop.slug)


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
