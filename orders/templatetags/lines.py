"""{{ title|one_line }}: what people typed, in plain text, where a line of its own could lie."""

from django import template

from orders import wording

register = template.Library()
register.filter("one_line", wording.one_line)
