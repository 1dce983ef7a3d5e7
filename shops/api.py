"""Shops and their products, for everyone to read."""

from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from livecommerce.api import answers
from shops import catalogue, pictures
from shops.models import Product, ProductPicture, Shop, Variant


class ShopSerializer(serializers.ModelSerializer):
    """Amounts are minor units of `currency`; `shipping` is a delivery at home."""

    shipping = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    avatar = serializers.SerializerMethodField()
    hero = serializers.SerializerMethodField()

    class Meta:
        model = Shop
        fields = [
            "slug",
            "name",
            "tagline",
            "about",
            "currency",
            "shipping",
            "hue",
            "url",
            "avatar",
            "hero",
        ]

    def get_shipping(self, shop) -> int:
        return shop.home.shipping if shop.home else 0

    def get_url(self, shop) -> str:
        return reverse("shop", args=[shop.slug])

    def get_avatar(self, shop) -> str | None:
        return shop.avatar and pictures.address(shop.avatar, 320)

    def get_hero(self, shop) -> str | None:
        return shop.hero and pictures.address(shop.hero, 1200)


class VariantSerializer(serializers.ModelSerializer):
    """What is sold and counted; `left` is the stock at this moment."""

    left = serializers.SerializerMethodField()
    picture = serializers.SerializerMethodField()

    class Meta:
        model = Variant
        fields = ["id", "title", "swatch", "price", "left", "picture"]

    def get_left(self, variant) -> int:
        return variant.stock.free if hasattr(variant, "stock") else 0

    def get_picture(self, variant) -> str | None:
        return pictures.of_variant(variant)


class GallerySerializer(serializers.ModelSerializer):
    src = serializers.SerializerMethodField()
    srcset = serializers.SerializerMethodField()
    width = serializers.IntegerField(source="picture.width")
    height = serializers.IntegerField(source="picture.height")

    class Meta:
        model = ProductPicture
        fields = ["src", "srcset", "width", "height", "alt"]

    def get_src(self, entry) -> str:
        return pictures.address(entry.picture, 640)

    def get_srcset(self, entry) -> str:
        return pictures.srcset(entry.picture)


class ProductSerializer(serializers.ModelSerializer):
    """A product with what is on sale of it. Prices are list prices, in minor units."""

    shop = serializers.CharField(source="shop.slug")
    currency = serializers.CharField(source="shop.currency")
    url = serializers.SerializerMethodField()
    pictures = GallerySerializer(source="gallery", many=True)
    variants = VariantSerializer(many=True)

    class Meta:
        model = Product
        fields = [
            "id",
            "slug",
            "title",
            "description",
            "shop",
            "currency",
            "url",
            "pictures",
            "variants",
        ]

    def get_url(self, product) -> str:
        return reverse("product", args=[product.shop.slug, product.slug])


class ShopList(generics.ListAPIView):
    """All shops, by name."""

    queryset = Shop.objects.select_related("avatar", "hero")
    serializer_class = ShopSerializer


@extend_schema(responses=answers(ShopSerializer, 404))
class ShopDetail(generics.RetrieveAPIView):
    """One shop."""

    queryset = Shop.objects.select_related("avatar", "hero")
    serializer_class = ShopSerializer
    lookup_field = "slug"


class _Products:
    queryset = Product.objects.on_sale()
    serializer_class = ProductSerializer

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        shop = get_object_or_404(Shop, slug=self.kwargs["shop"])
        goods = super().get_queryset().filter(shop=shop)
        return goods.select_related("shop").prefetch_related(*catalogue.goods())


@extend_schema(responses=answers(ProductSerializer(many=True), 404))
class ProductList(_Products, generics.ListAPIView):
    """What a shop sells, in its own order."""


@extend_schema(responses=answers(ProductSerializer, 404))
class ProductDetail(_Products, generics.RetrieveAPIView):
    """One product of a shop."""

    lookup_field = "slug"
    lookup_url_kwarg = "product"


urlpatterns = [
    path("shops/", ShopList.as_view(), name="shops"),
    path("shops/<slug:slug>/", ShopDetail.as_view(), name="shop"),
    path("shops/<slug:shop>/products/", ProductList.as_view(), name="products"),
    path("shops/<slug:shop>/products/<slug:product>/", ProductDetail.as_view(), name="product"),
]
