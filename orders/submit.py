"""What a shopper sends when she presses the button."""

from dataclasses import dataclass, fields

from shops.models import Shop


@dataclass(frozen=True)
class Delivery:
    """To whom and where; checked by orders.forms."""

    email: str
    name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: str

    @classmethod
    def of(cls, row) -> "Delivery":
        """The one that a row keeps in columns of these names."""
        return cls(**{field.name: getattr(row, field.name) for field in fields(cls)})


@dataclass(frozen=True)
class Submit:
    """One press of the button. `key` names it: sent again, it is the same order."""

    shop: Shop | str  # or its slug: orders.counter finds the shops of all who stand there
    owner: str  # of the bag
    key: str
    delivery: Delivery
    seen: int  # the total the shopper was shown, in minor units; any other is refused
    caller: str | None = None  # the address it came from
    user_id: int | None = None
