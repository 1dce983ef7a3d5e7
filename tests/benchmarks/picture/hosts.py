"""Hosts: a studio page, an encoder like OBS, and one who encodes to HLS; filming or with a film."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from streams.video import ffmpeg
from tests.benchmarks.picture.house import House, Stage
from tests.benchmarks.timecode import HEIGHT, RATE, WIDTH, frame

CHUNK = 64 * 1024  # bytes
GOODBYE = 5  # seconds for an encoder to write what it has
_QUIET = ("-hide_banner", "-nostats", "-loglevel", "error")
_CAMERA = [
    *("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE)),
    *("-i", "pipe:0", "-re", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo"),
    *("-pix_fmt", "yuv420p"),
]
# A browser's recorder: no frame waits for another.
_RECORDER = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(RATE)]
# An encoder as broadcasters set it: x264 "veryfast", it looks ahead, a key frame each two seconds.
_ENCODER = ["-c:v", "libx264", "-preset", "veryfast", "-g", str(2 * RATE), "-sc_threshold", "0"]
_ENCODER += ["-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "2500k"]
# The same as the studio page says to set it: it does not look ahead.
_TUNED = [*_ENCODER, "-tune", "zerolatency"]
_OPUS, _AAC = ["-c:a", "libopus", "-b:a", "96k"], ["-c:a", "aac", "-b:a", "128k"]
_MATROSKA = ["-f", "matroska", "-live", "1", "-cluster_time_limit", "100"]
_MATROSKA += ["-flush_packets", "1", "pipe:1"]
_HLS = ["-f", "hls", "-hls_time", "2", "-hls_flags", "delete_segments"]


@contextmanager
def studio(house: House, stage: Stage, film: Path | None = None) -> Iterator[subprocess.Popen]:
    """Send what the camera sees, or a looped film as it is, through the studio's socket.

    Gives the encoder, as the others do: the picture is there as long as it runs.
    """
    source = [*_CAMERA, *_RECORDER] if film is None else [*_looped(film), "-c:v", "copy"]
    address = f"{house.site.replace('http', 'ws', 1)}/ws/studio/{stage.slug}/"
    headers = {"Cookie": f"sessionid={stage.session}"}
    line = connect(
        address, origin=house.site, additional_headers=headers, compression=None, proxy=None
    )
    with line, _running([*source, *_OPUS, *_MATROSKA], is_filmed=film is None) as encoder:
        line.send(json.dumps({"type": "studio.start"}))
        answer = json.loads(line.recv(timeout=10))
        if answer["type"] != "studio.ready":
            raise OSError(f"the studio is refused: {answer}")
        line.send(json.dumps({"type": "studio.began", "at": datetime.now(UTC).isoformat()}))
        if film is None:
            _film(encoder)
        for work in (_send, _hear):
            threading.Thread(target=work, args=(encoder, line), daemon=True).start()
        yield encoder


@contextmanager
def broadcaster(
    house: House, stage: Stage, film: Path | None = None, *, is_tuned: bool = False
) -> Iterator[subprocess.Popen]:
    """The same over RTMP, as OBS sends it."""
    filming = [*_CAMERA, *(_TUNED if is_tuned else _ENCODER)]
    source = filming if film is None else [*_looped(film), "-c:v", "copy"]
    address = f"rtmp://127.0.0.1:{house.rtmp}/live/{stage.key}"
    command = [*source, *_AAC, "-f", "flv", address]
    with _running(command, is_filmed=film is None) as encoder:
        if film is None:
            _film(encoder)
        yield encoder


@contextmanager
def muxer(playlist: Path) -> Iterator[subprocess.Popen]:
    """The broadcaster's encoder with ffmpeg's own HLS muxer behind it, in the same process."""
    with _running([*_CAMERA, *_ENCODER, *_AAC, *_HLS, str(playlist)], is_filmed=True) as encoder:
        _film(encoder)
        yield encoder


def _looped(film: Path) -> list[str]:
    return ["-re", "-stream_loop", "-1", "-i", str(film), "-map", "0:v:0", "-map", "0:a:0"]


@contextmanager
def _running(words: list[str], *, is_filmed: bool) -> Iterator[subprocess.Popen]:
    """It is asked to end: what it has of the picture is still sent."""
    encoder = subprocess.Popen(
        [ffmpeg.executable(), *_QUIET, *words],
        stdin=subprocess.PIPE if is_filmed else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield encoder
    except OSError as error:
        if encoder.poll() is not None:
            raise OSError(f"the host's encoder ended with {encoder.returncode}") from error
        raise
    finally:
        encoder.terminate()
        with suppress(subprocess.TimeoutExpired):
            encoder.wait(GOODBYE)
        encoder.kill()
        encoder.wait()


def _film(encoder: subprocess.Popen) -> None:
    def pour():
        began, count = time.monotonic(), 0
        with suppress(OSError, ValueError):  # the host has gone
            while True:
                encoder.stdin.write(frame(int(time.time() * 1000)))
                encoder.stdin.flush()
                count += 1
                time.sleep(max(0, began + count / RATE - time.monotonic()))

    threading.Thread(target=pour, daemon=True).start()


def _send(encoder: subprocess.Popen, line) -> None:
    with suppress(OSError, ValueError, ConnectionClosed):
        while data := encoder.stdout.read1(CHUNK):
            line.send(data)


def _hear(encoder: subprocess.Popen, line) -> None:
    """What the studio is told; an error ends the encoder, and with it the measurement."""
    with suppress(ConnectionClosed):
        for said in line:
            if json.loads(said)["type"] == "error":
                encoder.kill()
