"""Shows with their line-up, and the two screens a show is run from: control room and studio."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.csrf import ensure_csrf_cookie

from livecommerce import money
from livecommerce.errors import DomainError
from shops import backoffice
from shops.inputs import MoneyField, PictureField
from shops.models import Product
from streams import chat, lifecycle, lineup
from streams.models import LineupItem, Show

PARKED = 10_000  # numbers above this are for the moment of renumbering only


class ItemForm(backoffice.ShopForm):
    show_price = MoneyField(
        label="Show price",
        lowest=1,
        required=False,
        help_text="For every variant, while the show is live and in its replay; empty: list price.",
    )

    class Meta:
        model = LineupItem
        fields = ["number", "product", "show_price"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "product" in self.fields:
            self.fields["product"].disabled = True  # what was shown stays what was shown

    def clean_number(self):
        number = self.cleaned_data["number"]
        if number is not None and not 1 <= number < PARKED:
            raise ValidationError(f"A number from 1 to {PARKED - 1}.")
        return number

    def _get_validation_exclusions(self):
        # Two items may swap numbers in one save: the whole line-up is checked instead.
        return super()._get_validation_exclusions() | {"number", "product"}


class LineupFormSet(backoffice.ShopFormSet):
    def clean(self):
        super().clean()
        numbers, products = set(), set()
        for form in self.forms:
            row = getattr(form, "cleaned_data", {})
            if not row:
                continue
            if row.get("DELETE"):
                self._keep_what_was_shown(form)
                continue
            number, product = row.get("number"), row.get("product")
            if number in numbers:
                form.add_error("number", "Another item has this number.")
            if product in products:
                form.add_error("product", "This is in the line-up already.")
            if product and self.instance.shop_id not in (None, product.shop_id):
                form.add_error("product", "This is not a product of the show's shop.")
            numbers.add(number)
            products.add(product)

    def _keep_what_was_shown(self, form):
        if form.instance.pk and form.instance.pins.exists():
            raise ValidationError(
                f"{form.instance} was shown: the replay points to it, so it stays in the line-up."
            )

    def save(self, commit=True):
        moved = [
            form.instance.pk
            for form in self.initial_forms
            if "number" in form.changed_data or form in self.deleted_forms
        ]
        with transaction.atomic():
            for place, pk in enumerate(moved):
                self.model.objects.filter(pk=pk).update(number=PARKED + place)
            return super().save(commit)


class ItemInline(backoffice.TabularInline):
    model = LineupItem
    form = ItemForm
    formset = LineupFormSet
    fields = ["number", "product", "list_price", "show_price", "left"]
    readonly_fields = ["list_price", "left"]
    verbose_name, verbose_name_plural = "item", "line-up"

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("product__shop", "show__shop")
            .prefetch_related("product__variants__stock")
        )

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "product":
            shops = backoffice.shops_of(request, ShowAdmin.writes)
            if found := request.resolver_match.kwargs.get("object_id"):
                shops = shops.filter(shows=found) if found.isdecimal() else shops.none()
            kwargs["queryset"] = Product.objects.filter(shop__in=shops)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="List price")
    def list_price(self, item):
        prices = [variant.price for variant in item.product.variants.all()] if item.pk else []
        return money.text(min(prices), item.product.shop.currency) if prices else "–"

    @admin.display(description="Left")
    def left(self, item):
        variants = item.product.variants.all() if item.pk else []
        return sum(each.stock.free for each in variants if hasattr(each, "stock"))


class ShowForm(backoffice.ShopForm):
    new_poster = PictureField(label="New poster", required=False)

    class Meta:
        model = Show
        fields = ["shop", "title", "slug", "description", "host_name", "starts_at"]


@admin.register(Show)
class ShowAdmin(backoffice.ShopScopedAdmin):
    reads = backoffice.STAGE
    form = ShowForm
    inlines = [ItemInline]
    fixed = ("shop", "slug")
    pictured = ("poster",)
    readonly_fields = ["poster_now"]
    prepopulated_fields = {"slug": ["title"]}
    list_display = ["title", "state", "starts_at", "rooms"]
    list_filter = ["status"]
    search_fields = ["title"]
    actions = ["cancel_shows"]
    fieldsets = [
        (None, {"fields": ["shop", "title", "slug", "starts_at", "host_name", "description"]}),
        ("Poster", {"fields": [("poster_now", "new_poster")]}),
    ]
    change_form_template = "admin/streams/show/change_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("shop", "poster")

    def has_delete_permission(self, request, obj=None):
        # What was aired is a record; what was announced is cancelled.
        is_open = obj is None or obj.status == Show.Status.SCHEDULED
        return is_open and super().has_delete_permission(request, obj)

    def view_on_site(self, show):
        return reverse("show", args=[show.slug])

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:show_id>/control-room/",
                view(ensure_csrf_cookie(self.control_room)),
                name="streams_show_control_room",
            ),
            path(
                "<int:show_id>/studio/",
                view(ensure_csrf_cookie(self.studio)),
                name="streams_show_studio",
            ),
            *super().get_urls(),
        ]

    def control_room(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.STAGE)
        return self.screen(request, show, "admin/streams/show/control_room.html", "Control room")

    def studio(self, request, show_id):
        show = self.run_by(request, show_id, backoffice.HOSTS)
        return self.screen(request, show, "admin/streams/show/studio.html", "Studio")

    def run_by(self, request, show_id, roles) -> Show:
        show = get_object_or_404(self.get_queryset(request), pk=show_id)
        if not backoffice.may(request, roles, show.shop_id):
            raise PermissionDenied
        return show

    def screen(self, request, show, template, title):
        items = [
            lineup.card(item) | {"show_price": item.show_price} for item in lineup.items(show)
        ]
        may_host = backoffice.may(request, backoffice.HOSTS, show.shop_id)
        context = self.admin_site.each_context(request) | {
            "title": f"{title} · {show.title}",
            "show": show,
            "shop": show.shop,
            "items": items,
            "may_host": may_host,
            "max_text": chat.MAX_TEXT,
            "is_nav_sidebar_enabled": False,
            "is_fullwidth": "1",
            "facts": {
                "slug": show.slug,
                "shop": show.shop.slug,
                "currency": show.shop.currency,
                "may_host": may_host,
                "status": show.status,
                "items": items,
            },
        }
        return TemplateResponse(request, template, context)

    @admin.action(description="Cancel the chosen shows", permissions=["change"])
    def cancel_shows(self, request, queryset):
        mine = queryset.filter(shop__in=backoffice.shops_of(request, self.writes))
        for show in mine:
            try:
                lifecycle.cancel(show)
            except DomainError:
                messages.error(request, f"{show} began already: it can be ended, not cancelled.")
            else:
                messages.success(request, f"{show} is cancelled.")

    @backoffice.display(
        description="State",
        ordering="status",
        label={"live": "danger", "scheduled": "info", "ended": "success"},
    )
    def state(self, show):
        return show.status, show.get_status_display()

    @admin.display(description="")
    def rooms(self, show):
        return format_html(
            '<a class="row-link" href="{}">Control room</a>',
            reverse("admin:streams_show_control_room", args=[show.pk]),
        )

    @admin.display(description="Poster")
    def poster_now(self, show):
        return backoffice.thumbnail(show.poster, show.title)
