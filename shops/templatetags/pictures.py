"""{% picture … %}: one <img> that lets the browser choose among the renditions."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from shops import pictures
from shops.models import Picture

register = template.Library()


@register.simple_tag
def picture(image: Picture | None, alt: str = "", sizes: str = "50vw", eager: bool = False) -> str:
    """`sizes` as in HTML: how wide it will be drawn. `eager` for what is seen first."""
    if image is None:
        return ""
    return format_html(
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" {} decoding="async">',
        pictures.address(image, 640),
        pictures.srcset(image),
        sizes,
        image.width,
        image.height,
        alt,
        mark_safe('fetchpriority="high"' if eager else 'loading="lazy"'),
    )
