"""Strings that want to be more than text, and what must be seen of each."""

import json
import re
from contextlib import contextmanager

import requests
from playwright.sync_api import Page
from websockets.sync.client import connect

# Whatever becomes an element, has this class; whatever runs, opens a dialog or asks this host.
AS_IT_STANDS = [
    "<script class=pwned>alert(1)</script>",
    "</script><script class=pwned>alert(2)</script>",
    "<img class=pwned src=x onerror=alert(3)>",
    '<img class=pwned src="//evil.example/x.png">',
    "<svg class=pwned onload=alert(4)><animate onbegin=alert(4)>",
    '<math><mi class=pwned xlink:href="javascript:alert(5)">x',
    '" autofocus onfocus="alert(6)" class="pwned',
    "' onmouseover='alert(7)' class='pwned",
    "javascript:alert(8)//",
    '<a class=pwned href="javascript:alert(9)">free</a>',
    "{{ 7*7 }} {% load static %}{% debug %} {# gone #}",
    "{{constructor.constructor('alert(10)')()}}",
    "${7*7} `${alert(11)}` #{7*7} <%= 7*7 %>",
    "&lt;b&gt; &amp; &#x3C;script&#x3E; &quot;",
    "<!-- <script class=pwned> --!> --> ]]>",
    "</style><style class=pwned>*{display:none}</style>",
    "red;background:url(//evil.example/c)}*{display:none}",
    "</textarea></title></template><b class=pwned>out",
    '<iframe class=pwned srcdoc="<script>alert(12)</script>">',
    "<base class=pwned href=//evil.example/>",
    "<form class=pwned action=//evil.example><button>go",
    '"}]}; alert(13); //\\u003c/script\\u003e',
    "\\'); alert(14); //",
    "%s %(name)s %n {0} {0.__class__}",
    "'; DROP TABLE streams_show; --",
    "$& $1 $' \\1 \\0",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ok",
    "مرحبا <b class=pwned> שלום",
    "W" * 60,
]
# What is said in a room is cleaned: direction, control and blank characters could dress it up.
CLEANED = {
    "safe \u202egnp.exe\u202c \u2066x\u2069": "safe gnp.exe x",
    "a\x00b\x07c\x1b[31md\x7f": "abc[31md",
    "json\u2028breaks\u2029here": "json breaks here",
    "zero\u200bwidth\ufeff and\u2800 blank\u3164": "zerowidth and blank",
    "e\u0301te\u0301\r\n\tencore": "été encore",
    "w" * 300: "w" * 300,
}
SAID = {text: text for text in AS_IT_STANDS} | CLEANED
NICKNAMES = {
    "<b class=pwned>Eve</b>": "<b class=pwned>Eve</b>",
    '"><i class=pwned>': '"><i class=pwned>',
    "' onclick='alert(1)": "' onclick='alert(1)",
    "{{7*7}} {% debug %}": "{{7*7}} {% debug %}",
    "</script><!--": "</script><!--",
    "javascript:alert(1)": "javascript:alert(1)",
    "\u202eevE\u202c\x00": "evE",
    "X" * 30: "X" * 30,
}
# Nothing on the page was made from a string: no element, no handler, no address.
TRACES = """() => [...document.querySelectorAll("*")].flatMap((element) => {
  const bad = [...element.attributes].filter(({ name, value }) =>
    /^on|^srcdoc$/.test(name) ||
    (/href|src|action|style/.test(name) && /javascript:|evil\\.example/i.test(value)))
  return bad.length || element.classList.contains("pwned") ? [element.outerHTML.slice(0, 200)] : []
})"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SOURCE = re.compile(r"<[a-z]+ class=pwned|</script><script class")


class Watch:
    """What pages do that text cannot make them do: dialogs, requests to other hosts."""

    def __init__(self, *hosts: str):
        self.hosts = hosts
        self.deeds: list[str] = []

    def over(self, page: Page) -> Page:
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        return page

    def _dialog(self, dialog) -> None:
        self.deeds.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request) -> None:
        is_ours = request.url.startswith((*self.hosts, "blob:", "data:"))
        if not is_ours:
            self.deeds.append(f"request: {request.url}")


def is_only_text(page: Page) -> None:
    """Nothing on it was made from what somebody wrote, and it fits its window."""
    assert page.evaluate(TRACES) == []
    wide = page.evaluate(TOO_WIDE)
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


class Stranger:
    """Somebody who has nothing but the socket, and says what no field would let through."""

    def __init__(self, line):
        self.line = line

    def asks(self, **frame) -> dict:
        """Send a frame; the answer to it."""
        self.line.send(json.dumps(frame | {"nonce": "n"}))
        while (answer := json.loads(self.line.recv(10))).get("nonce") != "n":
            pass
        return answer


@contextmanager
def stranger(url: str, slug: str):
    """A new visitor of a show."""
    asked = requests.Session()
    asked.trust_env = False
    asked.get(f"{url}/live/{slug}/", timeout=10)
    cookie = f"visitor={asked.cookies['visitor']}"
    address = f"{url.replace('http', 'ws', 1)}/ws/live/{slug}/"
    headers = {"Cookie": cookie}
    with connect(address, origin=url, additional_headers=headers, proxy=None) as line:
        yield Stranger(line)
