"""Boxes and fragments made by hand: what a fragment can say is more than what ffmpeg says."""

import struct

from streams.video.packaging.boxes import Box, Boxes
from streams.video.packaging.fmp4 import Init, Track

VIDEO, AUDIO = 1, 2
KEY, DELTA = 0x02000000, 0x01010000
INIT = Init(
    {
        VIDEO: Track("video", 1000, "avc1.4d401f", 720, 1280, default_duration=40),
        AUDIO: Track("audio", 48000, "mp4a.40.2", default_duration=1024),
    }
)


def box(kind, *parts):
    data = b"".join(parts)
    return Box(kind, struct.pack(">I4s", len(data) + 8, kind.encode()) + data)


def full(kind, flags, *numbers, version=0):
    values = [number & 0xFFFFFFFF for number in numbers]
    return box(kind, struct.pack(f">I{len(values)}I", version << 24 | flags, *values)).data


def moof(*trafs):
    return box("moof", full("mfhd", 0, 1), *(box("traf", *parts).data for parts in trafs))


def pair(trafs, media=b"", between=b"", before=b"."):
    """A moof and its mdat with their places in a stream, other bytes before and between them."""
    head = moof(*trafs)
    stream = box("free", before).data + head.data + between + box("mdat", media).data
    found = {each.type: each for each in Boxes().feed(stream)}
    return found["moof"], found["mdat"]


def fragment(start, *, key=True, ticks=250, sound_at=None, size=10, count=1):
    """A moof and its mdat of `count` samples a track; times in milliseconds."""
    trafs = []
    if start is not None:
        trafs.append((VIDEO, KEY if key else DELTA, start))
    if sound_at is not None:
        trafs.append((AUDIO, KEY, sound_at))
    return samples(*((number, flags, at, [ticks] * count, size) for number, flags, at in trafs))


def samples(*runs):
    """A moof and its mdat; a run is a track, its flags, its start, its durations, a size."""

    def made(place):
        trafs = []
        for number, flags, at, ticks, size in runs:
            header = full("tfhd", 0x020030, number, size, flags)
            clock = full("tfdt", 0, at >> 32, at, version=1)
            trafs.append([header, clock, full("trun", 0x101, len(ticks), place, *ticks)])
            place += size * len(ticks)
        return moof(*trafs).data

    data = b"".join(bytes([n % 251]) * (size * len(t)) for n, (_, _, _, t, size) in enumerate(runs))
    return made(len(made(0)) + 8) + box("mdat", data).data


def head(*kinds, timescale=1000):
    """ftyp and moov of tracks with 1,000 ticks a second."""
    tracks = []
    for kind in kinds:
        number = VIDEO if kind == "vide" else AUDIO
        entry = box("vp08" if kind == "vide" else "Opus", bytes(78)).data
        stsd = box("stsd", bytes(4), (1).to_bytes(4), entry)
        media = box(
            "mdia",
            full("mdhd", 0, 0, 0, timescale, 0, 0),
            box("hdlr", bytes(8), kind.encode(), bytes(13)).data,
            box("minf", box("stbl", stsd.data).data).data,
        )
        tracks.append(box("trak", full("tkhd", 0, 0, 0, number), media.data).data)
    return box("ftyp", b"iso5").data + box("moov", *tracks, box("mvex").data).data
