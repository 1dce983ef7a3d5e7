"""What pages say: amounts."""

from django import template

from livecommerce import money

register = template.Library()


@register.filter(name="money")
def money_text(amount: int, currency: str) -> str:
    """{{ 1999|money:"eur" }} → €19.99"""
    return money.text(amount, currency)
