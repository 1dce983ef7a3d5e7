"""The shop's own settings."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import get_resolver, reverse

from shops import backoffice
from shops.inputs import MoneyField, PictureField
from shops.models import CURRENCIES, Shop


class SettingsForm(backoffice.ShopForm):
    shipping = MoneyField(label="Delivery", help_text="Flat price of one delivery.")
    new_avatar = PictureField(label="New avatar", required=False)
    new_hero = PictureField(label="New wide picture", required=False)

    class Meta:
        model = Shop
        fields = ["name", "slug", "tagline", "about", "currency", "hue", "shipping"]

    def __init__(self, *args, instance=None, **kwargs):
        currency = instance.currency if instance else None
        super().__init__(*args, instance=instance, currency=currency, **kwargs)
        chosen = self.data.get("currency") if "currency" in self.fields else None
        if chosen in dict(CURRENCIES):
            self.fields["shipping"].currency = chosen

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


@admin.register(Shop)
class ShopAdmin(backoffice.ShopScopedAdmin):
    shop_field = "pk"
    form = SettingsForm
    fixed = ("slug", "currency")
    pictured = ("avatar", "hero")
    readonly_fields = ["avatar_now", "hero_now"]
    prepopulated_fields = {"slug": ["name"]}
    list_display = ["avatar_now", "name", "tagline", "currency"]
    list_display_links = ["avatar_now", "name"]
    fieldsets = [
        (None, {"fields": [("name", "slug"), "tagline", "about"]}),
        ("Look", {"fields": ["hue", ("avatar_now", "new_avatar"), ("hero_now", "new_hero")]}),
        ("Money", {"fields": [("currency", "shipping")]}),
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
