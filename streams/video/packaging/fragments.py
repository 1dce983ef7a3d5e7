"""Writes fragments: a `moof` and its `mdat` (ISO/IEC 14496-12 §8.8, as CMAF wants them)."""

import struct
from collections.abc import Sequence

from .samples import Sample

BASE_IS_MOOF = 0x020000
OFFSET, FIRST_FLAGS = 0x01, 0x04
DURATION, SIZE, FLAGS, SHIFT = 0x100, 0x200, 0x400, 0x800


def write(sequence: int, runs: dict[int, Sequence[Sample]]) -> bytes:
    """One fragment of several tracks. Within a track samples follow each other without a gap."""
    heads = [_traf(track, samples) for track, samples in runs.items() if samples]
    header = _full("mfhd", 0, 0, struct.pack(">I", sequence))
    place = 8 + len(header) + sum(len(before) + 4 + len(after) for before, after in heads) + 8
    data = bytearray()
    trafs = []
    for (before, after), samples in zip(heads, filter(None, runs.values()), strict=True):
        trafs += [before, struct.pack(">i", place + len(data)), after]
        for sample in samples:
            data += sample.data
    return _box("moof", header, *trafs) + _box("mdat", data)


def _traf(track: int, samples: Sequence[Sample]) -> tuple[bytes, bytes]:
    """A `traf` in two halves: between them stands the place of its data, known later."""
    first = samples[0]
    flags = {sample.flags for sample in samples[1:]} or {first.flags}
    is_steady = len({sample.duration for sample in samples}) == 1
    has_own_flags = len(flags) > 1
    present = OFFSET | SIZE
    present |= 0 if is_steady else DURATION
    present |= FLAGS if has_own_flags else 0
    present |= FIRST_FLAGS if flags != {first.flags} and not has_own_flags else 0
    present |= SHIFT if any(sample.shift for sample in samples) else 0
    usual = struct.pack(">II", first.duration, samples[-1].flags)
    tfhd = _full("tfhd", 0, BASE_IS_MOOF | 0x08 | 0x20, struct.pack(">I", track), usual)
    tfdt = _full("tfdt", 1, 0, struct.pack(">Q", first.at))
    rows = struct.pack(">I", first.flags) if present & FIRST_FLAGS else b""
    rows += b"".join(_row(sample, present) for sample in samples)
    version = 1 if any(sample.shift < 0 for sample in samples) else 0
    trun = struct.pack(">I4sII", 20 + len(rows), b"trun", version << 24 | present, len(samples))
    size = 8 + len(tfhd) + len(tfdt) + len(trun) + 4 + len(rows)
    return struct.pack(">I4s", size, b"traf") + tfhd + tfdt + trun, rows


def _row(sample: Sample, present: int) -> bytes:
    values = [len(sample.data)]
    if present & DURATION:
        values.insert(0, sample.duration)
    if present & FLAGS:
        values.append(sample.flags)
    if present & SHIFT:
        values.append(sample.shift & 0xFFFFFFFF)
    return struct.pack(f">{len(values)}I", *values)


def _full(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _box(kind: str, *parts: bytes) -> bytes:
    size = 8 + sum(map(len, parts))
    return b"".join((struct.pack(">I4s", size, kind.encode()), *parts))
