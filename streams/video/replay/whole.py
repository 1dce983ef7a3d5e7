"""The whole recording as a playlist, for those who decide what the replay leaves out."""

from livecommerce.media import address
from streams.models import Show
from streams.video import takes
from streams.video.packaging import playlist
from streams.video.replay import recording

TARGET = 2  # seconds


def text(show: Show) -> str:
    """Every segment of the source, whatever was trimmed."""
    return playlist.media(
        [
            playlist.Entry(
                uri=address(row.path),
                duration=row.duration,
                at=row.at,
                take=row.take_id,
                init_uri=address(takes.init_path(row.take, row.rendition)),
            )
            for row in recording.source(show)
        ],
        target=TARGET,
        first_sequence=0,
        first_discontinuity=0,
        ended=True,
        kind="vod",
    )
