"""What merchants type: amounts, corrections of a count, pictures."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from livecommerce import money
from livecommerce.errors import DomainError
from shops import pictures, stock
from shops.models import MAX_PRICE


class MoneyField(forms.CharField):
    """The merchant types 34.00, the row keeps 3400. The form sets the `currency`."""

    currency = "eur"
    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, lowest: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.lowest = lowest

    def prepare_value(self, value):
        if isinstance(value, int):
            return str(Decimal(value).scaleb(-money.exponent(self.currency)))
        return value

    def to_python(self, value) -> int | None:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        if not re.fullmatch(r"[0-9]{1,9}([.,][0-9]{1,4})?", text):
            raise ValidationError("Write an amount like 34.00.")
        try:
            amount = money.minor(Decimal(text.replace(",", ".")), self.currency)
        except ValueError:
            places = money.exponent(self.currency) or "no"
            raise ValidationError(f"{self.currency.upper()} has {places} decimal places.") from None
        if not self.lowest <= amount <= MAX_PRICE:
            least, most = (money.text(each, self.currency) for each in (self.lowest, MAX_PRICE))
            raise ValidationError(f"Between {least} and {most}.")
        return amount


class DeltaField(forms.CharField):
    """So many units more or fewer, never a new count: two people may count at once."""

    widget = forms.TextInput({"autocomplete": "off", "placeholder": "±0", "size": "5"})

    def to_python(self, value) -> int | None:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text) or abs(int(text)) > stock.MAX_DELTA:
            raise ValidationError(f"A whole number like +12 or -3, at most {stock.MAX_DELTA}.")
        return int(text)


class PictureField(forms.FileField):
    """An upload that shops.pictures would keep; what it would not is refused at the field."""

    widget = forms.FileInput({"accept": "image/*"})

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload:
            try:
                pictures.check(upload)
            except DomainError as refusal:
                raise ValidationError(refusal.detail) from refusal
        return upload
