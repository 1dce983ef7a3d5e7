"""What is made after the show, from its segments or from a finished film."""

from . import words

_MOVFLAGS = f"{words.MOVFLAGS}+frag_discont"  # times as they were
_SOUND_AS_IT_IS = ["-c:a", "copy", "-bsf:a", "aac_adtstoasc"]  # broadcasters wrap it differently


def poster(*, width: int = 720) -> list[str]:
    """The first key frame of fragmented MP4, as one WebP picture."""
    return [
        *words.quiet(),
        *words.GUARD,
        *("-skip_frame", "nokey", "-threads", "1", "-i", "pipe:0", "-map", "0:v:0"),
        *("-vf", f"scale='min({width},iw)':-2", "-frames:v", "1"),
        *("-c:v", "libwebp", "-quality", "80", "-f", "image2pipe", "pipe:1"),
    ]


def ladder(outputs: dict[int, int], *, threads: int = words.THREADS) -> list[str]:
    """Fragmented MP4 made smaller, several times from one decoding: {short side: descriptor}.

    Key frames are where the source has them, times are as they were, sound is copied.
    """
    sides = sorted(outputs, reverse=True)
    return [
        *words.quiet(),
        *words.GUARD,
        *("-threads", str(threads), "-copyts", "-i", "pipe:0"),
        *("-filter_complex", _stairs(sides)),
        *(word for side in sides for word in _step(side, outputs[side], threads)),
    ]


def sheet(count: int, columns: int, *, width: int, height: int, apart: float) -> list[str]:
    """So many small pictures as one WebP: of fragmented MP4, key frames at least `apart` seconds.

    Each is fitted into width × height pixels.
    """
    size = f"{width}:{height}"
    return [
        *words.quiet(),
        *words.GUARD,
        *("-skip_frame", "nokey", "-threads", "1", "-i", "pipe:0", "-map", "0:v:0"),
        "-vf",
        f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{apart})'"
        f",scale={size}:force_original_aspect_ratio=decrease:flags=bilinear"
        f",pad={size}:-1:-1,setsar=1,tile={columns}x{-(-count // columns)}:nb_frames={count}",
        *("-filter_threads", "1", "-fps_mode", "passthrough", "-frames:v", "1"),
        *("-c:v", "libwebp", "-quality", "70", "-f", "image2pipe", "pipe:1"),
    ]


def stretch(*, begins: float) -> list[str]:
    """Fragmented MP4 as MPEG-TS that begins at that second: such stretches can be joined."""
    return [
        *words.quiet(),
        *words.GUARD,
        *("-i", "pipe:0", "-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"),
        *("-output_ts_offset", f"{begins:.6f}", "-muxdelay", "0", "-muxpreload", "0"),
        *("-f", "mpegts", "pipe:1"),
    ]


def download(descriptor: int) -> list[str]:
    """Joined MPEG-TS as one MP4 that plays while it loads, into an open file."""
    return [
        *words.quiet(),
        *words.GUARD,
        *("-f", "mpegts", "-i", "pipe:0", "-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"),
        *("-tag:v", "avc1", "-movflags", "+faststart", "-f", "mp4", "-y", _opened(descriptor)),
    ]


def look(descriptor: int) -> list[str]:
    """Say on standard error what an open file holds, and decode nothing of it."""
    return [
        *(words.executable(), "-hide_banner", "-nostats", "-loglevel", "info"),
        *words.GUARDED_FILE,
        *("-i", _opened(descriptor), "-map", "0", "-c", "copy", "-t", "0", "-f", "null", "pipe:1"),
    ]


def film(descriptor: int, *, video: str, audio: str, seconds: float) -> list[str]:
    """A finished film in an open file as fragmented MP4; each track is a "copy" or an "encode".

    `audio` may be "none". It ends after so many seconds.
    """
    return [
        *words.quiet(),
        *words.GUARDED_FILE,
        *("-threads", str(words.THREADS), "-i", _opened(descriptor), "-t", f"{seconds:.3f}"),
        *("-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1"),
        *(words.copied() if video == "copy" else words.encoded(1080)),
        *{"copy": _SOUND_AS_IT_IS, "encode": words.SOUND, "none": ["-an"]}[audio],
        *("-avoid_negative_ts", "make_zero", "-f", "mp4", "-movflags", f"{_MOVFLAGS}+delay_moov"),
        *("-frag_duration", "1000000", "pipe:1"),
    ]


def _stairs(sides: list[int]) -> str:
    """Each picture is made of the next larger one."""
    steps, above = [], "0:v:0"
    for side in sides[:-1]:
        steps.append(f"[{above}]{words.fit(side)},split[v{side}][below{side}]")
        above = f"below{side}"
    return ";".join([*steps, f"[{above}]{words.fit(sides[-1])}[v{sides[-1]}]"])


def _step(side: int, descriptor: int, threads: int) -> list[str]:
    encoded = words.encoded(side, threads=threads, keys="source")
    filtering = encoded.index("-vf")  # the graph has done it
    del encoded[filtering : filtering + 2]
    return [
        *("-map", f"[v{side}]", "-map", "0:a:0?", *encoded, "-c:a", "copy"),
        *("-avoid_negative_ts", "make_non_negative", "-f", "mp4", "-movflags", _MOVFLAGS),
        *("-frag_duration", "1000000", f"pipe:{descriptor}"),
    ]


def _opened(descriptor: int) -> str:
    return f"file:/dev/fd/{descriptor}"
