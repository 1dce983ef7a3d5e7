"""A room as somebody sees it who has nothing but its frames (docs/protocol.md, and no more).

The reference for clients in other languages; `watch_room` and the tests are built on it.
"""

import random
from math import inf

BACKLOG = 50  # messages kept
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds
# Close codes after which the same attempt would end the same way.
FOR_GOOD = {4404, 1008, 1009, 1003, 1007}


class Room:
    """What is known of a room: `state` has the shape of a snapshot, None before the first."""

    def __init__(self):
        self.state: dict | None = None
        self.misses_some = False  # a number was skipped: ask with room.catch_up

    @property
    def seq(self) -> int | None:
        """The number of the last fact; None when there is none to go on from."""
        return self.state and self.state["seq"]

    def take(self, frame: dict) -> list[dict]:
        """Take a frame; the facts in it that were new are returned."""
        match frame["type"]:
            case "room.snapshot":
                self.state = {name: value for name, value in frame.items() if name != "type"}
                self.misses_some = False
            case "room.facts":
                return [fact for fact in frame["facts"] if self._follows(fact)]
            case "room.levels" if self.state is not None:
                self._level(frame)
        return []

    def _follows(self, fact: dict) -> bool:
        if self.state is None or fact["seq"] <= self.state["seq"]:
            return False
        self.misses_some = fact["seq"] > self.state["seq"] + 1
        if self.misses_some:
            return False
        self.state["seq"] = fact["seq"]
        _happen(self.state, fact)
        return True

    def _level(self, frame: dict) -> None:
        levels = {name: level for name, level in frame.items() if name not in ("type", "is_whole")}
        self.state |= levels if frame.get("is_whole") else patched(self.state, levels)


def pause(attempt: int) -> float:
    """Seconds to stay away before try number `attempt`, counted from 0."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1)


def _happen(state: dict, fact: dict) -> None:
    data, at = fact["data"], fact["at"]
    if data.get("hidden"):
        return
    match fact["type"]:
        case "show.started":
            state["show"] |= {"status": "live", "live_at": at}
        case "show.ended":
            state["show"] |= {"status": "ended", "ended_at": at}
        case "show.cancelled":
            state["show"]["status"] = "cancelled"
        case "take.started" | "take.lost" | "take.finished" as change:
            state["on_air"] = change == "take.started"
        case "pin.opened":
            state["pin"] = data
        case "pin.closed" if state["pin"] and state["pin"]["pin"] == data["pin"]:
            state["pin"] = None
        case "deal.opened":
            known = [deal for deal in state["deals"] if deal["deal"] != data["deal"]]
            state["deals"] = [*known, data]
            if state["pin"] and state["pin"]["item"] == data["item"]:
                state["pin"] |= {"deal": data} | _asked(state["pin"], data["price"])
        case "deal.closed":
            state["deals"] = [deal for deal in state["deals"] if deal["deal"] != data["deal"]]
            if state["pin"] and (state["pin"]["deal"] or {}).get("deal") == data["deal"]:
                state["pin"] |= {"deal": None} | _asked(state["pin"])
        case "offer.opened":
            state["offer"] = data
        case "offer.closed" if state["offer"] and state["offer"]["offer"] == data["offer"]:
            state["offer"] = None
        case "chat.posted":
            state["chat"] = [*state["chat"], fact][-BACKLOG:]
        case "chat.hidden":
            state["chat"] = [each for each in state["chat"] if each["seq"] != data["seq"]]
        case "chat.pinned":
            state["pinned_message"] = data
        case "chat.unpinned":
            state["pinned_message"] = None
        case "rules.changed":
            state["rules"] = data
        case "poll.opened":
            state["poll"] = data | {"counts": [0] * len(data["options"]), "opened_at": at}
        case "poll.closed":
            state["poll"] = None
        case "question.asked":
            times = {"asked_at": at, "answering_at": None, "answered_at": None}
            # It may have been in the snapshot already, which is read a moment after its number.
            known = [q for q in state["questions"] if q["question"] != data["question"]]
            state["questions"] = [*known, data | {"status": "open", "votes": 0} | times]
        case "question.hidden":
            gone = data["question"]
            state["questions"] = [q for q in state["questions"] if q["question"] != gone]
        case "question.answering":
            _question(state, data, status="answering", answering_at=at, answered_at=None)
        case "question.answered":
            _question(state, data, status="answered", answering_at=data["from"], answered_at=at)
        case "question.reopened":
            _question(state, data, status="open", answering_at=None, answered_at=None)


def _asked(card: dict, deal: float = inf) -> dict:
    """The prices of a card: the usual ones, or what a deal makes of them."""
    variants = [each | {"price": min(each["usual_price"], deal)} for each in card["variants"]]
    usual = card["usual_price"]  # null when nothing of it is sold any more
    return {"price": usual and min(usual, deal), "variants": variants}


def _question(state: dict, data: dict, **changes) -> None:
    for question in state["questions"]:
        if question["question"] == data["question"]:
            question |= changes


def patched(target, patch):
    """RFC 7396 §2."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = patched(target.get(name), value)
    return target
