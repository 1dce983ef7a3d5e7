"""Money is an integer of minor units and a currency; here it becomes text, and back."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language, to_locale


def exponent(currency: str) -> int:
    """How many decimal places the currency has: 2 for eur, 0 for jpy, 3 for kwd (ISO 4217)."""
    return get_currency_precision(currency.upper())


def step(currency: str) -> int:
    """The least amount that can be paid: 1, or 10 where minor units are thousandths.

    Card networks carry two decimal places, so the third is always 0
    (https://docs.stripe.com/currencies#three-decimal).
    """
    return 10 if exponent(currency) == 3 else 1


def text(amount: int, currency: str) -> str:
    """1999, "eur" → "€19.99", in the language of the page."""
    major = Decimal(amount).scaleb(-exponent(currency))
    return format_currency(major, currency.upper(), locale=to_locale(get_language() or "en"))


def minor(major: Decimal, currency: str) -> int:
    """Decimal("19.99"), "eur" → 1999. Raises ValueError when it is finer than the currency."""
    amount = major.scaleb(exponent(currency))
    if amount != amount.to_integral_value():
        raise ValueError(f"{major} is finer than {currency} can be.")
    return int(amount)
