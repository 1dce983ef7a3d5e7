"""Live playlists, parts and fresh segments over HTTP, without a thread: plain ASGI.

A viewer asks three times a second and mostly waits; a middleware of Django's would hold a thread
for each of them. Everything that is not held here goes to Django untouched.

Caching. What a blocking request is answered stays true for its address, so shared caches may
collapse and keep it; a browser asks anew. Other playlists are always asked for. Parts stay for an
hour, segments for ever.
"""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from livecommerce import media
from streams.video.origin import air
from streams.video.origin.plain import Busy, Plain
from streams.video.origin.window import TARGET

MOST = 10_000  # requests that wait in one process
SLUG = r"/hls/(?P<slug>[-\w]{1,120})"
TAKE = r"(?P<take>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
PLAYLIST = re.compile(SLUG + r"/live\.m3u8", re.ASCII)
PART = re.compile(rf"{SLUG}/{TAKE}/(?P<number>0|[1-9]\d{{0,6}})\.(?P<index>0|[1-9]\d?)\.m4s", re.A)
STORED = re.compile(rf"/media/(?P<path>takes/{TAKE}/source/(?:init\.mp4|\d{{6}}\.m4s))", re.ASCII)
NUMBER = re.compile(r"\d{1,9}", re.ASCII)
DIRECTIVES = ("_HLS_msn", "_HLS_part", "_HLS_skip")
SAFE = ("GET", "HEAD")

ASK_ANEW = b"no-cache"
SHARED = b"public, max-age=0, s-maxage=%d" % (6 * TARGET)
AN_HOUR = b"public, max-age=3600, immutable"
FOR_EVER = media.FOR_EVER.encode()
M3U8, M4S, MP4 = b"application/vnd.apple.mpegurl", b"video/iso.segment", b"video/mp4"
TEXT = b"text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    kind: bytes = TEXT
    cache: bytes = ASK_ANEW
    status: int = 200
    more: tuple[tuple[bytes, bytes], ...] = ()


NOTHING = Answer(b"Not found.\n", status=404)
BAD = Answer(b"_HLS_msn, _HLS_part or _HLS_skip is not what it can be.\n", status=400)
READ_ONLY = Answer(b"GET or HEAD.\n", status=405, more=((b"allow", b"GET, HEAD"),))
FULL = Answer(
    b"Too many viewers wait here. Ask again in a second.\n",
    status=503,
    cache=b"no-store",
    more=((b"retry-after", b"1"),),
)


class Gone(Exception):
    """Whoever asked does not wait any more."""


class Origin:
    """`beyond` is the application that answers everything else."""

    def __init__(self, beyond):
        self.beyond = beyond
        self.plain = Plain()
        self.waiting = 0

    async def __call__(self, scope, receive, send):
        try:
            answer = await self.answer(scope, receive)
        except Gone:
            return
        if answer is None:
            await self.beyond(scope, receive, send)
        else:
            await _send(answer, scope["method"], send)

    async def answer(self, scope, receive) -> Answer | None:
        """None for what is not ours to answer."""
        path, is_safe = scope["path"], scope["method"] in SAFE
        if found := PLAYLIST.fullmatch(path):
            return await self.playlist(scope, receive, found["slug"]) if is_safe else READ_ONLY
        if found := PART.fullmatch(path):
            return await self.part(receive, found) if is_safe else READ_ONLY
        if is_safe and (found := STORED.fullmatch(path)):
            return stored(found["path"])
        return None

    async def playlist(self, scope, receive, slug: str) -> Answer:
        try:
            sequence, part, skip = directives(scope["query_string"])
        except ValueError:
            return BAD
        is_packed = accepts_gzip(scope)
        window = air.find(slug)
        if window is None:
            try:
                text = await self.plain.text(slug, packed=is_packed)
            except Busy:
                return FULL
            return _playlist(text, ASK_ANEW, is_packed) if text else NOTHING
        if sequence is not None and not window.is_over and window.is_too_far(sequence, part):
            return BAD
        wanted = (window.first_playable, None) if sequence is None else (sequence, part)
        if not window.is_over and not window.has(*wanted):
            if self.waiting >= MOST:
                return FULL
            await self.wait(receive, window.wait(*wanted))
        if window.is_empty:
            return NOTHING
        has_come = sequence is not None and window.has(sequence, part)
        text = window.packed(skip=skip) if is_packed else window.text(skip=skip)
        return _playlist(text, SHARED if has_come else ASK_ANEW, is_packed)

    async def part(self, receive, found: re.Match) -> Answer:
        window = air.find(found["slug"])
        if window is None:
            return NOTHING
        name = found["take"], int(found["number"]), int(found["index"])
        data = window.part(*name)
        if data is None and window.is_hinted(*name):
            if self.waiting >= MOST:
                return FULL
            data = await self.wait(receive, window.wait_for_part(*name))
        return Answer(data, M4S, AN_HOUR) if data else NOTHING

    async def wait(self, receive, coming: Awaitable):
        """Wait for it as long as there is somebody who does; raises Gone."""
        waiting = asyncio.ensure_future(coming)
        leaving = asyncio.ensure_future(_left(receive))
        leaving.add_done_callback(lambda _: waiting.cancel())
        self.waiting += 1
        try:
            return await waiting
        except asyncio.CancelledError:
            if leaving.done() and not leaving.cancelled():
                raise Gone from None
            raise
        finally:
            self.waiting -= 1
            waiting.cancel()
            leaving.cancel()


def stored(path: str) -> Answer | None:
    """A segment or init that is still in memory here; None if it is not."""
    for window in air.windows():
        if data := window.segment(path):
            return Answer(data, M4S, FOR_EVER)
        if data := window.init(path):
            return Answer(data, MP4, FOR_EVER)
    return None


def directives(query: bytes) -> tuple[int | None, int | None, bool]:
    """_HLS_msn, _HLS_part and _HLS_skip (§6.2.5). ValueError if they make no sense."""
    asked = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=20)
    ours = [(name, value) for name, value in asked if name in DIRECTIVES]
    given = dict(ours)
    if len(given) != len(ours) or ("_HLS_part" in given and "_HLS_msn" not in given):
        raise ValueError("A directive twice, or a part of no segment.")
    for name in ("_HLS_msn", "_HLS_part"):
        if name in given and not NUMBER.fullmatch(given[name]):
            raise ValueError(name)
    if given.get("_HLS_skip", "YES") not in ("YES", "v2"):
        raise ValueError("_HLS_skip")
    sequence, part = given.get("_HLS_msn"), given.get("_HLS_part")
    return (
        None if sequence is None else int(sequence),
        None if part is None else int(part),
        "_HLS_skip" in given,
    )


def accepts_gzip(scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


async def _left(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _playlist(text: bytes, cache: bytes, is_packed: bool) -> Answer:
    packed = ((b"content-encoding", b"gzip"),) if is_packed else ()
    return Answer(text, M3U8, cache, more=((b"vary", b"accept-encoding"), *packed))


async def _send(answer: Answer, method: str, send) -> None:
    headers = [
        (b"content-type", answer.kind),
        (b"content-length", b"%d" % len(answer.body)),
        (b"cache-control", answer.cache),
        (b"access-control-allow-origin", b"*"),
        (b"x-content-type-options", b"nosniff"),
        *answer.more,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
