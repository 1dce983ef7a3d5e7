"""A shopper's own page: her orders and her saved cards."""

from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from livecommerce.errors import DomainError
from orders import customers, gateway
from shops import tries

A_PAGE = 20  # orders
CARDS_AN_HOUR = 20  # who tries stolen numbers needs many; nobody else does
LOOKS, MINUTES = 60, 10  # at her cards in that time: each asks the provider


def signed_in(view):
    """Only for somebody signed in; everybody else is asked to."""

    @wraps(view)
    def asked(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        query = urlencode({"next": resolve_url("account")})
        return redirect(f"{resolve_url('sign-in')}?{query}")

    return asked


@never_cache
@require_safe
@signed_in
def account(request):
    orders = request.user.orders.select_related("shop").prefetch_related("lines")
    trouble, cards = "", []
    try:
        _count_look(request.user)
        cards = customers.cards(request.user)
    except gateway.GatewayUnavailable:
        trouble = "Your saved cards cannot be shown at the moment."
    except DomainError as refusal:
        trouble = refusal.detail
    page = Paginator(orders, A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "account/account.html", {"page": page, "cards": cards, "trouble": trouble}
    )


@require_POST
@signed_in
def remove_card(request, card):
    try:
        _count_look(request.user)
        customers.forget(request.user, card)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "The card is removed.")
    return redirect("account")


@never_cache
@require_POST
@signed_in
def add_card(request):
    """The page with the card form. A POST, because each one opens a card form at the provider."""
    try:
        tries.count("cards", str(request.user.pk), most=CARDS_AN_HOUR, minutes=60)
        secret = customers.setup(request.user)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return redirect("account")
    return render(
        request,
        "account/add_card.html",
        {
            "client_secret": secret,
            "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
            "is_stand_in": settings.IS_STAND_IN,
            "api_base": settings.STRIPE_API_BASE if settings.IS_STAND_IN else "",
        },
    )


def _count_look(user) -> None:
    tries.count("see-cards", str(user.pk), most=LOOKS, minutes=MINUTES)
