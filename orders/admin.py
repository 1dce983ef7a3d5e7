"""Orders to look at, never to edit; and the back office's first page."""

from django.contrib import admin
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from livecommerce import money
from orders.models import Order, OrderLine
from shops import backoffice
from streams.models import Show

SOLD = (Order.Status.AUTHORIZED, Order.Status.PAID)
SHOWN = 8  # rows of one kind on the first page
LABELS = {
    "pending": "info",
    "authorized": "warning",
    "paid": "success",
    "expired": None,
    "cancelled": "danger",
}


class LineInline(backoffice.TabularInline):
    model = OrderLine
    fields = readonly_fields = ["title", "quantity", "price", "sum"]
    verbose_name, verbose_name_plural = "line", "lines"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order")

    @admin.display(description="Unit price")
    def price(self, line):
        return money.text(line.unit_price, line.order.currency)

    @admin.display(description="Sum")
    def sum(self, line):
        return money.text(line.total, line.order.currency)


@admin.register(Order)
class OrderAdmin(backoffice.ShopScopedAdmin):
    reads = backoffice.DESK
    writes = ()
    inlines = [LineInline]
    list_display = ["order_number", "state", "name", "units", "amount", "show", "placed_at"]
    list_filter = ["status"]
    search_fields = ["name", "email", "lines__title"]
    actions = None
    fieldsets = [
        (None, {"fields": [("order_number", "status", "show"), ("placed_at", "settled_at")]}),
        ("Money", {"fields": [("goods", "delivery", "amount"), ("payment_state", "refusal")]}),
        ("Send to", {"fields": [("name", "email"), "address"]}),
    ]
    readonly_fields = [
        "order_number",
        "goods",
        "delivery",
        "amount",
        "payment_state",
        "refusal",
        "address",
    ]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("payment", "show", "shop")
        return rows.annotate(unit_count=Sum("lines__quantity"))

    @admin.display(description="Number", ordering="pk")
    def order_number(self, order):
        return order.number

    @backoffice.display(description="State", ordering="status", label=LABELS)
    def state(self, order):
        return order.status, order.get_status_display()

    @admin.display(description="Units", ordering="unit_count")
    def units(self, order):
        return order.unit_count or 0

    @admin.display(description="Goods")
    def goods(self, order):
        return money.text(order.items_total, order.currency)

    @admin.display(description="Delivery")
    def delivery(self, order):
        return money.text(order.shipping, order.currency)

    @admin.display(description="Total", ordering="total")
    def amount(self, order):
        return money.text(order.total, order.currency)

    @admin.display(description="Payment")
    def payment_state(self, order):
        payment = getattr(order, "payment", None)
        if payment is None:
            return "–"
        taken = money.text(payment.captured, payment.currency)
        back = f", {money.text(payment.refunded, payment.currency)} refunded"
        return f"{payment.get_status_display()}: {taken} captured{back if payment.refunded else ''}"

    @admin.display(description="What the card said", empty_value="–")
    def refusal(self, order):
        payment = getattr(order, "payment", None)
        return (payment and payment.refusal) or None

    @admin.display(description="Address")
    def address(self, order):
        place = f"{order.postcode} {order.city}"
        parts = [order.line1, order.line2, place, order.region, order.country]
        return ", ".join(part for part in parts if part)


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
    sums = today.filter(status__in=SOLD).order_by().values("currency")
    units = dict(sums.annotate(units=Sum("lines__quantity")).values_list("currency", "units"))
    takings = [
        {
            "amount": money.text(row["amount"], row["currency"]),
            "orders": row["orders"],
            "units": units.get(row["currency"]) or 0,
        }
        for row in sums.annotate(amount=Sum("total"), orders=Count("pk"))
    ]
    latest = Order.objects.filter(shop__in=shops).select_related("shop", "show")
    return {
        "takings": takings,
        "waiting": today.filter(status=Order.Status.PENDING).count(),
        "latest_orders": latest.order_by("-pk")[:SHOWN],
    }


def navigation(request) -> list[dict]:
    """The sidebar: only what this person's part in a shop opens."""
    places = [
        ("Today", "admin:index", "home", None),
        ("Shows", "admin:streams_show_changelist", "live_tv", backoffice.STAGE),
        ("Orders", "admin:orders_order_changelist", "receipt_long", backoffice.DESK),
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
