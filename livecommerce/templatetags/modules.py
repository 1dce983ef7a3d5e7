"""{% modules "page" "checkout" %}: a page's scripts, found by following their imports."""

import json
import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

register = template.Library()

AT_ONCE = re.compile(r'^(?:import\b[^"(]*|\} from )"([^"]+)"', re.MULTILINE)
LATER = re.compile(r'\bimport\("([^"]+)"\)')
ELSEWHERE = {"hls.js": "hls/hls.light.min.mjs"}  # from npm; all others are ours


@register.simple_tag(takes_context=True)
def modules(context, *entries: str) -> str:
    """The import map of entry modules, preloads for what they need at once, and the entries.

    The map gives every module its hashed name. Preloads spare the page one wave after another.
    Error pages are drawn without their request: no nonce, no scripts.
    """
    if "CSP_NONCE" not in context:
        return ""
    at_once, later = _needs(entries)
    paths = {name: static(_path(name)) for name in sorted(at_once | later)}
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>\n{}\n{}',
        context["CSP_NONCE"],
        mark_safe(json.dumps({"imports": paths})),
        format_html_join(
            "\n",
            '<link rel="modulepreload" href="{}">',
            ((paths[name],) for name in sorted(at_once)),
        ),
        format_html_join(
            "\n",
            '<script type="module" src="{}"></script>',
            ((static(_path(entry)),) for entry in entries),
        ),
    )


def _path(name: str) -> str:
    return ELSEWHERE.get(name, f"js/{name}.js")


@lru_cache
def _needs(entries: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Every module they lead to: those they need at once, and those they may ask for later."""
    at_once, later, known = set(), set(), set(entries)
    waiting = [(entry, True) for entry in entries]
    while waiting:
        name, is_needed = waiting.pop()
        if name in ELSEWHERE:
            continue
        source = Path(finders.find(_path(name))).read_text()
        for found, needed in [
            *((other, is_needed) for other in AT_ONCE.findall(source)),
            *((other, False) for other in LATER.findall(source)),
        ]:
            (at_once if needed else later).add(found)
            if found not in known:
                known.add(found)
                waiting.append((found, needed))
    return frozenset(at_once), frozenset(later)
