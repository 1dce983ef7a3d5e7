"""WebVTT captions (W3C): read strictly enough that nothing but words and times gets through."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

MAX_CUES = 20_000
MAX_TEXT = 1000  # characters in one cue
STAMP = r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMES = re.compile(rf"{STAMP}[ \t]+-->[ \t]+{STAMP}(?:[ \t]+(.*))?", re.ASCII)
SETTING = re.compile(
    r"line:-?\d{1,3}%?|position:\d{1,3}%|size:\d{1,3}%|align:(?:start|center|end|left|right)",
    re.ASCII,
)
MARK = re.compile(r"(</?[biu]>)")
ANY_MARK = re.compile(r"<[^>]*>?")
LINE_END = re.compile(r"[\r\n]")


class BadWebVTT(Exception):
    """The text says what is wrong, to the person who sent it."""


@dataclass(frozen=True, slots=True)
class Cue:
    begins: float  # seconds
    ends: float
    settings: str
    text: str  # as WebVTT writes it, with no marks but <b>, <i>, <u>


def read(data: bytes) -> list[Cue]:
    """The cues of a file. Raises BadWebVTT."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadWebVTT("Captions are written in UTF-8.") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "�")
    head, *blocks = re.split(r"\n{2,}", text.strip("\n"))
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", head):
        raise BadWebVTT("The first line of captions is WEBVTT.")
    cues = [cue for block in blocks if (cue := _cue(block.split("\n")))]
    if not cues:
        raise BadWebVTT("There are no captions in this file.")
    if len(cues) > MAX_CUES:
        raise BadWebVTT(f"More than {MAX_CUES} captions.")
    return cues


def written(cues: Iterable[Cue]) -> bytes:
    """A file that we can answer for."""
    blocks = ["WEBVTT"]
    for cue in cues:
        times = f"{stamp(cue.begins)} --> {stamp(cue.ends)} {cue.settings}".rstrip()
        blocks.append(f"{times}\n{cue.text}")
    return ("\n\n".join(blocks) + "\n").encode()


def moved(cues: Iterable[Cue], seconds: float) -> list[Cue]:
    """The same, so much later; what would be over before it begins is left out."""
    later = (replace(cue, begins=cue.begins + seconds, ends=cue.ends + seconds) for cue in cues)
    return [replace(cue, begins=max(0.0, cue.begins)) for cue in later if cue.ends > 0]


def stamp(seconds: float) -> str:
    """01:02:03.456"""
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _cue(lines: list[str]) -> Cue | None:
    """One block; notes, styles and regions are nobody's words."""
    place = next((place for place, line in enumerate(lines[:2]) if "-->" in line), None)
    if place is None:
        return None
    found = TIMES.fullmatch(lines[place].strip())
    if not found:
        raise BadWebVTT(f"This is not a time: {lines[place].strip()[:60]}")
    *numbers, settings = found.groups()
    begins, ends = _seconds(*numbers[:4]), _seconds(*numbers[4:])
    if begins >= ends:
        raise BadWebVTT(f"This ends before it begins: {lines[place].strip()[:60]}")
    words = "\n".join(_plain(line) for line in lines[place + 1 :] if line.strip())
    if len(words) > MAX_TEXT:
        raise BadWebVTT(f"A caption of more than {MAX_TEXT} characters, at {stamp(begins)}.")
    return Cue(begins, ends, _settings(settings or ""), words) if words else None


def _seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(thousandths) / 1000


def _settings(text: str) -> str:
    return " ".join(word for word in text.split() if SETTING.fullmatch(word))


def _plain(line: str) -> str:
    """Words escaped anew, and no marks but the three that only change how letters look."""
    parts = MARK.split(line)
    return "".join(
        part if place % 2 else html.escape(_words(part), quote=False)
        for place, part in enumerate(parts)
    )


def _words(part: str) -> str:
    """Without marks; a line end that was written as &#10; would begin a block of its own."""
    return LINE_END.sub(" ", html.unescape(ANY_MARK.sub("", part)))
