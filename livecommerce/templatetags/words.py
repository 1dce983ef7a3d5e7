"""What pages say: amounts, rates and lengths."""

from datetime import datetime

from django import template

from livecommerce import money

register = template.Library()


@register.filter(name="money")
def money_text(amount: int, currency: str) -> str:
    """{{ 1999|money:"eur" }} → €19.99"""
    return money.text(amount, currency)


@register.filter
def rate(hundredths: int) -> str:
    """{{ 1900|rate }} → 19 %, {{ 725|rate }} → 7.25 %"""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"


@register.filter
def length_until(start: datetime, end: datetime) -> str:
    """{{ show.live_at|length_until:show.ended_at }} → 48 s, 42 min, 1 h 5 min"""
    seconds = max(0, round((end - start).total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
