"""The back office's first page, and its sidebar."""

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from livecommerce import money
from orders.admin import attention
from orders.models import Order
from shops import backoffice
from streams.models import Show

SHOWN = 8  # rows of one kind on the first page


def dashboard(request, context):
    """What is on, what comes, and today's sales: the sums of the rows, per currency."""
    shows = (
        Show.objects.filter(
            shop__in=backoffice.shops_of(request, backoffice.STAGE),
            status__in=(Show.Status.LIVE, Show.Status.SCHEDULED),
        )
        .select_related("shop", "poster")
        .annotate(item_count=Count("items"))
        .order_by("status", "starts_at")[:SHOWN]
    )
    context |= {
        "title": "Today",
        "next_shows": shows,
        "sees_orders": backoffice.may(request, backoffice.DESK),
    }
    if context["sees_orders"]:
        context |= sales(backoffice.shops_of(request, backoffice.DESK))
    context["may_add_show"] = backoffice.may(request, backoffice.MANAGERS)
    return context


def sales(shops) -> dict:
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Order.objects.filter(shop__in=shops, placed_at__gte=since)
    sums = today.filter(status__in=Order.TAKINGS).order_by().values("currency")
    units = dict(sums.annotate(units=Sum("lines__quantity")).values_list("currency", "units"))
    takings = [
        {
            "amount": money.text(row["amount"], row["currency"]),
            "orders": row["orders"],
            "units": units.get(row["currency"]) or 0,
            "refunded": row["refunded"] and money.text(row["refunded"], row["currency"]),
        }
        for row in sums.annotate(
            amount=Sum("total"), orders=Count("pk"), refunded=Sum("payment__refunded")
        )
    ]
    latest = Order.objects.filter(shop__in=shops).select_related("shop", "show")
    return {
        "takings": takings,
        "waiting": today.filter(status=Order.Status.PENDING).count(),
        "latest_orders": latest.order_by("-pk")[:SHOWN],
        "notices": attention.notices(shops, SHOWN),
    }


def navigation(request) -> list[dict]:
    """The sidebar: only what this person's part in a shop opens."""
    places = [
        ("Today", "admin:index", "home", None),
        ("Shows", "admin:streams_show_changelist", "live_tv", backoffice.STAGE),
        ("Orders", "admin:orders_order_changelist", "receipt_long", backoffice.DESK),
        ("Waiting line", "admin:orders_place_changelist", "hourglass_top", backoffice.DESK),
        ("Coupons", "admin:orders_coupon_changelist", "sell", backoffice.MANAGERS),
        ("Products", "admin:shops_product_changelist", "inventory_2", backoffice.MANAGERS),
        ("Shop", "admin:shops_shop_changelist", "storefront", backoffice.MANAGERS),
        ("People", "admin:shops_member_changelist", "group", backoffice.OWNERS),
        ("Accounts", "admin:shops_user_changelist", "manage_accounts", ()),
    ]
    return [
        {
            "items": [
                {"title": title, "link": reverse(name), "icon": icon}
                for title, name, icon, roles in places
                if roles is None or request.user.is_superuser or backoffice.may(request, roles)
            ]
        }
    ]
