from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from livecommerce import money

CURRENCIES = st.sampled_from(["eur", "usd", "gbp", "jpy", "kwd"])


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1999, "eur", "€19.99"),
        (0, "eur", "€0.00"),
        (5, "usd", "$0.05"),
        (1999, "jpy", "¥1,999"),
        (1999, "kwd", "KWD1.999"),
        (99_999_999, "gbp", "£999,999.99"),
    ],
)
def test_an_amount_is_written_with_its_currencys_own_places(amount, currency, text):
    with translation.override("en"):
        assert money.text(amount, currency) == text


def test_an_amount_is_written_in_the_language_of_the_page():
    with translation.override("de"):
        assert money.text(199_900, "eur").replace("\xa0", " ") == "1.999,00 €"


@pytest.mark.parametrize(
    ("major", "currency", "minor"),
    [("19.99", "eur", 1999), ("34", "eur", 3400), ("1999", "jpy", 1999), ("1.999", "kwd", 1999)],
)
def test_what_is_typed_becomes_minor_units(major, currency, minor):
    assert money.minor(Decimal(major), currency) == minor


@pytest.mark.parametrize(
    ("major", "currency"), [("19.999", "eur"), ("0.5", "jpy"), ("1.0001", "kwd")]
)
def test_what_is_finer_than_the_currency_is_refused_not_rounded(major, currency):
    with pytest.raises(ValueError, match="finer"):
        money.minor(Decimal(major), currency)


@given(amount=st.integers(0, 99_999_999), currency=CURRENCIES)
def test_no_amount_is_changed_on_its_way_to_major_units_and_back(amount, currency):
    major = Decimal(amount).scaleb(-money.exponent(currency))

    assert money.minor(major, currency) == amount
