"""What cards and lines say of a product: {% with offer=product|offer %}, {{ variant|shown }}."""

from django import template

from shops import catalogue, pictures

register = template.Library()
register.filter("offer", catalogue.offer)
register.filter("shown", pictures.shown)
