"""Who sells what, to whom it belongs, and how many are left."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

CURRENCIES = [
    ("eur", "Euro"),
    ("usd", "US dollar"),
    ("gbp", "Pound sterling"),
    ("chf", "Swiss franc"),
    ("jpy", "Yen"),
    ("kwd", "Kuwaiti dinar"),
]
MAX_PRICE = 99_999_999  # what Stripe accepts as one charge


class User(AbstractUser):
    """Somebody who signs in: staff of a shop, or of the house."""


class ShopQuerySet(models.QuerySet):
    def run_by(self, user, *roles):
        """The shops this person works for (in one of the roles, if any are named)."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        mine = Member.objects.filter(user=user)
        if roles:
            mine = mine.filter(role__in=roles)
        return self.filter(pk__in=mine.values("shop"))


class Shop(models.Model):
    """One merchant's shop. Nothing in it refers to another shop."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    tagline = models.CharField(max_length=140, blank=True)
    about = models.TextField(max_length=2000, blank=True)
    currency = models.CharField(max_length=3, choices=CURRENCIES, default="eur")
    hue = models.PositiveSmallIntegerField(
        default=25,
        validators=[MaxValueValidator(360)],
        help_text="The shop's one accent colour, as an OKLCH hue from 0 to 360.",
    )
    avatar = models.ForeignKey(
        "Picture", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    hero = models.ForeignKey(
        "Picture", models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    is_tax_included = models.BooleanField(
        "prices include tax", default=True, help_text="Else it is added at the till."
    )
    undo_minutes = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(24 * 60)],
        help_text="So long after paying a shopper may cancel; the money is taken then.",
    )
    contact = models.EmailField(blank=True, help_text="Where shoppers' questions go.")
    address = models.TextField(
        max_length=500, blank=True, help_text="Stands on receipts: name, street, tax number."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @cached_property
    def home(self) -> "Zone | None":
        """The zone whose prices are shown until a country is known."""
        return next(iter(self.zones.all()), None)


class Zone(models.Model):
    """Where a shop delivers, for how much, and at which tax. The first is where it is at home."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="zones")
    name = models.CharField(max_length=60)
    countries = models.JSONField(default=list, blank=True)  # ["AT", "DE"]; none: everywhere else
    shipping = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MAX_PRICE)], help_text="In minor units."
    )
    free_from = models.PositiveIntegerField(
        null=True, blank=True, help_text="Goods of so much, in minor units, travel free."
    )
    tax_rate = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(10_000)],
        help_text="Hundredths of a percent.",
    )
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name


class Member(models.Model):
    """One person's part in one shop."""

    class Role(models.TextChoices):
        OWNER = "owner"
        PRODUCER = "producer"
        HOST = "host"
        MODERATOR = "moderator"
        DESK = "desk", "order desk"

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "user"], name="one_role_per_person_and_shop")
        ]

    def __str__(self):
        return f"{self.user}, {self.role} of {self.shop}"


class Picture(models.Model):
    """One picture, stored as a few fixed WebP renditions. Only shops.pictures writes here.

    `path` has no width and no suffix: the files are `{path}-{width}.webp`.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="pictures")
    path = models.CharField(max_length=200)
    width = models.PositiveIntegerField()  # of the largest rendition, pixels
    height = models.PositiveIntegerField()
    widths = models.JSONField(default=list)  # the renditions that exist, ascending
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.path


def on_sale(product: str = "", *, now=None) -> Q:
    """The condition that a product is for sale now; `product` leads to it: "" or "product__"."""
    is_hidden_drop = Q(**{f"{product}reveal_at__gt": now or timezone.now()})
    return Q(**{f"{product}is_on_sale": True}) & ~is_hidden_drop


class ProductQuerySet(models.QuerySet):
    def on_sale(self):
        return self.filter(on_sale())


class Product(models.Model):
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="products")
    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120)
    description = models.TextField(max_length=5000, blank=True)
    is_on_sale = models.BooleanField(default=True)
    reveal_at = models.DateTimeField(
        null=True, blank=True, help_text="A drop: hidden and not for sale before this time."
    )
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "slug"], name="product_slug_is_unique_in_shop")
        ]

    def __str__(self):
        return self.title


class Variant(models.Model):
    """What is sold and counted."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    title = models.CharField(max_length=80, blank=True, help_text="“Sage”; empty if only one.")
    sku = models.CharField(max_length=64, blank=True)
    swatch = models.CharField(
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "A colour is written like #8a9a7b.")],
    )
    price = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PRICE)],
        help_text="List price in minor units.",
    )
    picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    is_on_sale = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=1) & Q(price__lte=MAX_PRICE), name="price_is_payable"
            )
        ]

    def __str__(self):
        return f"{self.product.title} · {self.title}" if self.title else self.product.title


class ProductPicture(models.Model):
    """A picture in a product's gallery, in order."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="gallery")
    picture = models.ForeignKey(Picture, models.CASCADE, related_name="+")
    alt = models.CharField(max_length=160, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self):
        return self.alt or f"picture {self.position} of {self.product}"


class Stock(models.Model):
    """How many of a variant exist and how many are promised.

    A row of its own, so that saving a product form can never overwrite a count.
    Only shops.stock writes here.
    """

    variant = models.OneToOneField(Variant, models.CASCADE, primary_key=True)
    on_hand = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(held__lte=F("on_hand")), name="held_within_on_hand")
        ]

    def __str__(self):
        return f"{self.variant}: {self.free} free"

    @property
    def free(self) -> int:
        return self.on_hand - self.held


class StockMove(models.Model):
    """Why a count changed. Append-only: the sum of a variant's moves is its stock on hand."""

    class Reason(models.TextChoices):
        COUNTED = "counted"  # a merchant's correction, by delta
        SOLD = "sold"
        RETURNED = "returned"

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="moves")
    delta = models.IntegerField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    reference = models.CharField(max_length=64, blank=True)  # the order's number
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.variant}: {self.delta:+d} {self.reason}"
