"""{% delivery_form as form %}: the till's fields, for pages that sell without leaving them."""

from django import template

from orders.forms import DeliveryForm

register = template.Library()


@register.simple_tag
def delivery_form() -> DeliveryForm:
    """Empty, with ids of its own, so that two forms on one page stay apart."""
    return DeliveryForm(auto_id="delivery-%s")
