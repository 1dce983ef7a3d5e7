"""Products with their variants, counts and pictures."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from livecommerce import money
from shops import backoffice, pictures, stock
from shops.inputs import DeltaField, MoneyField, PictureField
from shops.models import Product, ProductPicture, Variant


class VariantForm(backoffice.ShopForm):
    price = MoneyField(label="Price", lowest=1)
    delta = DeltaField(
        label="± units", required=False, help_text="+12 came in, -3 are broken: added to the count."
    )

    class Meta:
        model = Variant
        fields = ["title", "price", "swatch", "sku", "is_on_sale", "position", "delta"]

    def clean_delta(self):
        delta = self.cleaned_data["delta"]
        free = self.instance.stock.free if hasattr(self.instance, "stock") else 0
        if delta and free + delta < 0:
            raise ValidationError(f"Only {free} are free to take away; the others are held.")
        return delta


class VariantInline(backoffice.TabularInline):
    model = Variant
    form = VariantForm
    fields = ["title", "price", "swatch", "sku", "in_stock", "delta", "is_on_sale", "position"]
    readonly_fields = ["in_stock"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("stock", "product")

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1  # nothing is sold without a variant: its price and its units

    @admin.display(description="On hand / held / free")
    def in_stock(self, variant):
        count = getattr(variant, "stock", None)
        return f"{count.on_hand} / {count.held} / {count.free}" if count else "0 / 0 / 0"


class GalleryForm(backoffice.ShopForm):
    upload = PictureField(label="New picture", required=False)
    variant = forms.ModelChoiceField(
        Variant.objects.none(), required=False, label="Of variant", empty_label="All"
    )

    class Meta:
        model = ProductPicture
        fields = ["alt", "position", "upload", "variant"]

    def __init__(self, *args, product: Product, **kwargs):
        super().__init__(*args, **kwargs)
        if product.pk:
            self.fields["variant"].queryset = product.variants.all()
        if self.instance.pk:
            self.initial["variant"] = product.variants.filter(
                picture=self.instance.picture_id
            ).first()

    def clean(self):
        if not self.instance.pk and not self.cleaned_data.get("upload") and not self.errors:
            self.add_error("upload", "Please choose a picture.")
        return super().clean()

    def save(self, commit=True):
        product = self.instance.product
        if self.instance.pk:
            product.variants.filter(picture=self.instance.picture_id).update(picture=None)
        if upload := self.cleaned_data.get("upload"):
            self.instance.picture = pictures.store(product.shop, upload)
        if variant := self.cleaned_data.get("variant"):
            product.variants.filter(pk=variant.pk).update(picture=self.instance.picture)
        return super().save(commit)


class GalleryFormSet(backoffice.ShopFormSet):
    def get_form_kwargs(self, index):
        return super().get_form_kwargs(index) | {"product": self.instance}

    def delete_existing(self, obj, commit=True):
        self.instance.variants.filter(picture=obj.picture_id).update(picture=None)
        super().delete_existing(obj, commit)


class GalleryInline(backoffice.TabularInline):
    model = ProductPicture
    form, formset = GalleryForm, GalleryFormSet
    verbose_name, verbose_name_plural = "picture", "pictures (the first is the cover)"
    fields = ["preview", "upload", "variant", "alt", "position"]
    readonly_fields = ["preview"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("picture")

    @admin.display(description="")
    def preview(self, entry):
        return backoffice.thumbnail(entry.picture if entry.pk else None, entry.alt)


@admin.register(Product)
class ProductAdmin(backoffice.ShopScopedAdmin):
    inlines = [VariantInline, GalleryInline]
    fields = ["shop", ("title", "slug"), "description", ("position", "is_on_sale"), "reveal_at"]
    fixed = ("shop", "slug")
    prepopulated_fields = {"slug": ["title"]}
    list_display = ["cover", "title", "from_price", "free", "in_line", "drop", "is_on_sale"]
    list_display_links = ["cover", "title"]
    list_filter = ["is_on_sale"]
    search_fields = ["title", "variants__sku"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("shop")
            .prefetch_related("gallery__picture", "variants__stock")
            .annotate(
                # Who waits is written by the app above: its rows are known here by name alone.
                waiting=Count(
                    "variants__places",
                    filter=Q(variants__places__status="waiting"),
                    distinct=True,
                )
            )
        )

    def has_delete_permission(self, request, obj=None):
        # A show or an order may speak of it: it is taken off sale instead.
        return request.user.is_superuser

    def view_on_site(self, product):
        return reverse("product", args=[product.shop.slug, product.slug])

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        for row in formset.forms:
            if row not in formset.deleted_forms and row.cleaned_data.get("delta"):
                stock.adjust(row.instance, row.cleaned_data["delta"], by=request.user)

    @admin.display(description="")
    def cover(self, product):
        return backoffice.thumbnail(pictures.cover(product.gallery.all()), product.title)

    @admin.display(description="From")
    def from_price(self, product):
        prices = [variant.price for variant in product.variants.all()]
        return money.text(min(prices), product.shop.currency) if prices else "–"

    @admin.display(description="Free units")
    def free(self, product):
        counts = [each.stock.free for each in product.variants.all() if hasattr(each, "stock")]
        return sum(counts)

    @admin.display(description="Line", ordering="waiting")
    def in_line(self, product):
        if not product.waiting:
            return "–"
        return format_html(
            '<a class="row-link" href="{}?product={}">{} wait</a>',
            reverse("admin:orders_place_changelist"),
            product.pk,
            product.waiting,
        )

    @admin.display(description="Drop", ordering="reveal_at")
    def drop(self, product):
        if not product.reveal_at or product.reveal_at <= timezone.now():
            return "–"
        return date_format(timezone.localtime(product.reveal_at), "j M, H:i")
