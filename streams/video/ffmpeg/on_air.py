"""A show that is on air, from the host to the packager; and a film that plays the host."""

from pathlib import Path

from . import words

MAX_PIXELS = 4096 * 4096  # that are decoded live: a small stream can claim a picture of gigabytes
_RTMP = [
    *("-protocol_whitelist", "rtmp,tcp", "-format_whitelist", "flv,live_flv"),
    *("-rw_timeout", "10000000", "-rtmp_live", "live"),
]


def live(video: str, *, audio: bool = True, height: int = 720) -> list[str]:
    """What a host sends, as fragmented MP4 (H.264, AAC), with as little delay as possible.

    `video` is "copy" when it is H.264 already, otherwise "encode". `height` bounds the short side.
    """
    return _live([*words.GUARD, "-i", "pipe:0"], video, audio=audio, height=height)


def pull(address: str, video: str) -> list[str]:
    """The same, fetched from an rtmp:// address; it ends when nothing comes for ten seconds."""
    return _live([*_RTMP, "-i", address], video)


def _live(source: list[str], video: str, *, audio: bool = True, height: int = 720) -> list[str]:
    return [
        *words.quiet(),
        *("-analyzeduration", "1000000", "-fpsprobesize", "0", "-max_pixels", str(MAX_PIXELS)),
        *source,
        *("-map", "0:v:0"),
        *(["-map", "0:a:0?", *words.SOUND] if audio else ["-an"]),
        *(words.copied() if video == "copy" else words.encoded(height, tune="zerolatency")),
        # A track that falls silent must not hold up the other.
        *("-max_interleave_delta", "500000"),
        *words.FRAGMENTED,
    ]


def remux(source: str | Path) -> list[str]:
    """A finished film, as it is, as fragmented MP4."""
    return [
        *words.quiet(),
        *words.GUARDED_FILE,
        *("-i", f"file:{source}", "-map", "0:v:0", "-map", "0:a:0?"),
        *words.copied(),
        *("-c:a", "copy"),
        *words.FRAGMENTED,
    ]


def publish(
    film: str | Path,
    *,
    font: str | Path,
    loop: bool = True,
    seconds: float | None = None,
    real_time: bool = True,
    kilobits: int = 1200,
    preset: str = "ultrafast",
) -> list[str]:
    """A film as a host would send it: Matroska (H.264, Opus) with the time of day in the picture.

    `font` is a TrueType or OpenType file; `seconds` ends it early; without `real_time` it runs as
    fast as it can.
    """
    return [
        *words.quiet(),
        *(["-re"] if real_time else []),
        *(["-stream_loop", "-1"] if loop else []),
        *words.GUARDED_FILE,
        *("-threads", "1", "-i", f"file:{film}", "-map", "0:v:0", "-map", "0:a:0?"),
        *(["-t", str(seconds)] if seconds else []),
        *("-vf", _clock(font), "-filter_threads", "1"),
        *("-c:v", "libx264", "-preset", preset, "-tune", "zerolatency"),
        *("-profile:v", "main", "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-b:v", f"{kilobits}k", *words.peak(kilobits * 5 // 4)),
        *words.key_frames(f"expr:gte(t,n_forced*{words.KEY_EVERY})"),
        *("-c:a", "libopus", "-b:a", "96k", "-ar", str(words.RATE)),
        *("-f", "matroska", "-live", "1", "-cluster_time_limit", "100", "-flush_packets", "1"),
        "pipe:1",
    ]


def _clock(font: str | Path) -> str:
    return (
        f"drawtext=fontfile={_escaped(str(font))}:text='%{{localtime\\:%T}}':fontsize=h/28"
        ":fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=12:x=(w-tw)/2:y=h*0.145"
    )


def _escaped(value: str) -> str:
    """A value inside a filter graph: escaped for the filter's options, then for the graph."""
    for specials in ("\\':", "\\'[],;"):
        value = "".join(f"\\{letter}" if letter in specials else letter for letter in value)
    return value
