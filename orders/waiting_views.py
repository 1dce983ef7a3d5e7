"""A place in the line as a page: see it, buy, leave. The link itself is the key to it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from livecommerce.errors import DomainError
from orders import waiting
from orders.models import Place


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request, token):
    """POST leaves the line; with the field `buy`, it goes to the till with what is held."""
    places = Place.objects.select_related("shop__avatar", "variant__product", "variant__picture")
    found = get_object_or_404(places, token=token)
    if request.method == "POST":
        return _act(request, found)
    return render(
        request,
        "orders/waiting_place.html",
        {
            "place": found,
            "shop": found.shop,
            "variant": found.variant,
            "number": waiting.ahead(found) + 1,
            "is_on_sale": waiting.is_on_sale(found),
            "now": timezone.now(),
        },
    )


def _act(request, found: Place):
    try:
        if "buy" in request.POST:
            waiting.take(found, str(request.visitor))
            return redirect("checkout", shop=found.shop.slug)
        waiting.leave(found)
    except DomainError:  # it has moved on; the page says where to
        if found.status in Place.OPEN:
            messages.error(request, "This did not work here. Please look at your bag.")
    return redirect("waiting-place", token=found.token)
