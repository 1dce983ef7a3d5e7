"""The only place that knows ffmpeg's flags: pure functions from plain values to argument lists.

Each list begins with the program. Pictures and sound come in on standard input (or from a file
that we chose) and go out on standard output; nothing here starts a process.
"""

from .afterwards import download, film, ladder, look, poster, sheet, stretch
from .on_air import live, publish, pull, remux
from .words import executable

__all__ = [
    "download",
    "executable",
    "film",
    "ladder",
    "live",
    "look",
    "poster",
    "publish",
    "pull",
    "remux",
    "sheet",
    "stretch",
]
