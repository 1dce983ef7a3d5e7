"""Products ready to be drawn, in a number of queries that never grows."""

from django.db.models import Prefetch

from shops.models import ProductPicture, Variant


def goods(prefix: str = "") -> tuple[Prefetch, Prefetch]:
    """Two queries: the variants on sale with their stock, and the pictures, of products.

    `prefix` leads from the rows at hand to the product: "" or "product__".
    """
    return (
        Prefetch(
            f"{prefix}variants",
            Variant.objects.filter(is_on_sale=True).select_related("stock", "picture"),
        ),
        Prefetch(f"{prefix}gallery", ProductPicture.objects.select_related("picture")),
    )
