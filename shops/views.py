"""A product's page."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from shops import catalogue, pictures
from shops.models import Product


@require_safe
def product(request, shop, product):
    found = get_object_or_404(
        Product.objects.on_sale()
        .select_related("shop__avatar")
        .prefetch_related(*catalogue.goods()),
        shop__slug=shop,
        slug=product,
    )
    return render(
        request,
        "shops/product.html",
        {
            "shop": found.shop,
            "product": found,
            "variants": found.variants.all(),
            "gallery": found.gallery.all(),
            "cover": pictures.cover(found.gallery.all()),
        },
    )
