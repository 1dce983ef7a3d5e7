"""Reads the samples of a fragment: a `moof` and the `mdat` it describes (ISO/IEC 14496-12 §8.8).

Total on whatever is sent: a list of samples or a MediaError, within bounds of time and memory.
"""

import struct
from dataclasses import dataclass

from streams.video.errors import BadBox

from .boxes import Box, children, unpack, version
from .fmp4 import Init, Track, bounded

MAX_SAMPLES = 10_000  # in a fragment: a run without sizes could claim four billion
MAX_TIME = 2**63 - 1  # of the track's own clock
MAX_SHIFT = 2**31 - 1
NON_SYNC = 0x00010000  # sample_is_non_sync_sample, §8.8.3.1


@dataclass(slots=True)
class Sample:
    """One picture, or one block of sound; times in ticks of its track."""

    at: int  # when it is decoded
    duration: int
    flags: int
    shift: int  # how much later it is shown
    data: bytes

    @property
    def is_key(self) -> bool:
        return not self.flags & NON_SYNC


@dataclass(slots=True)
class _Usual:
    """§8.8.7: what holds for the samples of a `traf` that do not say it themselves."""

    track: int
    base: int | None
    duration: int
    size: int
    flags: int


def read(moof: Box, mdat: Box, init: Init) -> dict[int, list[Sample]]:
    """The samples of each track, in order of decoding; tracks that `init` leaves out as well."""
    bounded(moof)
    runs: dict[int, list[Sample]] = {}
    media = _Media(mdat)
    place = moof.at  # §8.8.7.1: a traf's data begins here, or where the last traf's ended
    for box in children(moof.payload):
        if box.type != "traf":
            continue
        parts = list(children(box.payload))
        usual = _header(parts, init, moof.at)
        place = place if usual.base is None else usual.base
        samples, place = _track_run(parts, usual, media, place)
        if samples and usual.track in init.tracks:
            runs.setdefault(usual.track, []).extend(samples)
    if not runs:
        raise BadBox("A fragment has no samples.")
    return runs


class _Media:
    """The bytes of an `mdat`, by their place in the stream; each may be taken once."""

    def __init__(self, mdat: Box):
        self._mdat = mdat
        self._bytes_left = len(mdat.data) - mdat.header
        self._samples_left = MAX_SAMPLES

    def claim(self, count: int) -> None:
        self._samples_left -= count
        if self._samples_left < 0:
            raise BadBox(f"A fragment has more than {MAX_SAMPLES} samples.")

    def take(self, place: int, size: int) -> bytes:
        self._bytes_left -= size  # samples that share bytes would multiply them
        start = place - self._mdat.at
        if size and (
            self._bytes_left < 0 or start < self._mdat.header or start + size > len(self._mdat.data)
        ):
            raise BadBox("A sample lies outside of its fragment.")
        return self._mdat.data[start : start + size] if size else b""


def _header(traf: list[Box], init: Init, moof_at: int) -> _Usual:
    tfhd = next((box.payload for box in traf if box.type == "tfhd"), None)
    if tfhd is None:
        raise BadBox("A fragment does not say whose it is.")
    present, number = unpack(">II", tfhd, 0)
    track = init.tracks.get(number) or Track("", 1, "")
    at, base = 8, moof_at if present & 0x020000 else None
    if present & 0x01:
        base, at = unpack(">Q", tfhd, at)[0], at + 8
    if present & 0x02:
        at += 4
    usual = [track.default_duration, track.default_size, track.default_flags]
    for place, bit in enumerate((0x08, 0x10, 0x20)):
        if present & bit:
            usual[place], at = unpack(">I", tfhd, at)[0], at + 4
    return _Usual(number, base, *usual)


def _track_run(
    traf: list[Box], usual: _Usual, media: _Media, place: int
) -> tuple[list[Sample], int]:
    """§8.8.8: the samples of a `traf`, and where its data ends."""
    base, clock, samples = place, None, []
    for box in traf:
        if box.type == "tfdt":
            clock = unpack(">Q" if version(box.payload) else ">I", box.payload, 4)[0]
        elif box.type == "trun":
            if clock is None:
                raise BadBox("A fragment does not say when it begins.")
            clock, place = _samples(box.payload, usual, media, clock, base, place, samples)
    return samples, place


def _samples(trun, usual, media, clock, base, place, samples) -> tuple[int, int]:
    """Append a run's samples; answer when the next run begins, and where its data does."""
    present, count = unpack(">II", trun, 0)
    media.claim(count)
    at, first_flags = 8, None
    if present & 0x01:
        place, at = base + unpack(">i", trun, at)[0], at + 4
    if present & 0x04:
        first_flags, at = unpack(">I", trun, at)[0], at + 4
    fields = present >> 8 & 0xF
    for values in _rows(trun, at, count, fields):
        own = iter(values)
        duration = next(own) if fields & 1 else usual.duration
        size = next(own) if fields & 2 else usual.size
        flags = next(own) if fields & 4 else usual.flags
        shift = next(own) if fields & 8 else 0
        if first_flags is not None:
            flags, first_flags = first_flags, None
        if clock + duration > MAX_TIME or shift > MAX_SHIFT:
            raise BadBox("A time is too large.")
        samples.append(Sample(clock, duration, flags, shift, media.take(place, size)))
        clock, place = clock + duration, place + size
    return clock, place


def _rows(trun: bytes, at: int, count: int, fields: int):
    each = 4 * fields.bit_count()
    if at + each * count > len(trun):
        raise BadBox("A fragment ends before its samples do.")
    if not each:
        return [()] * count
    signed = fields & 8 and version(trun)
    form = ">" + "I" * (fields & 7).bit_count() + ("i" if signed else "I" if fields & 8 else "")
    return struct.iter_unpack(form, trun[at : at + each * count])
