"""What an encoder sends becomes takes, one after the other, without the encoder noticing.

A take begins at a key frame. When its ffmpeg dies, the next take begins at the next key frame,
with what the encoder said only once: its description and the headers of picture and sound.
"""

import asyncio
from collections.abc import Callable, Iterable

from livecommerce.errors import DomainError
from streams.models import Show, Take
from streams.video.ingest.intake import Intake, Over
from streams.video.ingest.rtmp import flv
from streams.video.ingest.rtmp.chunks import AROUND
from streams.video.ingest.rtmp.session import Media

KEY_WITHIN = 10  # seconds without a key frame that are waited for
JUMP = 10_000  # milliseconds that timestamps may leap before it counts as another take
LAST_WORDS = 2  # seconds for the intake to say why it is over
STEADY = 10  # seconds after which a take that ends is no sign of trouble
PAUSES = (0, 0.5, 1, 2, 4)  # seconds until the next, by how many ended at once


class NoKeyFrame(DomainError):
    code = "no_key_frames"

    def __init__(self):
        super().__init__(
            f"No key frame came for {KEY_WITHIN} s. Send a picture, with a key frame every 2 s."
        )


class Picture:
    """Made by `open`; fed by `tags` and `write`; always `close`d.

    `gone` is called when it must not go on.
    """

    def __init__(self, show: Show, intake: Intake, gone: Callable[[Over], None]):
        self.show = show
        self._gone = gone
        self._adopt(intake)
        self._about = self._picture = self._sound = b""
        self._zero = self._last = 0  # milliseconds
        self._clock = asyncio.get_running_loop().time
        self._waits_since = self._not_before = self._clock()
        self._ended_at_once = 0

    @classmethod
    async def open(cls, show: Show, gone: Callable[[Over], None]) -> "Picture":
        """Raises what Intake.open raises: the show is not live, or somebody else is sending."""
        return cls(show, await Intake.open(show, Take.Source.RTMP), gone)

    async def tags(self, pieces: Iterable[Media]) -> bytes:
        """What to `write` of them. Raises DomainError, or Unsupported, if this cannot go on."""
        found = []
        if self._intake and self._watch.done():
            await self._lose()
        for piece in pieces:
            found.append(await self._tag(piece))
        return b"".join(found)

    async def write(self, tags: bytes) -> None:
        """As fast as the take has room for it."""
        if self._runs and tags:
            try:
                await self._intake.write(tags)
            except ConnectionError:
                await self._lose()

    async def close(self, *, lost: bool) -> None:
        self._runs = False
        if self._intake:
            self._watch.cancel()
            intake, self._intake = self._intake, None
            await intake.close(lost=lost)

    def _adopt(self, intake: Intake) -> None:
        self._intake: Intake | None = intake
        self._watch = asyncio.create_task(self._until_over(intake))
        self._runs = False  # not before its first key frame

    async def _tag(self, piece: Media) -> bytes:
        """What to write for it; nothing while a key frame is waited for."""
        if piece.kind == flv.SCRIPT:
            self._about = piece.body
            return b""
        look = flv.video(piece.body) if piece.kind == flv.VIDEO else flv.audio(piece.body)
        if look.is_header:
            await self._heed(piece)
            return b""
        if not self._runs:
            is_first = piece.kind == flv.VIDEO and look.is_key and self._picture
            return await self._begin(piece, look) if is_first else self._wait()
        at = (piece.timestamp - self._zero + AROUND // 2) % AROUND - AROUND // 2
        if abs(at - self._last) > JUMP:
            await self._pause(lost=False)
            return b""
        self._last = at
        return flv.tag(piece.kind, at, piece.body) if at >= 0 else b""

    async def _heed(self, header: Media) -> None:
        """Another picture than before, in size for instance, is another take."""
        name = "_picture" if header.kind == flv.VIDEO else "_sound"
        if self._runs and getattr(self, name) not in (b"", header.body):
            await self._pause(lost=False)
        setattr(self, name, header.body)

    async def _begin(self, first: Media, look: flv.Look) -> bytes:
        now = self._clock()
        if now < self._not_before:
            return b""
        if self._intake is None:
            self._adopt(await Intake.open(self.show, Take.Source.RTMP))
        await self._intake.start(look.wants)
        self._runs = True
        self._zero, self._last, self._waits_since = first.timestamp, 0, now
        opening = [flv.header(has_audio=bool(self._sound))]
        for kind, body in (
            (flv.SCRIPT, self._about),
            (flv.VIDEO, self._picture),
            (flv.AUDIO, self._sound),
        ):
            opening += [flv.tag(kind, 0, body)] if body else []
        return b"".join(opening) + flv.tag(flv.VIDEO, 0, first.body)

    def _wait(self) -> bytes:
        if self._clock() - self._waits_since > KEY_WITHIN:
            raise NoKeyFrame
        return b""

    async def _until_over(self, intake: Intake) -> Over:
        over = await intake.over()
        if not over.may_return:
            self._gone(over)
        return over

    async def _lose(self) -> None:
        """The take ended by itself; another may begin, unless it was ended for good."""
        await asyncio.wait([self._watch], timeout=LAST_WORDS)
        is_over = self._watch.done() and not self._watch.cancelled()
        if is_over and not self._watch.exception() and not self._watch.result().may_return:
            self._not_before = float("inf")
        is_steady = self._clock() - self._waits_since > STEADY
        self._ended_at_once = 0 if is_steady else self._ended_at_once + 1
        await self._pause(lost=True)

    async def _pause(self, *, lost: bool) -> None:
        pause = PAUSES[min(self._ended_at_once, len(PAUSES) - 1)]
        self._waits_since = self._clock()
        self._not_before = max(self._not_before, self._waits_since + pause)
        await self.close(lost=lost)
