"""A show that has ended: recorded, talked over, voted on and bought from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from shops.models import User
from streams import log, pins
from streams.models import Show
from streams.talk import chat, polls, questions, reactions


def play(show: Show, plan: dict) -> None:
    """Everything that was said and shown, in the order of its moments."""
    rows: dict[str, object] = {}
    script: list[tuple[float, Callable[[datetime], None]]] = [
        (second, partial(_say, show, plan["host"], who, text)) for second, who, text in plan["chat"]
    ]
    items = {item.number: item for item in show.items.select_related("show__shop", "product")}
    script += [(second, partial(_pin, items[number])) for number, second in plan["pins"]]
    for question in plan["questions"]:
        script.append((question["asked"], partial(_ask, show, question, rows)))
        if "answering" in question:
            script.append((question["answering"], partial(_answer, question, rows)))
            script.append((question["answered"], partial(_finish, question, rows)))
    for poll in plan["polls"]:
        script.append((poll["opened"], partial(_poll, show, poll)))
        script.append((poll["closed"], partial(_close, show)))
    for second, act in sorted(script, key=lambda line: line[0]):
        act(show.starts_at + timedelta(seconds=second))
    reactions.add(show.pk, plan["hearts"])


def viewer(number: int | str) -> chat.Speaker:
    return chat.Speaker(f"guest-demo-{number}")


def _pin(item, at: datetime) -> None:
    pins.open(item, at=at)


def _say(show: Show, host: str, who: str, text: str, at: datetime) -> None:
    if who == host:
        user = User.objects.get(username=host)
        data = {"name": user.get_full_name(), "text": text, "role": "host"}
        log.append(show, "chat.posted", data, author=f"user-{user.pk}", at=at)
    else:
        data = {"name": who, "text": text, "role": "guest"}
        log.append(show, "chat.posted", data, author=viewer(who).author, at=at)


def _ask(show: Show, plan: dict, rows: dict, at: datetime) -> None:
    who, text = plan["who"], plan["text"]
    rows[text] = questions.ask(show, viewer(who), text, who, at=at)
    for number in range(plan["votes"]):
        questions.vote(show, viewer(number), rows[text].pk)


def _answer(plan: dict, rows: dict, at: datetime) -> None:
    questions.answer(rows[plan["text"]], at=at)


def _finish(plan: dict, rows: dict, at: datetime) -> None:
    questions.finish(rows[plan["text"]], at=at)


def _poll(show: Show, plan: dict, at: datetime) -> None:
    poll = polls.open(show, plan["question"], plan["options"], at=at)
    chosen = [option for option, votes in enumerate(plan["votes"]) for _ in range(votes)]
    for number, option in enumerate(chosen):
        polls.vote(show, viewer(number), poll.pk, option)


def _close(show: Show, at: datetime) -> None:
    polls.close(show, at=at)
