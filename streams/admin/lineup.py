"""A show's numbered line-up, as a table in its form."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from livecommerce import money
from shops import backoffice
from shops.inputs import MoneyField
from shops.models import Product
from streams.models import LineupItem

READ_AS = {"product": "goods", "show_price": "price_in_show"}
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

    def clean(self):
        row = super().clean()
        product, show_price = row.get("product"), row.get("show_price")
        prices = [each.price for each in product.variants.all()] if product and show_price else []
        if prices and show_price >= max(prices):
            usual = money.text(max(prices), product.shop.currency)
            self.add_error("show_price", f"A show price is lower than the usual {usual}.")
        return row

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
    fields = ["number", "product", "list_price", "show_price", "left", "drop"]
    readonly_fields = ["list_price", "left", "drop", "goods", "price_in_show"]
    verbose_name, verbose_name_plural = "item", "line-up"

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("product__shop", "show__shop")
            .prefetch_related("product__variants__stock")
        )

    def get_fields(self, request, obj=None):
        # Who only reads is given words: no minor units, no link that would be refused.
        names = super().get_fields(request, obj)
        is_read = obj is not None and not self.has_change_permission(request, obj)
        return [READ_AS.get(name, name) for name in names] if is_read else names

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1  # a new show begins with a row to fill in

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "product":
            shops = backoffice.shops_of(request, backoffice.MANAGERS)
            if found := request.resolver_match.kwargs.get("object_id"):
                shops = shops.filter(shows=found) if found.isdecimal() else shops.none()
            kwargs["queryset"] = Product.objects.filter(shop__in=shops)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="Product")
    def goods(self, item):
        return item.product.title

    @admin.display(description="Show price")
    def price_in_show(self, item):
        return money.text(item.show_price, item.product.shop.currency) if item.show_price else "–"

    @admin.display(description="List price")
    def list_price(self, item):
        prices = [variant.price for variant in item.product.variants.all()] if item.pk else []
        return money.text(min(prices), item.product.shop.currency) if prices else "–"

    @admin.display(description="Left")
    def left(self, item):
        variants = item.product.variants.all() if item.pk else []
        return sum(each.stock.free for each in variants if hasattr(each, "stock"))

    @admin.display(description="Drop")
    def drop(self, item):
        at = item.product.reveal_at if item.pk else None
        is_hidden = at and at > timezone.now()
        return date_format(timezone.localtime(at), "j M, H:i") if is_hidden else "–"
