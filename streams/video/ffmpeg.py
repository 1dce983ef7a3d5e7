"""The only place that knows ffmpeg's flags: pure functions from plain values to argument lists.

Each list begins with the program. Pictures and sound come in on standard input (or from a file
that we chose) and go out on standard output; nothing here starts a process.
"""

import os
from pathlib import Path

import imageio_ffmpeg

# Seconds, less than a frame: a fragment leaves with the next frame, and the packager cuts the
# parts. The flag for it, frag_every_frame, gives every third block of sound the time of the next.
FRAGMENT = 0.001
KEY_EVERY = 1  # seconds
THREADS = 2
MAX_PIXELS = 4096 * 4096  # that are decoded live: a small stream can claim a picture of gigabytes
RATE = 48000  # samples a second

# A file can be a playlist by another name and make ffmpeg read other people's files or networks.
_GUARD = [
    *("-protocol_whitelist", "pipe"),
    *("-format_whitelist", "mov,matroska,webm,mpegts,flv"),
]
_RTMP = [
    *("-protocol_whitelist", "rtmp,tcp", "-format_whitelist", "flv,live_flv"),
    *("-rw_timeout", "10000000", "-rtmp_live", "live"),
]
_GUARDED_FILE = ["-protocol_whitelist", "file", *_GUARD[2:]]
_SOUND = [
    # Silence fills what the microphone left out, so that sound stays with the picture.
    *("-af", "aresample=async=1:first_pts=0"),
    *("-c:a", "aac", "-b:a", "128k", "-ar", str(RATE), "-ac", "2"),
]
_MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe+skip_trailer"
_OUT = ["-frag_duration", str(round(FRAGMENT * 1_000_000)), "-flush_packets", "1", "pipe:1"]
_FRAGMENTED = ["-f", "mp4", "-movflags", _MOVFLAGS, *_OUT]
_PEAKS = {240: 400, 360: 700, 480: 1200, 720: 2500, 1080: 4500}  # kbit/s, by the short side


def executable() -> str:
    """The ffmpeg to run: FFMPEG_BINARY, or the one in the wheel."""
    return os.environ.get("FFMPEG_BINARY") or imageio_ffmpeg.get_ffmpeg_exe()


def live(video: str, *, audio: bool = True, height: int = 720) -> list[str]:
    """What a host sends, as fragmented MP4 (H.264, AAC), with as little delay as possible.

    `video` is "copy" when it is H.264 already, otherwise "encode". `height` bounds the short side.
    """
    return _live([*_GUARD, "-i", "pipe:0"], video, audio=audio, height=height)


def pull(address: str, video: str) -> list[str]:
    """The same, fetched from an rtmp:// address; it ends when nothing comes for ten seconds."""
    return _live([*_RTMP, "-i", address], video)


def _live(source: list[str], video: str, *, audio: bool = True, height: int = 720) -> list[str]:
    return [
        *_quiet(),
        *("-analyzeduration", "1000000", "-fpsprobesize", "0", "-max_pixels", str(MAX_PIXELS)),
        *source,
        *("-map", "0:v:0"),
        *(["-map", "0:a:0?", *_SOUND] if audio else ["-an"]),
        *(_copied() if video == "copy" else _encoded(height, tune="zerolatency")),
        # A track that falls silent must not hold up the other.
        *("-max_interleave_delta", "500000"),
        *_FRAGMENTED,
    ]


def remux(source: str | Path) -> list[str]:
    """A finished film, as it is, as fragmented MP4."""
    return [
        *_quiet(),
        *_GUARDED_FILE,
        *("-i", f"file:{source}", "-map", "0:v:0", "-map", "0:a:0?"),
        *_copied(),
        *("-c:a", "copy"),
        *_FRAGMENTED,
    ]


