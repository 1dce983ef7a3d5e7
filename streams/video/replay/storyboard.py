"""Small pictures for the seek bar: sheets of them, and the WebVTT that says which is when."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from streams.models import Extra, Segment
from streams.video import ffmpeg, takes
from streams.video.errors import MediaError
from streams.video.replay import claims, extras, recording, running, shown, webvtt

APART = 5.0  # seconds, in a replay of up to ten minutes
FAR_APART = 10.0  # in a longer one
SHORT = 600
LONG_SIDE = 160  # pixels of one picture
COLUMNS = 5
MOST = 50  # pictures on a sheet
WORDS = "The small pictures could not be made."


@dataclass(frozen=True, slots=True)
class Still:
    """A segment whose first picture is shown from one second of the replay to another."""

    row: Segment
    begins: float
    ends: float


def make(extra: Extra) -> None:
    """Claim, draw, publish."""
    with claims.claimed(extra, WORDS) as claim:
        path = extras.begin(extra, "storyboard.vtt")
        rows = list(shown.only(extra.show, recording.source(extra.show)))
        sheets = list(_sheets(_stills(rows)))
        text, size = ["WEBVTT", ""], 0
        for number, sheet in enumerate(sheets):
            claim.share = number / len(sheets)
            name = f"sheet-{number:03d}.webp"
            drawn, cues = _draw(sheet, name, claim)
            takes.store(path.replace("storyboard.vtt", name), drawn)
            text += cues
            size += len(drawn)
        takes.store(path, "\n".join(text).encode())
        claim.done(size=size)


def _stills(rows: list[Segment]) -> list[Still]:
    """One segment in so many seconds, with the time it stands for in the replay."""
    apart = APART if sum(row.duration for row in rows) <= SHORT else FAR_APART
    # Of two borders, the one nearer to the wished moment.
    begins, now, last_take = [], 0.0, None
    for row in rows:
        if last_take != row.take_id or now - begins[-1][1] >= apart - row.duration / 2:
            begins.append((row, now))
        last_take = row.take_id
        now += row.duration
    ends = [*(at for _, at in begins[1:]), now]
    return [Still(row, at, end) for (row, at), end in zip(begins, ends, strict=True)]


def _sheets(stills: list[Still]) -> Iterator[list[Still]]:
    sheet: list[Still] = []
    for still in stills:
        if sheet and (len(sheet) == MOST or sheet[-1].row.take_id != still.row.take_id):
            yield sheet
            sheet = []
        sheet.append(still)
    if sheet:
        yield sheet


def _draw(sheet: list[Still], name: str, claim: claims.Claim) -> tuple[bytes, list[str]]:
    rendition = sheet[0].row.rendition
    width, height = _size(rendition.width, rendition.height)
    nearest = min((later.begins - still.begins for still, later in pairwise(sheet)), default=1)
    drawn = b"".join(
        running.run(
            ffmpeg.sheet(len(sheet), COLUMNS, width=width, height=height, apart=nearest / 2),
            recording.stills([still.row for still in sheet]),
            cpu=60,
            beat=claim.beat,
        )
    )
    if not drawn:
        raise MediaError("There is no picture to draw.")
    cues = []
    for place, still in enumerate(sheet):
        x, y = place % COLUMNS * width, place // COLUMNS * height
        cues += [
            f"{webvtt.stamp(still.begins)} --> {webvtt.stamp(still.ends)}",
            f"{name}#xywh={x},{y},{width},{height}",
            "",
        ]
    return drawn, cues


def _size(width: int, height: int) -> tuple[int, int]:
    """The picture's shape, with even sides."""
    scale = LONG_SIDE / max(width, height, 1)
    return tuple(max(2, round(side * scale / 2) * 2) for side in (width, height))
