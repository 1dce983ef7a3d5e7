"""Writes HLS playlists (RFC 8216bis): values in, text out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

VERSION = 7  # EXT-X-MAP outside of I-frame playlists needs 6, §8
KINDS = {"live": None, "event": "EVENT", "vod": "VOD"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment as the playlist names it; `at` is when its first sample was seen, in UTC."""

    uri: str
    duration: float
    at: datetime
    take: int | str
    init_uri: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One rendition of a show; `bandwidth` is its peak in bits a second."""

    uri: str
    bandwidth: int
    width: int
    height: int
    codecs: str
    frame_rate: float | None = None


def media(
    segments: Iterable[Entry],
    *,
    target: int,
    first_sequence: int,
    first_discontinuity: int,
    ended: bool,
    kind: str,
) -> str:
    """A media playlist.

    `first_sequence` and `first_discontinuity` number the first segment named here: how many
    segments, and how many changes of take, came before it. A "live" playlist may forget its
    oldest segments, an "event" only grows, a "vod" never changes.
    """
    entries = list(segments)
    kind_tag = KINDS[kind]
    if kind == "vod" and not ended:
        raise ValueError("A vod playlist has ended.")
    if kind == "event" and first_sequence:
        raise ValueError("An event playlist names every segment.")
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{_target(entries, target)}",
        f"#EXT-X-MEDIA-SEQUENCE:{first_sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first_discontinuity}",
        *([f"#EXT-X-PLAYLIST-TYPE:{kind_tag}"] if kind_tag else []),
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for before, entry in pairwise([None, *entries]):
        if before is None or before.take != entry.take:
            # The change of take before the first segment is counted above, §4.4.3.3.
            lines += [] if before is None else ["#EXT-X-DISCONTINUITY"]
            lines.append(f"#EXT-X-MAP:URI={_quoted(entry.init_uri)}")
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{_moment(entry.at)}",
            f"#EXTINF:{entry.duration:.5f},",
            _line(entry.uri),
        ]
    return _text(lines + (["#EXT-X-ENDLIST"] if ended else []))


def master(variants: Iterable[Variant]) -> str:
    """A multivariant playlist (§4.4.6); players begin with the first variant."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for variant in variants:
        attributes = [f"BANDWIDTH={variant.bandwidth}", f"CODECS={_quoted(variant.codecs)}"]
        if variant.width and variant.height:
            attributes.append(f"RESOLUTION={variant.width}x{variant.height}")
        if variant.frame_rate:
            attributes.append(f"FRAME-RATE={variant.frame_rate:.3f}")
        lines += [f"#EXT-X-STREAM-INF:{','.join(attributes)}", _line(variant.uri)]
    return _text(lines)


def _target(entries: list[Entry], target: int) -> int:
    """§4.4.3.1: no duration, rounded, is above it. Raised only where a segment is too long."""
    return max([1, target, *(int(entry.duration + 0.5) for entry in entries)])


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone.")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _quoted(value: str) -> str:
    if '"' in value:
        raise ValueError("A quote inside a quoted value.")
    return f'"{_line(value)}"'


def _line(value: str) -> str:
    """A line of its own must not become two, nor a tag."""
    if not value or value.startswith("#") or not value.isprintable():
        raise ValueError(f"Not an address: {value!r}")
    return value


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