def poster(*, width: int = 720) -> list[str]:
    """The first key frame of fragmented MP4, as one WebP picture."""
    return [
        *_quiet(),
        *_GUARD,
        *("-skip_frame", "nokey", "-threads", "1", "-i", "pipe:0", "-map", "0:v:0"),
        *("-vf", f"scale='min({width},iw)':-2", "-frames:v", "1"),
        *("-c:v", "libwebp", "-quality", "80", "-f", "image2pipe", "pipe:1"),
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
        *_quiet(),
        *(["-re"] if real_time else []),
        *(["-stream_loop", "-1"] if loop else []),
        *_GUARDED_FILE,
        *("-threads", "1", "-i", f"file:{film}", "-map", "0:v:0", "-map", "0:a:0?"),
        *(["-t", str(seconds)] if seconds else []),
        *("-vf", _clock(font), "-filter_threads", "1"),
        *("-c:v", "libx264", "-preset", preset, "-tune", "zerolatency"),
        *("-profile:v", "main", "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-b:v", f"{kilobits}k", *_peak(kilobits * 5 // 4)),
        *_keys(f"expr:gte(t,n_forced*{KEY_EVERY})"),
        *("-c:a", "libopus", "-b:a", "96k", "-ar", str(RATE)),
        *("-f", "matroska", "-live", "1", "-cluster_time_limit", "100", "-flush_packets", "1"),
        "pipe:1",
    ]


def _quiet() -> list[str]:
    return [executable(), "-hide_banner", "-nostats", "-loglevel", "error"]


def _copied() -> list[str]:
    return ["-c:v", "copy"]


def _encoded(
    height: int,
    *,
    tune: str | None = None,
    kilobits: int | None = None,
    threads: int = THREADS,
    keys: str = f"expr:gte(t,n_forced*{KEY_EVERY})",
) -> list[str]:
    bound = min(_PEAKS, key=lambda known: abs(known - height))
    return [
        # Frames keep their own times: cameras are not regular, and renditions must match.
        *("-vf", _fit(height), "-fps_mode", "passthrough", "-enc_time_base:v", "demux"),
        *("-c:v", "libx264", "-preset", "veryfast"),
        *(["-tune", tune] if tune else ["-bf", "0"]),
        # A browser tells no frame rate, and x264 would name a level that phones refuse.
        *("-profile:v", "main", "-level:v", "4.0", "-pix_fmt", "yuv420p"),
        *("-threads", str(threads)),
        *("-crf", "24", *_peak(kilobits or _PEAKS[bound])),
        *_keys(keys),
    ]


def _peak(kilobits: int) -> list[str]:
    return ["-maxrate", f"{kilobits}k", "-bufsize", f"{kilobits}k"]


def _keys(when: str) -> list[str]:
    return ["-g", "600", "-sc_threshold", "0", "-force_key_frames", when]


def _fit(height: int) -> str:
    """Scale the short side down to `height`, never up, to even numbers."""
    side = height // 2 * 2
    wide = f"w='if(gte(iw,ih),-2,trunc(min({side},iw)/2)*2)'"
    high = f"h='if(gte(iw,ih),trunc(min({side},ih)/2)*2,-2)'"
    return f"scale={wide}:{high}"


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


# What is made after the show

_KEPT = "empty_moov+default_base_moof+frag_keyframe+skip_trailer+frag_discont"  # times as they were


_SOUND_AS_IT_IS = ["-c:a", "copy", "-bsf:a", "aac_adtstoasc"]  # broadcasters wrap it differently


def ladder(outputs: dict[int, int], *, threads: int = THREADS) -> list[str]:
    """Fragmented MP4 made smaller, several times from one decoding: {short side: descriptor}.

    Key frames are where the source has them, times are as they were, sound is copied.
    """
    sides = sorted(outputs, reverse=True)
    return [
        *_quiet(),
        *_GUARD,
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
        *_quiet(),
        *_GUARD,
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
        *_quiet(),
        *_GUARD,
        *("-i", "pipe:0", "-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"),
        *("-output_ts_offset", f"{begins:.6f}", "-muxdelay", "0", "-muxpreload", "0"),
        *("-f", "mpegts", "pipe:1"),
    ]


def download(descriptor: int) -> list[str]:
    """Joined MPEG-TS as one MP4 that plays while it loads, into an open file."""
    return [
        *_quiet(),
        *_GUARD,
        *("-f", "mpegts", "-i", "pipe:0", "-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"),
        *("-tag:v", "avc1", "-movflags", "+faststart", "-f", "mp4", "-y", _opened(descriptor)),
    ]


def look(descriptor: int) -> list[str]:
    """Say on standard error what an open file holds, and decode nothing of it."""
    return [
        *(executable(), "-hide_banner", "-nostats", "-loglevel", "info"),
        *_GUARDED_FILE,
        *("-i", _opened(descriptor), "-map", "0", "-c", "copy", "-t", "0", "-f", "null", "pipe:1"),
    ]


def film(descriptor: int, *, video: str, audio: str, seconds: float) -> list[str]:
    """A finished film in an open file as fragmented MP4; each track is a "copy" or an "encode".

    `audio` may be "none". It ends after so many seconds.
    """
    return [
        *_quiet(),
        *_GUARDED_FILE,
        *("-threads", str(THREADS), "-i", _opened(descriptor), "-t", f"{seconds:.3f}"),
        *("-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1"),
        *(_copied() if video == "copy" else _encoded(1080)),
        *{"copy": _SOUND_AS_IT_IS, "encode": _SOUND, "none": ["-an"]}[audio],
        *("-avoid_negative_ts", "make_zero", "-f", "mp4", "-movflags", f"{_KEPT}+delay_moov"),
        *("-frag_duration", "1000000", "pipe:1"),
    ]


def _stairs(sides: list[int]) -> str:
    """Each picture is made of the next larger one."""
    steps, above = [], "0:v:0"
    for side in sides[:-1]:
        steps.append(f"[{above}]{_fit(side)},split[v{side}][below{side}]")
        above = f"below{side}"
    return ";".join([*steps, f"[{above}]{_fit(sides[-1])}[v{sides[-1]}]"])


def _step(side: int, descriptor: int, threads: int) -> list[str]:
    encoded = _encoded(side, threads=threads, keys="source")
    filtering = encoded.index("-vf")  # the graph has done it
    del encoded[filtering : filtering + 2]
    return [
        *("-map", f"[v{side}]", "-map", "0:a:0?", *encoded, "-c:a", "copy"),
        *("-avoid_negative_ts", "make_non_negative", "-f", "mp4", "-movflags", _KEPT),
        *("-frag_duration", "1000000", f"pipe:{descriptor}"),
    ]


def _opened(descriptor: int) -> str:
    return f"file:/dev/fd/{descriptor}"
