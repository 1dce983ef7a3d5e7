"""Coupons: what a code takes off, for whom and until when."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone

from livecommerce import money
from orders import coupons
from orders.admin.attention import moment
from orders.models import Coupon
from shops import backoffice
from shops.inputs import MoneyField, PercentField
from shops.models import Shop
from streams.models import Show

LABELS = {"valid": "success", "soon": "info", "over": None, "used": "warning", "off": None}


class CouponForm(backoffice.ShopForm):
    percent = PercentField(label="Percent off", lowest=1, required=False)
    amount = MoneyField(label="or amount off", lowest=1, required=False)
    minimum = MoneyField(label="From goods of", required=False, help_text="Before the coupon.")

    class Meta:
        model = Coupon
        fields = ["shop", "code", "minimum", "starts_at", "ends_at", "limit", "limit_each"]
        fields += ["is_active"]
        labels = {"limit": "Uses in all", "limit_each": "Uses per customer", "is_active": "Active"}
        help_texts = {
            "code": "As shoppers type it; capitals and spaces do not matter.",
            "limit": "Empty: no limit.",
            "limit_each": "Empty: no limit.",
            "starts_at": "Empty: at once.",
            "ends_at": "Empty: until it is switched off.",
        }

    def __init__(self, *args, instance=None, **kwargs):
        super().__init__(*args, instance=instance, **kwargs)
        self.shop = self._shop()
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                self.dress(field, self.shop and self.shop.currency)
        if self.instance.pk:
            kind = "percent" if self.instance.kind == Coupon.Kind.PERCENT else "amount"
            self.initial[kind] = self.instance.value

    def _shop(self) -> Shop | None:
        """The row's, or the one that is chosen in this form: its currency is meant."""
        if self.instance.shop_id or "shop" not in self.fields:
            return self.instance.shop if self.instance.shop_id else None
        chosen = self.data.get(self.add_prefix("shop"))
        try:
            return self.fields["shop"].clean(chosen or None)
        except ValidationError:
            return None

    def clean_code(self):
        code = coupons.normal(self.cleaned_data["code"])
        if not code or len(code) > 40 or not code.isprintable():
            raise ValidationError("1 to 40 letters, digits and signs.")
        if self.shop and self.shop.coupons.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a coupon with this code.")
        return code

    def clean_minimum(self):
        return self.cleaned_data["minimum"] or 0

    def clean_limit(self):
        limit = self.cleaned_data["limit"]
        if limit is not None and limit < max(1, self.instance.used):
            used = self.instance.used
            raise ValidationError(f"It was used {used} times." if used else "At least 1.")
        return limit

    def clean_limit_each(self):
        if self.cleaned_data["limit_each"] == 0:
            raise ValidationError("At least 1.")
        return self.cleaned_data["limit_each"]

    def clean(self):
        row = super().clean()
        percent, amount = row.get("percent"), row.get("amount")
        if not {"percent", "amount"} & self.errors.keys() and (percent is None) == (amount is None):
            self.add_error("percent", "Either a percentage or an amount.")
        starts_at, ends_at = row.get("starts_at"), row.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "It ends after it starts.")
        kind = Coupon.Kind.FIXED if percent is None else Coupon.Kind.PERCENT
        value = amount if percent is None else percent
        self.instance.kind, self.instance.value = kind, value
        return row | {"kind": kind, "value": value}  # named, so that a change stores them


@admin.register(Coupon)
class CouponAdmin(backoffice.ShopScopedAdmin):
    form = CouponForm
    fixed = ("shop", "code")
    readonly_fields = ["uses"]
    list_display = ["code", "worth", "from_goods", "validity", "uses", "state"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    actions = None
    fieldsets = [
        (None, {"fields": ["shop", ("code", "is_active"), ("percent", "amount"), "minimum"]}),
        ("Until when", {"fields": [("starts_at", "ends_at")]}),
        ("How often", {"fields": [("limit", "limit_each"), "uses"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("shop")

    def has_delete_permission(self, request, obj=None):
        # Orders speak of it, and its limits count by them: it is switched off instead.
        is_free = obj is None or not obj.orders.exists()
        return is_free and super().has_delete_permission(request, obj)

    def get_urls(self):
        view = self.admin_site.admin_view(self.of_show)
        return [
            path("of-show/<int:show_id>/", view, name="orders_coupon_of_show"),
            *super().get_urls(),
        ]

    def of_show(self, request, show_id):
        """The codes a host may show in the player now: {"coupons": [{code, label}]}."""
        shops = backoffice.shops_of(request, backoffice.HOSTS)
        show = get_object_or_404(Show, pk=show_id, shop__in=shops)
        rows = Coupon.objects.filter(shop=show.shop_id).select_related("shop")
        found = [coupon for coupon in rows if coupons.is_valid(coupon)]
        return JsonResponse(
            {"coupons": [{"code": each.code, "label": coupons.label(each)} for each in found]}
        )

    @admin.display(description="Worth", ordering="value")
    def worth(self, coupon):
        return coupons.label(coupon)

    @admin.display(description="From goods of", ordering="minimum")
    def from_goods(self, coupon):
        return money.text(coupon.minimum, coupon.shop.currency) if coupon.minimum else "–"

    @admin.display(description="Valid", ordering="ends_at")
    def validity(self, coupon):
        parts = [
            f"{word} {moment(when)}"
            for word, when in (("from", coupon.starts_at), ("until", coupon.ends_at))
            if when
        ]
        return " ".join(parts) or "always"

    @admin.display(description="Uses so far", ordering="used")
    def uses(self, coupon):
        return f"{coupon.used} of {coupon.limit}" if coupon.limit else str(coupon.used or 0)

    @backoffice.display(description="State", ordering="is_active", label=LABELS)
    def state(self, coupon):
        now = timezone.now()
        if not coupon.is_active:
            return "off", "switched off"
        if coupon.ends_at and coupon.ends_at <= now:
            return "over", "over"
        if coupon.limit is not None and coupon.used >= coupon.limit:
            return "used", "used up"
        if coupon.starts_at and coupon.starts_at > now:
            return "soon", "not yet"
        return "valid", "valid"
