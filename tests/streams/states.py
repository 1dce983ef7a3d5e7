"""States of a room, made comparable."""


def stripped(state):
    """A state without what a client need not have: units inside the pinned card are levels,
    messages from before it came, and the count of its own page."""
    if state is None:
        return None
    pin = state["pin"] and {k: v for k, v in state["pin"].items() if k != "variants"}
    votes = {
        q["question"]: {k: v for k, v in q.items() if k != "votes"} for q in state["questions"]
    }
    poll = state["poll"] and {k: v for k, v in state["poll"].items() if k != "counts"}
    rest = {k: v for k, v in state.items() if k not in ("viewers", "type")}
    return rest | {"pin": pin, "questions": votes, "poll": poll}
