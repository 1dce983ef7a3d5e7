"""{% delivery_form shop as form %}: the till's fields, for pages that sell without leaving them."""

from django import template

from orders import addresses
from orders.forms import DeliveryForm
from shops.models import Shop

register = template.Library()


@register.simple_tag
def delivery_form(shop: Shop) -> DeliveryForm:
    """For no one yet, with ids of its own, so that two forms on one page stay apart."""
    return DeliveryForm(auto_id="delivery-%s", initial=addresses.home_of(shop))
