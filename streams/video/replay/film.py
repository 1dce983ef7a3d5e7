"""What a finished film holds, and whether we take it. Nothing of it is decoded to find out."""

import re
from dataclasses import dataclass

from streams.video import ffmpeg
from streams.video.errors import MediaError
from streams.video.replay import running

MAX_SECONDS = 10 * 3600
MAX_SIDE = 4096  # pixels
LOOK = 20  # CPU seconds
PLAIN = ("yuv420p", "yuvj420p")  # what every browser shows
LASTS = re.compile(r"^  Duration: (?:(\d+):(\d\d):(\d\d\.\d+)|N/A)", re.MULTILINE)
PICTURE = re.compile(
    r"^  Stream #0:\d+\S*: Video: (\w+)[^\n]*?, (\w+)(?:\([^)\n]*\))?, (\d+)x(\d+)", re.MULTILINE
)
SOUND = re.compile(r"^  Stream #0:\d+\S*: Audio: (\w+)", re.MULTILINE)


class BadFilm(MediaError):
    """We do not take this film; the text says why."""

    code = "bad_film"


@dataclass(frozen=True, slots=True)
class Film:
    seconds: float | None  # as the file says
    codec: str
    pixels: str
    width: int
    height: int
    sound: str  # "" without
    is_turned: bool  # a phone was held upright

    @property
    def video(self) -> str:
        """How ffmpeg is to treat the picture."""
        is_plain = self.codec == "h264" and self.pixels in PLAIN and not self.is_turned
        return "copy" if is_plain else "encode"

    @property
    def audio(self) -> str:
        if not self.sound:
            return "none"
        return "copy" if self.sound == "aac" else "encode"


def look(descriptor: int, beat) -> Film:
    """What an open file holds. Raises BadFilm."""
    words: list[str] = []
    try:
        running.finish(
            ffmpeg.look(descriptor), cpu=LOOK, files=[descriptor], beat=beat, words=words
        )
    except running.Interrupted:
        raise
    except running.CannotMake as error:
        raise BadFilm("This is not a film that we can read.") from error
    return check(read("".join(words)))


def read(words: str) -> Film:
    """Out of what ffmpeg says about its input."""
    told = words.partition("\nStream mapping:")[0]
    picture, sound, lasts = (each.search(told) for each in (PICTURE, SOUND, LASTS))
    if not picture:
        raise BadFilm("There is no picture in this file.")
    codec, pixels, width, height = picture.groups()
    hours, minutes, seconds = lasts.groups() if lasts else (None, None, None)
    return Film(
        seconds=int(hours) * 3600 + int(minutes) * 60 + float(seconds) if hours else None,
        codec=codec,
        pixels=pixels,
        width=int(width),
        height=int(height),
        sound=sound[1] if sound else "",
        is_turned="displaymatrix: rotation" in told.lower(),
    )


def check(film: Film) -> Film:
    """Refuse what would take too much of a worker."""
    if film.seconds and film.seconds > MAX_SECONDS:
        raise BadFilm(f"It lasts longer than {MAX_SECONDS // 3600} hours.")
    if max(film.width, film.height) > MAX_SIDE:
        size = f"{film.width} × {film.height}"
        raise BadFilm(f"It is too large ({size}): at most {MAX_SIDE} pixels a side.")
    return film
