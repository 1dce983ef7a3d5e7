"""The room of a show in a terminal, over its socket like any other viewer."""

import json
import time
from contextlib import suppress
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from streams import client


class Command(BaseCommand):
    help = "Tell what happens in the room of a show, until it is interrupted."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="the last part of the show's address")
        parser.add_argument("--site", default=settings.SITE_URL, help="where the shop is")
        parser.add_argument("--json", action="store_true", help="print every frame as it came")
        parser.add_argument("--facts", type=int, help="stop after so many facts")

    def handle(self, *args, slug, site, **options):
        self.as_json, self.left = options["json"], options["facts"]
        self.room = client.Room()
        site, parts = site.rstrip("/"), urlsplit(site)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CommandError(f"{site} is no address like https://shop.example.com")
        with suppress(KeyboardInterrupt):
            self.watch(site, f"{site.replace('http', 'ws', 1)}/ws/live/{quote(slug, safe='')}/")

    def watch(self, site: str, address: str) -> None:
        attempt = 0
        while True:
            try:
                query = {} if self.room.seq is None else {"after": self.room.seq}
                with connect(
                    f"{address}?{urlencode(query)}", origin=site, compression=None
                ) as line:
                    for text in line:
                        attempt = 0
                        if self.is_done(line, json.loads(text)):
                            return
                code = line.close_code
            except ConnectionClosed as end:
                code = end.rcvd and end.rcvd.code
            except InvalidStatus as refusal:
                raise CommandError(f"The site answers {refusal.response.status_code}.") from None
            except OSError as error:
                code = error
            if code in client.FOR_GOOD:
                raise CommandError(f"The room is closed for us ({code}).")
            wait = client.pause(attempt)
            self.stderr.write(f"The line is lost ({code}); back in {wait:.1f} s.")
            time.sleep(wait)
            attempt += 1

    def is_done(self, line, frame: dict) -> bool:
        facts = self.room.take(frame)
        if self.room.misses_some:
            line.send(json.dumps({"type": "room.catch_up", "after": self.room.seq}))
        if self.as_json:
            self.stdout.write(json.dumps(frame, ensure_ascii=False))
        elif frame["type"] == "room.snapshot":
            self.stdout.write(self.told(frame))
        for fact in facts:
            if not self.as_json:
                self.stdout.write(f"{fact['at'][11:19]} #{fact['seq']} {words(fact)}")
            if self.left is not None:
                self.left -= 1
        return self.left is not None and self.left <= 0

    def told(self, snapshot: dict) -> str:
        show, pin = snapshot["show"], snapshot["pin"]
        shown = f"; on screen: {pin['title']}" if pin else ""
        return (
            f"{show['title']} ({show['status']}), {snapshot['viewers']} watching, "
            f"{snapshot['seq']} facts so far{shown}"
        )


def words(fact: dict) -> str:
    """One line for a person."""
    data = fact["data"]
    match fact["type"]:
        case "chat.posted" if "text" in data:
            return f"{data['name']} ({data['role']}): {data['text']}"
        case "question.asked" if "text" in data:
            return f"{data['name']} asks: {data['text']}"
        case "pin.opened":
            return f"on screen: {data['number']}. {data['title']}"
        case "poll.opened":
            return f"poll: {data['question']} ({' / '.join(data['options'])})"
    return f"{fact['type']} {json.dumps(data, ensure_ascii=False)}"
