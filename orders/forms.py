"""What a shopper types at the till."""

from django import forms
from django.core.exceptions import ValidationError

from livecommerce.api import MAX_NUMBER
from orders.models import MAX_QUANTITY
from orders.submit import Delivery
from shops.countries import COUNTRIES


class WholeField(forms.IntegerField):
    """ASCII digits alone, as at every door: "١", "+1" and "1.0" are refused, not understood."""

    def to_python(self, value):
        text = "" if value is None else str(value)
        if text and not (text.isascii() and text.isdigit()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class DeliveryForm(forms.Form):
    """Whom the parcel is for, and where it goes."""

    email = forms.EmailField(
        max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    name = forms.CharField(max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    line1 = forms.CharField(
        max_length=160,
        label="Street and number",
        widget=forms.TextInput({"autocomplete": "address-line1"}),
    )
    line2 = forms.CharField(
        max_length=160,
        required=False,
        label="Flat, floor (optional)",
        widget=forms.TextInput({"autocomplete": "address-line2"}),
    )
    postcode = forms.CharField(
        max_length=20, widget=forms.TextInput({"autocomplete": "postal-code"})
    )
    city = forms.CharField(
        max_length=80, widget=forms.TextInput({"autocomplete": "address-level2"})
    )
    region = forms.CharField(
        max_length=80,
        required=False,
        label="State or region (optional)",
        widget=forms.TextInput({"autocomplete": "address-level1"}),
    )
    country = forms.ChoiceField(
        choices=COUNTRIES, widget=forms.Select({"autocomplete": "country"}), initial="DE"
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)  # names this submit
    seen = WholeField(min_value=0, widget=forms.HiddenInput)  # the total that was shown

    def delivery(self) -> Delivery:
        return Delivery(**{field: self.cleaned_data[field] for field in Delivery.__annotations__})


class WaitForm(forms.Form):
    """A place in the line for what is sold out."""

    variant = WholeField(min_value=1, max_value=MAX_NUMBER)
    quantity = WholeField(min_value=1, max_value=MAX_QUANTITY)
    email = forms.EmailField(max_length=254)
