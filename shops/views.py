"""A product's page."""

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from shops import catalogue
from shops.models import Product

OTHERS = 4  # more goods of the shop, below


@require_safe
def product(request, shop, product):
    found = get_object_or_404(
        Product.objects.on_sale().select_related("shop__avatar"), shop__slug=shop, slug=product
    )
    others = found.shop.products.on_sale().exclude(pk=found.pk).select_related("shop")[:OTHERS]
    prefetch_related_objects([found, *others], *catalogue.goods())
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
            "sold_out": [each for each in variants if each not in in_stock],
            "slides": catalogue.slides(found),
            "others": others,
        },
    )
