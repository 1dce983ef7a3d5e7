"""What the lists of arguments have in common."""

import os

import imageio_ffmpeg

# Seconds, less than a frame: a fragment leaves with the next frame, and the packager cuts the
# parts. The flag for it, frag_every_frame, gives every third block of sound the time of the next.
FRAGMENT = 0.001
KEY_EVERY = 1  # seconds
THREADS = 2
RATE = 48000  # samples a second

# A file can be a playlist by another name and make ffmpeg read other people's files or networks.
GUARD = [
    *("-protocol_whitelist", "pipe"),
    *("-format_whitelist", "mov,matroska,webm,mpegts,flv"),
]
GUARDED_FILE = ["-protocol_whitelist", "file", *GUARD[2:]]
SOUND = [
    # Silence fills what the microphone left out, so that sound stays with the picture.
    *("-af", "aresample=async=1:first_pts=0"),
    *("-c:a", "aac", "-b:a", "128k", "-ar", str(RATE), "-ac", "2"),
]
MOVFLAGS = "empty_moov+default_base_moof+frag_keyframe+skip_trailer"
_OUT = ["-frag_duration", str(round(FRAGMENT * 1_000_000)), "-flush_packets", "1", "pipe:1"]
FRAGMENTED = ["-f", "mp4", "-movflags", MOVFLAGS, *_OUT]
_PEAKS = {240: 400, 360: 700, 480: 1200, 720: 2500, 1080: 4500}  # kbit/s, by the short side


def executable() -> str:
    """The ffmpeg to run: FFMPEG_BINARY, or the one in the wheel."""
    return os.environ.get("FFMPEG_BINARY") or imageio_ffmpeg.get_ffmpeg_exe()


def quiet() -> list[str]:
    return [executable(), "-hide_banner", "-nostats", "-loglevel", "error"]


def copied() -> list[str]:
    return ["-c:v", "copy"]


def encoded(
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
        *("-vf", fit(height), "-fps_mode", "passthrough", "-enc_time_base:v", "demux"),
        *("-c:v", "libx264", "-preset", "veryfast"),
        *(["-tune", tune] if tune else ["-bf", "0"]),
        # A browser tells no frame rate, and x264 would name a level that phones refuse.
        *("-profile:v", "main", "-level:v", "4.0", "-pix_fmt", "yuv420p"),
        *("-threads", str(threads)),
        *("-crf", "24", *peak(kilobits or _PEAKS[bound])),
        *key_frames(keys),
    ]


def peak(kilobits: int) -> list[str]:
    return ["-maxrate", f"{kilobits}k", "-bufsize", f"{kilobits}k"]


def key_frames(when: str) -> list[str]:
    return ["-g", "600", "-sc_threshold", "0", "-force_key_frames", when]


def fit(height: int) -> str:
    """Scale the short side down to `height`, never up, to even numbers."""
    side = height // 2 * 2
    wide = f"w='if(gte(iw,ih),-2,trunc(min({side},iw)/2)*2)'"
    high = f"h='if(gte(iw,ih),trunc(min({side},ih)/2)*2,-2)'"
    return f"scale={wide}:{high}"
