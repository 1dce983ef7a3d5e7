"""Writes HLS playlists (RFC 8216bis): values in, text out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise

VERSION = 7  # EXT-X-MAP outside of I-frame playlists needs 6, §8
SKIP_VERSION = 9  # of a playlist that a delta update can shorten, §8
SKIP_AFTER = 6  # target durations from the end that a delta update names, §4.4.3.8
HOLD_BACK = 3  # target durations from the end where players begin, §4.4.3.8
PARTS_FOR = 3  # target durations from the end that are named in parts too, §6.2.2
KINDS = {"live": None, "event": "EVENT", "vod": "VOD"}


@dataclass(frozen=True, slots=True)
class PartEntry:
    """A part as the playlist names it; `independent`: it has a frame to begin with."""

    uri: str
    duration: float
    independent: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment as the playlist names it; `at` is when its first sample was seen, in UTC.

    A gap stands for a segment that nobody can have.
    """

    uri: str
    duration: float
    at: datetime
    take: int | str
    init_uri: str
    parts: tuple[PartEntry, ...] = ()
    is_gap: bool = False


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
        lines += [*_change(before, entry), *_segment(entry)]
    return _text(lines + (["#EXT-X-ENDLIST"] if ended else []))


def live(
    segments: Iterable[Entry],
    open_parts: Sequence[PartEntry],
    *,
    take: int | str,
    init_uri: str,
    hint_uri: str | None,
    target: int,
    part_target: float,
    first_sequence: int,
    first_discontinuity: int,
    ended: bool,
    skip: bool,
    at: datetime | None = None,
) -> str:
    """A low-latency media playlist, or with `skip` its delta update (§6.2.5.1).

    `open_parts` are of the segment that still grows: of `take`, behind `init_uri`, first seen
    `at`. `hint_uri` is the part that comes next. The target duration must stay what it was: who
    has once named a longer segment passes its duration as the `target` from then on.
    """
    entries = list(segments)
    if open_parts and (ended or at is None):
        raise ValueError("A segment that grows has a beginning, and no end.")
    target = _target(entries, target)
    skipped = _skipped(entries, target, take) if skip and not ended else 0
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{SKIP_VERSION}",
        f"#EXT-X-TARGETDURATION:{target}",
        _server_control(target, part_target),
        f"#EXT-X-PART-INF:PART-TARGET={part_target:.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{first_sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first_discontinuity}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *([f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}"] if skipped else []),
    ]
    in_parts = len(entries) - _in_parts(entries, open_parts, target)
    for place in range(skipped, len(entries)):
        entry = entries[place]
        lines += _change(entries[place - 1] if place else None, entry, again=place == skipped)
        lines += _segment(entry, with_parts=place >= in_parts)
    if open_parts:
        growing = Entry("growing", 0, at, take, init_uri, tuple(open_parts))
        lines += _change(entries[-1] if entries else None, growing)
        lines += _beginning(growing, with_parts=True)
    if ended:
        lines.append("#EXT-X-ENDLIST")
    elif hint_uri:
        lines.append(f"#EXT-X-PRELOAD-HINT:TYPE=PART,URI={_quoted(hint_uri)}")
    return _text(lines)


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


def _server_control(target: int, part_target: float) -> str:
    attributes = [
        "CAN-BLOCK-RELOAD=YES",
        f"CAN-SKIP-UNTIL={SKIP_AFTER * target:.1f}",
        f"HOLD-BACK={HOLD_BACK * target:.1f}",
        f"PART-HOLD-BACK={HOLD_BACK * part_target:.3f}",
    ]
    return f"#EXT-X-SERVER-CONTROL:{','.join(attributes)}"


def _skipped(entries: list[Entry], target: int, take: int | str) -> int:
    """How many segments lie wholly before the skip boundary, seen from the last one's end.

    None while a take begins behind it: hls.js miscounts the takes of such an update, and its
    picture stands still.
    """
    skipped = sum(after > SKIP_AFTER * target for after in _seconds_after(entries))
    takes = {entry.take for entry in entries[max(skipped - 1, 0) :]} | ({take} if take else set())
    return skipped if len(takes) == 1 else 0


def _in_parts(entries: list[Entry], open_parts: Sequence[PartEntry], target: int) -> int:
    """How many of the last segments are named in parts, whole ones only: parts have numbers."""
    growing = sum(part.duration for part in open_parts)
    seconds = zip(entries, _seconds_after(entries), strict=True)
    return sum(e.duration + after + growing <= PARTS_FOR * target for e, after in seconds)


def _seconds_after(entries: list[Entry]) -> list[float]:
    """For each segment, how many seconds of segments follow it."""
    sums = [0.0, *accumulate(entry.duration for entry in reversed(entries))]
    return sums[-2::-1]


def _change(before: Entry | None, entry: Entry, *, again: bool = False) -> list[str]:
    """What is said where a take begins, or where players might not know it (`again`)."""
    is_new = before is not None and before.take != entry.take
    # The change of take before the first segment is counted in the header, §4.4.3.3.
    lines = ["#EXT-X-DISCONTINUITY"] if is_new else []
    if is_new or again or before is None:
        lines.append(f"#EXT-X-MAP:URI={_quoted(entry.init_uri)}")
    return lines


def _segment(entry: Entry, *, with_parts: bool = False) -> list[str]:
    return [
        *_beginning(entry, with_parts),
        *(["#EXT-X-GAP"] if entry.is_gap else []),
        f"#EXTINF:{entry.duration:.5f},",
        _line(entry.uri),
    ]


def _beginning(entry: Entry, with_parts: bool) -> list[str]:
    """The date, then the parts (§4.4.4.9).

    Every segment has its date: one only here and there would have to be said anew, of another
    segment, whenever the first is forgotten.
    """
    parts = entry.parts if with_parts else ()
    return [f"#EXT-X-PROGRAM-DATE-TIME:{_moment(entry.at)}", *map(_part, parts)]


def _part(part: PartEntry) -> str:
    independent = ",INDEPENDENT=YES" if part.independent else ""
    return f"#EXT-X-PART:DURATION={part.duration:.5f},URI={_quoted(part.uri)}{independent}"


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
