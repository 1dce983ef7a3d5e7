"""Visits to another page: a shopper is sent there to decide, and comes back to the shop's page."""

from urllib.parse import urlencode, urlsplit

from . import saved_shapes
from .ledger import Ledger

PATH = "/redirects/"


def start(ledger: Ledger, intent: dict, return_url: str) -> dict:
    """The intent's next_action; the address holds a secret nobody can guess."""
    visit = ledger.new(saved_shapes.visit, intent=intent["id"], return_url=return_url)
    ledger.save(visit)
    url = f"{ledger.address}{PATH}{visit['id']}"
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}


def is_open(visit: dict, intent: dict) -> bool:
    """Whether the intent still waits for this very visit, and not for a later one."""
    action = intent["next_action"] or {}
    return action.get("redirect_to_url", {}).get("url", "").endswith(f"/{visit['id']}")


def way_back(visit: dict, intent: dict) -> str:
    """The shop's page, told what happened; it must not believe a word of it."""
    told = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": visit["outcome"] or "failed",
    }
    parts = urlsplit(visit["return_url"])
    query = "&".join(filter(None, (parts.query, urlencode(told))))
    return parts._replace(query=query).geturl()
