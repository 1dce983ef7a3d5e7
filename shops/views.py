"""A product's page."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from shops import catalogue
from shops.models import Product

OTHERS = 4  # more goods of the shop, below


@require_safe
def product(request, shop, product):
    found = get_object_or_404(
        Product.objects.on_sale()
        .select_related("shop__avatar")
        .prefetch_related(*catalogue.goods()),
        shop__slug=shop,
        slug=product,
    )
    others = found.shop.products.on_sale().exclude(pk=found.pk)
    variants = found.variants.all()
    in_stock = [each for each in variants if hasattr(each, "stock") and each.stock.free > 0]
    return render(
        request,
        "shops/product.html",
        {
            "shop": found.shop,
            "product": found,
            "variants": variants,
            "chosen": next(iter(in_stock), None),  # None: sold out
            "slides": catalogue.slides(found),
            "others": others.select_related("shop").prefetch_related(*catalogue.goods())[:OTHERS],
        },
    )
