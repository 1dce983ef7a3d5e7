"""A film sent as a host would send it: through the studio's own socket."""

import asyncio
import contextlib
import json
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from PIL import ImageFont
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from shops.models import User
from streams.video import ffmpeg

CHUNK = 64 * 1024  # bytes
RETRY = 1  # seconds
logger = logging.getLogger(__name__)


class Over(Exception):
    """The show does not want this picture any more; in words, unless it ended."""


def signed_in(user: User) -> str:
    """A session of this person, as the login page would make it; answers its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(24 * 3600)
    session.save()
    return session.session_key


async def publish(
    site: str,
    slug: str,
    film: Path,
    session: str,
    *,
    seconds: float,
    tell: Callable[[str], object] = logger.info,
) -> None:
    """Loop the film into the show for so long; a dropped line is taken up again.

    `tell` hears what stands in the way of two tries, once. Raises Over, with the reason, if nothing
    would come of another.
    """
    trouble = told = None
    with tempfile.NamedTemporaryFile(suffix=".ttf") as font:
        font.write(ImageFont.load_default(40).font_bytes)
        font.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        await _take(site, slug, film, session, Path(font.name))
                    except Over as over:
                        if over.args:
                            raise
                        return
                    except (OSError, WebSocketException) as error:
                        if str(error) == trouble != told:
                            told = trouble
                            tell(told)
                        trouble = str(error)
                    await asyncio.sleep(RETRY)


async def _take(site: str, slug: str, film: Path, session: str, font: Path) -> None:
    address = f"{site.replace('http', 'ws', 1)}/ws/studio/{slug}/"
    headers = {"Cookie": f"sessionid={session}"}
    async with connect(address, origin=site, additional_headers=headers, compression=None) as line:
        await line.send(json.dumps({"type": "studio.start"}))
        _heed(await line.recv())
        camera = await asyncio.create_subprocess_exec(
            *ffmpeg.publish(film, font=font), stdout=asyncio.subprocess.PIPE
        )
        listening, sent = asyncio.create_task(_listen(line)), 0
        try:
            while data := await camera.stdout.read(CHUNK):
                if listening.done():
                    break
                await line.send(data)
                sent += len(data)
            if not sent and not listening.done():
                raise Over(f"{film} is no film that ffmpeg can read.")
        finally:
            with contextlib.suppress(ProcessLookupError):
                camera.kill()
            await camera.wait()
            listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening


async def _listen(line) -> None:
    try:
        async for frame in line:
            _heed(frame)
    except ConnectionClosed as closed:
        if closed.rcvd and closed.rcvd.code == 1000:
            raise Over from closed


def _heed(frame: str) -> None:
    said = json.loads(frame)
    if said["type"] == "error":
        if said["code"] == "show_not_live":
            raise Over
        if said["code"] in ("not_allowed", "taken_over"):
            raise Over(said["detail"])
        raise ConnectionError(said.get("detail", said["code"]))
