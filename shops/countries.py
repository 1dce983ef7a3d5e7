"""The countries of the world, by the names people know them by (CLDR)."""

from babel import Locale
from django.utils.translation import get_language

NO_COUNTRY = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}  # regions and tests with two letters
COUNTRIES = sorted(
    (
        (code, name)
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY
    ),
    key=lambda country: country[1],
)


def country_name(code: str) -> str:
    """ "DE" → "Germany", in the language of the page."""
    return Locale.parse(get_language() or "en", sep="-").territories.get(code, code)
