"""Pay later, by way of another page: the shopper leaves, decides, and comes back.

The page stands for Klarna's and the like. Its address holds a secret nobody can guess; what is
decided there is decided once.
"""

from html import escape
from urllib.parse import parse_qs, urlsplit

from . import intents, methods
from .desk import Answer
from .ledger import Ledger
from .refusals import Refusal, missing
from .visits import PATH, is_open, way_back

OUTCOMES = {"approve": "succeeded", "decline": "failed"}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pay later</title>
<style>
body {{ margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1f; background: #f4f1ee }}
main {{ max-width: 22rem; margin: 12vh auto; box-sizing: border-box; width: calc(100% - 2rem);
  padding: 1.5rem; background: #fff;
  border-radius: 1rem }}
h1 {{ margin: 0; font-size: 1.5rem }}
form {{ display: grid; gap: .75rem; margin-top: 1.5rem }}
button, a {{ box-sizing: border-box; min-height: 3rem; padding: .75rem; border: 1px solid #1b1b1f;
  border-radius: 2rem; font: inherit; color: inherit; background: #fff; text-align: center;
  cursor: pointer }}
button:first-child {{ color: #fff; background: #1b1b1f }}
</style></head><body><main>
<h1>Pay later</h1>
<p>{words}</p>
<p>Test till: no real money moves.</p>
{acts}
</main></body></html>"""
DIGITS = {"jpy": 0, "krw": 0, "kwd": 3, "bhd": 3}  # behind the point; two in all others
CHOICE = """<form method="post">
<button name="outcome" value="approve">Approve</button>
<button name="outcome" value="decline">Decline</button>
</form>"""


class Redirects:
    """Serves the page and takes the decision."""

    def __init__(self, ledger: Ledger):
        self._ledger = ledger

    def serve(self, method: str, path: str, body: str) -> Answer:
        with self._ledger.store.transaction():
            visit = self._ledger.find("till_visit", path.removeprefix(PATH))
            intent = self._ledger.find("payment_intent", visit["intent"])
            if method == "POST":
                return self._decide(visit, intent, parse_qs(body).get("outcome", [""])[0])
            if method == "GET":
                return _page(visit, intent)
        raise missing("page", path)

    def _decide(self, visit: dict, intent: dict, outcome: str) -> Answer:
        if outcome not in OUTCOMES:
            raise Refusal("The outcome is approve or decline.")
        if not visit["outcome"]:  # pressed twice, or the back button: the first one counts
            visit["outcome"] = "failed"
            if is_open(visit, intent):
                visit["outcome"] = OUTCOMES[outcome]
                self._take(intent, is_approved=outcome == "approve")
            self._ledger.save(visit)
        return Answer(303, "", {"Location": way_back(visit, intent)})

    def _take(self, intent: dict, *, is_approved: bool) -> None:
        method, card = methods.pick(self._ledger, intent["payment_method"], intent)
        intents.answer(self._ledger, intent, method, card, is_approved=is_approved)


def _page(visit: dict, intent: dict) -> Answer:
    if is_open(visit, intent):
        words, acts = f"The shop asks for {_price(intent)}. Pay it in 30 days?", CHOICE
    else:
        words = "There is nothing to decide here any more."
        acts = f'<p><a href="{escape(way_back(visit, intent))}">Back to the shop</a></p>'
    parts = urlsplit(visit["return_url"])
    # A form's target counts with all that it redirects to, so the shop is named, too.
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none';"
        f" form-action 'self' {parts.scheme}://{parts.netloc}"
    )
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Answer(200, PAGE.format(words=escape(words), acts=acts), headers)


def _price(intent: dict) -> str:
    digits = DIGITS.get(intent["currency"], 2)
    return f"{intent['amount'] / 10**digits:.{digits}f} {intent['currency'].upper()}"
