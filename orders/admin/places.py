"""The waiting line, to look at: who waits for what, and as which in line."""

from django.contrib import admin
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from orders.admin.attention import moment
from orders.models import Place
from shops import backoffice
from shops.models import Product

LABELS = {"waiting": "info", "called": "warning", "served": "success"}


class ByProduct(admin.SimpleListFilter):
    """By product, of those somebody waits for."""

    title = parameter_name = "product"

    def lookups(self, request, model_admin):
        shops = backoffice.shops_of(request, model_admin.reads)
        waited_for = Product.objects.filter(
            shop__in=shops, variants__places__status__in=Place.OPEN
        ).distinct()
        return [(product.pk, product.title) for product in waited_for.order_by("title")]

    def queryset(self, request, queryset):
        wanted = str(self.value() or "")  # to count what it would find, it is asked by the id
        is_id = wanted.isascii() and wanted.isdecimal() and len(wanted) <= 18
        return queryset.filter(variant__product=wanted) if is_id else queryset


class ByState(admin.SimpleListFilter):
    """Who still waits, unless asked otherwise."""

    title, parameter_name = "state", "state"

    def lookups(self, request, model_admin):
        return [("all", "All"), *Place.Status.choices]

    def choices(self, changelist):
        open_ones, *others = super().choices(changelist)
        yield open_ones | {"display": "In line"}
        yield from others

    def queryset(self, request, queryset):
        if self.value() in Place.Status.values:
            return queryset.filter(status=self.value())
        return queryset if self.value() == "all" else queryset.filter(status__in=Place.OPEN)


@admin.register(Place)
class PlaceAdmin(backoffice.ShopScopedAdmin):
    reads = backoffice.DESK
    writes = ()
    list_display = ["what", "in_line", "units", "state", "email", "joined", "until"]
    list_filter = [ByState, ByProduct]
    search_fields = ["email", "variant__product__title"]
    ordering = ["variant__product", "variant", "pk"]
    fields = readonly_fields = ["variant", "quantity", "status", "email", "joined_at"]
    actions = None

    def get_queryset(self, request):
        in_front = (
            Place.objects.filter(
                variant=OuterRef("variant"), status=Place.Status.WAITING, pk__lte=OuterRef("pk")
            )
            .order_by()
            .values("variant")
            .annotate(places=Count("pk"))
            .values("places")
        )
        rows = super().get_queryset(request).select_related("variant__product", "shop")
        return rows.annotate(number=Coalesce(Subquery(in_front), 0))

    @admin.display(description="Waits for", ordering=F("variant"))
    def what(self, place):
        return str(place.variant)

    @admin.display(description="In line")
    def in_line(self, place):
        return f"No. {place.number}" if place.status == Place.Status.WAITING else "–"

    @admin.display(description="Units", ordering="quantity")
    def units(self, place):
        return place.quantity

    @backoffice.display(description="State", ordering="status", label=LABELS)
    def state(self, place):
        return place.status, place.get_status_display()

    @admin.display(description="Since", ordering="pk")
    def joined(self, place):
        return moment(place.joined_at)

    @admin.display(description="Holds until")
    def until(self, place):
        is_called = place.status == Place.Status.CALLED and place.called_until
        return moment(place.called_until) if is_called else "–"
