"""What merchants type: amounts, rates, countries, corrections of a count, pictures."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils.html import format_html, format_html_join

from livecommerce import money
from livecommerce.errors import DomainError
from shops import pictures, stock
from shops.countries import COUNTRIES, country_name
from shops.models import MAX_PRICE

EVERYWHERE_ELSE = "*"


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
        if amount % money.step(self.currency):  # no card network carries a third decimal place
            raise ValidationError(f"In {self.currency.upper()} the last decimal is 0.")
        if not self.lowest <= amount <= MAX_PRICE:
            least, most = (money.text(each, self.currency) for each in (self.lowest, MAX_PRICE))
            raise ValidationError(f"Between {least} and {most}.")
        return amount


class PercentField(forms.CharField):
    """The merchant types 8.1, the row keeps 810: hundredths of a percent, at most 100 %."""

    widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "suffix": "%"})

    def __init__(self, *, lowest: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.lowest = lowest

    def prepare_value(self, value):
        if isinstance(value, int):
            return f"{Decimal(value).scaleb(-2).normalize():f}"
        return value

    def to_python(self, value) -> int | None:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,2})?", text):
            raise ValidationError("Write a percentage like 19 or 8.1.")
        rate = int(Decimal(text.replace(",", ".")).scaleb(2))
        if not self.lowest <= rate <= 10_000:
            raise ValidationError(f"Between {self.prepare_value(self.lowest)} and 100 %.")
        return rate


class CountryPicker(forms.CheckboxSelectMultiple):
    """A box for each country behind one line that names the chosen ones; usable without script."""

    class Media:
        js = [Script("js/control/countries.js", type="module")]

    def render(self, name, value, attrs=None, renderer=None):
        chosen = set(value or ())
        summary = ", ".join(label for code, label in self.choices if code in chosen)
        boxes = format_html_join(
            "",
            '<label><input type="checkbox" name="{}" value="{}"{}> <span>{}</span></label>',
            (
                (name, code, " checked" if code in chosen else "", label)
                for code, label in self.choices
            ),
        )
        return format_html(
            '<details class="countries" data-countries><summary>{}</summary>'
            '<input type="search" data-find placeholder="Find a country" '
            'aria-label="Find a country" autocomplete="off"><div>{}</div></details>',
            summary or "Choose countries",
            boxes,
        )


class CountriesField(forms.MultipleChoiceField):
    """Codes of countries, sorted; none of them is written as "everywhere else"."""

    widget = CountryPicker

    def __init__(self, **kwargs):
        super().__init__(choices=[(EVERYWHERE_ELSE, "Everywhere else"), *COUNTRIES], **kwargs)

    def clean(self, value) -> list[str]:
        chosen = sorted(set(super().clean(value)))
        if chosen == [EVERYWHERE_ELSE]:
            return []
        if EVERYWHERE_ELSE in chosen:
            names = ", ".join(country_name(code) for code in chosen if code != EVERYWHERE_ELSE)
            raise ValidationError(f"Either everywhere else or {names}, not both.")
        return chosen


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
