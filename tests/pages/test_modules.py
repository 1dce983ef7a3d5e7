"""The import map of a page is read off its modules, so nothing can be missing or left over."""

import json
import re

import pytest
from django.template import Context, Template

ENTRIES = ("page", "show", "order", "checkout", "control-room", "studio")


def drawn(*entries: str) -> str:
    named = " ".join(f'"{entry}"' for entry in entries)
    page = Template("{% load modules %}{% modules " + named + " %}")
    return page.render(Context({"CSP_NONCE": "n0nce"}))


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_comes_last_under_the_pages_nonce(entry):
    page = drawn(entry)

    assert page.startswith('<script type="importmap" nonce="n0nce">')
    assert page.endswith(f'<script type="module" src="/static/js/{entry}.js"></script>')


def test_what_is_needed_at_once_is_preloaded_and_what_may_be_asked_for_later_is_named():
    page = drawn("order")
    named = json.loads(re.search(r">({.*})<", page)[1])["imports"]
    preloaded = set(re.findall(r'modulepreload" href="([^"]+)"', page))

    assert named["api"] == "/static/js/api.js"
    assert {named["api"], named["shop/payment"]} <= preloaded
    for later in ("till", "stripe-element"):
        assert named[later] not in preloaded


def test_several_entries_of_a_page_share_one_map():
    page = drawn("page", "checkout")

    assert page.count("importmap") == 1
    assert re.findall(r'type="module" src="/static/js/(.+?)\.js"', page) == ["page", "checkout"]


def test_a_library_comes_from_where_npm_put_it():
    assert '"hls.js": "/static/hls/hls.light.min.mjs"' in drawn("show")
