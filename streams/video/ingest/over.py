"""Why takes end by themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Over:
    """Why a take ended by itself, and whether its publisher should come back."""

    code: str
    detail: str
    may_return: bool


SHOW_ENDED = Over("show_ended", "The show has ended.", may_return=False)
TAKEN_OVER = Over("taken_over", "Another camera sends the picture now.", may_return=False)
FELL_SILENT = Over("fell_silent", "Nothing was received for too long.", may_return=True)
FFMPEG_DIED = Over("ffmpeg_failed", "The picture was cut off. Send it again.", may_return=True)
FFMPEG_REFUSED = Over("ffmpeg_failed", "The picture could not be read.", may_return=False)
REASONS = {over.code: over for over in (SHOW_ENDED, TAKEN_OVER, FELL_SILENT)}
