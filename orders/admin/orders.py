"""Orders to look at, never to edit: they are refunded or cancelled."""

from django.contrib import admin, messages
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from livecommerce import money
from livecommerce.errors import DomainError
from orders import lifecycle
from orders.admin import attention, refunds
from orders.models import Order, OrderLine, Payment
from shops import backoffice
from shops.countries import country_name
from shops.inputs import PercentField

LABELS = {
    "pending": "info",
    "authorized": "warning",
    "paid": "success",
    "expired": None,
    "cancelled": "danger",
    "refunded": None,
}


class LineInline(backoffice.TabularInline):
    model = OrderLine
    fields = readonly_fields = ["title", "quantity", "price", "sum", "restocked"]
    verbose_name, verbose_name_plural = "line", "lines"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order", "deal")

    @admin.display(description="Unit price")
    def price(self, line):
        price = money.text(line.unit_price, line.order.currency)
        return f"{price} (flash deal)" if line.deal_id else price

    @admin.display(description="Sum")
    def sum(self, line):
        return money.text(line.total, line.order.currency)


class Pressing(admin.SimpleListFilter):
    """What a person has to look at."""

    title, parameter_name = "needs a look", "look"

    def lookups(self, request, model_admin):
        return [("yes", "Needs a look")]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(attention.pressing("payment__"))


@admin.register(Order)
class OrderAdmin(backoffice.ShopScopedAdmin):
    reads = backoffice.DESK
    writes = ()
    inlines = [LineInline]
    list_display = ["order_number", "state", "look", "name", "units", "amount", "show", "placed_at"]
    list_filter = ["status", Pressing]
    search_fields = ["name", "email", "lines__title", "coupon_code"]
    actions = None
    change_form_template = "admin/orders/order/change_form.html"
    fieldsets = [
        (None, {"fields": [("order_number", "status", "sold_in"), ("placed_at", "settled_at")]}),
        ("Money", {"fields": [("goods", "discounted"), ("delivery", "taxed"), "amount"]}),
        ("Send to", {"fields": [("name", "email"), "address"]}),
    ]
    readonly_fields = [
        "order_number",
        "sold_in",
        "goods",
        "discounted",
        "delivery",
        "taxed",
        "amount",
        "address",
    ]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("payment", "show", "shop")
        return rows.annotate(unit_count=Sum("lines__quantity"))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:order_id>/refund/", view(self.refund), name="orders_order_refund"),
            path("<int:order_id>/cancel/", view(self.cancel), name="orders_order_cancel"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        payment = getattr(obj, "payment", None)
        context |= {
            "order": obj,
            "payment": payment,
            "reasons": attention.reasons(payment) if payment else [],
            "refunds": payment.refunds.select_related("by").order_by("pk") if payment else [],
            "left": refunds.left(payment),
            "may_cancel": can_be_cancelled(obj),
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def refund(self, request, order_id):
        order = get_object_or_404(self.get_queryset(request), pk=order_id)
        return refunds.page(request, order, self.admin_site.each_context(request))

    def cancel(self, request, order_id):
        """Asks on GET, cancels on POST."""
        order = get_object_or_404(self.get_queryset(request), pk=order_id)
        if request.method == "POST":
            try:
                lifecycle.cancel(order)
            except DomainError:
                messages.error(request, "Too late to cancel it: its money is taken, or let go.")
            else:
                messages.success(request, f"Order {order.number} is cancelled, nothing is charged.")
            return redirect("admin:orders_order_change", order.pk)
        context = self.admin_site.each_context(request) | {
            "order": order,
            "may_cancel": can_be_cancelled(order),
            "title": f"Cancel order {order.number}",
        }
        return TemplateResponse(request, "admin/orders/order/cancel.html", context)

    @admin.display(description="Number", ordering="pk")
    def order_number(self, order):
        return order.number

    @backoffice.display(description="State", ordering="status", label=LABELS)
    def state(self, order):
        return order.status, order.get_status_display()

    @backoffice.display(description="Look", label={"look": "danger"})
    def look(self, order):
        payment = getattr(order, "payment", None)
        return ("look", "look") if payment and attention.reasons(payment) else None

    @admin.display(description="Units", ordering="unit_count")
    def units(self, order):
        return order.unit_count or 0

    @admin.display(description="Show")
    def sold_in(self, order):
        """To its page: the order desk may not open shows in the back office."""
        if not order.show:
            return "–"
        page = reverse("show", args=[order.show.slug])
        return format_html('<a class="row-link" href="{}">{}</a>', page, order.show.title)

    @admin.display(description="Goods")
    def goods(self, order):
        return money.text(order.items_total, order.currency)

    @admin.display(description="Coupon")
    def discounted(self, order):
        if not order.discount:
            return order.coupon_code or "–"
        return f"{order.coupon_code}: −{money.text(order.discount, order.currency)}"

    @admin.display(description="Delivery")
    def delivery(self, order):
        return money.text(order.shipping, order.currency)

    @admin.display(description="Tax")
    def taxed(self, order):
        if not order.tax_rate:
            return "–"
        rate = PercentField().prepare_value(order.tax_rate)
        how = "in the total" if order.is_tax_included else "added"
        return f"{money.text(order.tax, order.currency)} ({rate} %, {how})"

    @admin.display(description="Total", ordering="total")
    def amount(self, order):
        return money.text(order.total, order.currency)

    @admin.display(description="Address")
    def address(self, order):
        place = f"{order.postcode} {order.city}"
        country = country_name(order.country)
        parts = [order.line1, order.line2, place, order.region, country]
        return ", ".join(part for part in parts if part)


def can_be_cancelled(order: Order | None) -> bool:
    """Until its capture is claimed; lifecycle.cancel decides it again when it is pressed."""
    payment = getattr(order, "payment", None)
    return bool(
        payment
        and order.status in Order.HOLDING
        and payment.status in Payment.VOIDABLE
        and not payment.is_void_due
    )
