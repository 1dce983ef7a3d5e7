"""The shop's own settings."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import get_resolver, reverse

from shops import backoffice
from shops.countries import country_name
from shops.inputs import (
    EVERYWHERE_ELSE,
    CountriesField,
    MoneyField,
    PercentField,
    PictureField,
)
from shops.models import CURRENCIES, Shop, Zone


class SettingsForm(backoffice.ShopForm):
    new_avatar = PictureField(label="New avatar", required=False)
    new_hero = PictureField(label="New wide picture", required=False)

    class Meta:
        model = Shop
        fields = [
            "name",
            "slug",
            "tagline",
            "about",
            "currency",
            "hue",
            "contact",
            "address",
            "is_tax_included",
            "undo_minutes",
        ]

    def __init__(self, *args, instance=None, **kwargs):
        currency = instance.currency if instance else None
        super().__init__(*args, instance=instance, currency=currency, **kwargs)
        wanted = self.data.get("currency")
        if not self.instance.pk and wanted in dict(CURRENCIES):
            self.instance.currency = wanted  # the zones of a new shop are read in it

    def clean_slug(self):
        if self.cleaned_data["slug"] in {settings.STATIC_URL.strip("/"), *first_words()}:
            raise ValidationError("The site itself uses this address.")
        return self.cleaned_data["slug"]


def first_words(patterns=None):
    """How the site's own addresses begin: a shop's slug is the first word of its address."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = str(each.pattern)
        if route:
            yield route.split("/")[0]
        elif hasattr(each, "url_patterns"):
            yield from first_words(each.url_patterns)


class ZoneForm(backoffice.ShopForm):
    countries = CountriesField(label="Countries")
    shipping = MoneyField(label="Delivery", initial=0)
    free_from = MoneyField(
        label="Free from", required=False, help_text="Goods of so much travel free; empty: never."
    )
    tax_rate = PercentField(
        label="Tax", initial=0, help_text="On goods and delivery, like 19 or 8.1."
    )

    class Meta:
        model = Zone
        fields = ["name", "position", "countries", "shipping", "free_from", "tax_rate"]
        labels = {"position": "Order"}
        help_texts = {
            "name": "Shoppers read it.",
            "position": "The first is home: its prices show until a country is known.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance.countries:
            self.initial["countries"] = [EVERYWHERE_ELSE]


class ZoneFormSet(backoffice.ShopFormSet):
    def get_form_kwargs(self, index):
        known = self.initial_form_count()
        is_new = index is None or index >= known
        last = {"initial": {"position": known}} if is_new else {}
        return super().get_form_kwargs(index) | last

    def clean(self):
        super().clean()
        taken = {}
        for form in self.forms:
            row = getattr(form, "cleaned_data", {})
            if "countries" not in row or row.get("DELETE"):
                continue
            codes = row["countries"] or [EVERYWHERE_ELSE]
            twice = [code for code in codes if code in taken]
            if twice == [EVERYWHERE_ELSE]:
                form.add_error("countries", f"“{taken[EVERYWHERE_ELSE]}” is everywhere else.")
            elif twice:
                names = ", ".join(country_name(code) for code in twice)
                form.add_error("countries", f"In another zone already: {names}.")
            taken |= dict.fromkeys(codes, row.get("name", "Another zone"))


class ZoneInline(backoffice.StackedInline):
    model = Zone
    form, formset = ZoneForm, ZoneFormSet
    max_num = 50  # each draws all countries
    verbose_name, verbose_name_plural = "zone", "Delivery and tax, by zone"
    fields = [("name", "position"), "countries", ("shipping", "free_from", "tax_rate")]


@admin.register(Shop)
class ShopAdmin(backoffice.ShopScopedAdmin):
    shop_field = "pk"
    form = SettingsForm
    inlines = [ZoneInline]
    fixed = ("slug", "currency")
    pictured = ("avatar", "hero")
    readonly_fields = ["avatar_now", "hero_now"]
    prepopulated_fields = {"slug": ["name"]}
    list_display = ["avatar_now", "name", "tagline", "currency"]
    list_display_links = ["avatar_now", "name"]
    fieldsets = [
        (None, {"fields": [("name", "slug"), "tagline", "about"]}),
        ("Look", {"fields": ["hue", ("avatar_now", "new_avatar"), ("hero_now", "new_hero")]}),
        ("Money", {"fields": [("currency", "is_tax_included"), "undo_minutes"]}),
        ("On receipts", {"fields": ["contact", "address"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("avatar", "hero")

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def view_on_site(self, shop):
        return reverse("shop", args=[shop.slug])

    @admin.display(description="Avatar")
    def avatar_now(self, shop):
        return backoffice.thumbnail(shop.avatar, shop.name)

    @admin.display(description="Wide picture")
    def hero_now(self, shop):
        return backoffice.thumbnail(shop.hero, shop.name)
