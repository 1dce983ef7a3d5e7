"""Films by those who mean no good: refused or failed cleanly, and nothing else is ever opened."""

import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from streams.models import Segment, Take, Upload
from streams.video import ffmpeg
from streams.video.errors import MediaError
from streams.video.replay import film, running, upload, workshop
from tests.factories import make_show
from tests.streams.video.replay import films
from tests.streams.video.replay.test_upload import H264, files_of

pytestmark = pytest.mark.django_db
SOON = 30  # seconds


@pytest.fixture
def canary():
    """A server on this machine that nobody may ask for anything."""
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    return films.film(folder / "film.mp4", *H264, "-g", "25", seconds=6)


def hls(web, secret):
    entry = "#EXTINF:2,\n{}\n"
    where = (f"{web}/seg.ts", f"file://{secret}", f"concat:{secret}", f"subfile,,start,0,:{secret}")
    return (
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"
        + "".join(map(entry.format, where))
        + "#EXT-X-ENDLIST\n"
    )


PLAYLISTS = {
    "hls": hls,
    "hls with a key": lambda web, secret: (
        f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{web}/key"\n{hls(web, secret)[8:]}'
    ),
    "ffconcat": lambda web, secret: f"ffconcat version 1.0\nfile '{secret}'\nfile '{web}/a.mp4'\n",
    "dash": lambda web, secret: (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT9S"><Period><AdaptationSet mimeType="video/mp4">'
        f'<Representation id="1" bandwidth="1"><BaseURL>{web}/dash.mp4</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    ),
    "sdp": lambda web, secret: (
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
    ),
    "smil": lambda web, secret: f'<smil><body><video src="{web}/x.mp4"/></body></smil>',
    "svg": lambda web, secret: f'<svg><image href="file://{secret}"/></svg>',
    "text": lambda web, secret: "Dear shop, please find my film attached.\n" * 50,
    "a name": lambda web, secret: "../../../../etc/passwd\0" * 20,
}


def refused(data: bytes) -> Upload:
    """Upload it: it must fail soon, in words, and leave nothing."""
    show = make_show(status="scheduled")
    films.upload(show, data)
    began = time.monotonic()

    lines = list(workshop.work())

    assert time.monotonic() - began < SOON
    assert any("failed" in line for line in lines)
    show.refresh_from_db()
    row = Upload.objects.get(show=show)
    assert (row.status, row.tries, show.status) == ("failed", 1, "scheduled")
    assert row.failure.startswith(upload.WORDS)
    assert "/" not in row.failure.removeprefix(upload.WORDS)  # no path of ours
    assert (Take.objects.count(), Segment.objects.count(), files_of(row)) == (0, 0, [])
    assert not running._running
    return row


@pytest.mark.parametrize("poison", PLAYLISTS.values(), ids=PLAYLISTS)
def test_a_playlist_by_another_name_is_no_film(poison, canary, tmp_path, good):
    web, asked = canary
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(good)

    row = refused(poison(web, secret).encode())

    assert "not a film" in row.failure
    assert asked == []


def test_the_canary_sings_when_a_playlist_is_followed(canary, tmp_path):
    """The control: without our guard, and with its own name, this very file makes ffmpeg ask."""
    web, asked = canary
    (tmp_path / "film.m3u8").write_text(hls(web, "/nowhere"))
    command = ffmpeg.look(0)
    unguarded = [
        *command[: command.index("-protocol_whitelist")],
        *("-protocol_whitelist", "file,http,tcp,crypto,data", "-allowed_extensions", "ALL"),
        *("-extension_picky", "0", "-i", str(tmp_path / "film.m3u8"), "-f", "null", "pipe:1"),
    ]

    class Sung(Exception):
        pass

    def listen():
        if asked:
            raise Sung

    with pytest.raises(Sung):
        running.finish(unguarded, cpu=10, quiet=20, beat=listen)


def test_a_film_whose_pictures_are_elsewhere_opens_no_other_file(tmp_path, good, canary):
    """A data reference inside of MP4 names another file."""
    web, asked = canary
    place = b"url " + bytes(4) + f"{web}/elsewhere.mp4\0".encode()
    reference = (len(place) + 4).to_bytes(4, "big") + place
    at = good.index(b"dref") + 12
    old = int.from_bytes(good[at : at + 4], "big")
    refused(good[:at] + reference + good[at + old :])

    assert asked == []


def test_empty_and_oversized_films_are_refused_before_a_byte_is_kept(settings):
    settings.UPLOAD_MAX_MB = 1
    show = make_show(status="scheduled")

    for size, code in ((0, "invalid"), (-1, "invalid"), (1024**2 + 1, "upload_too_large")):
        with pytest.raises(upload.uploading.DomainError) as refusal:
            upload.uploading.begin(show, size)
        assert refusal.value.code == code

    assert Upload.objects.count() == 0


@pytest.mark.parametrize("length", [1, 100, 5000])
def test_a_film_cut_off_before_its_index_is_refused(good, length):
    refused(good[:length])


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bits_fail_or_play_but_never_hang(good, seed):
    chance = random.Random(seed)
    data = bytearray(good)
    for _ in range(200):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    show = make_show(status="scheduled")
    films.upload(show, bytes(data))
    began = time.monotonic()

    list(workshop.work())

    assert time.monotonic() - began < SOON
    assert Upload.objects.get(show=show).status in ("ready", "failed")
    assert not running._running


def test_eight_thousand_pixels_are_refused_politely(tmp_path):
    wide = ("-c:v", "libx264", "-preset", "ultrafast", "-frames:v", "1", "-an")
    data = films.film(tmp_path / "film.mp4", *wide, size="7680x4320")

    row = refused(data)

    assert "too large (7680 × 4320): at most 4096 pixels a side" in row.failure


def slow(folder, hours: float) -> bytes:
    """A small file that lasts for hours: a picture every ten minutes."""
    options = (*H264, "-an", "-g", "1")
    return films.film(folder / "film.mp4", *options, rate="1/600", seconds=round(hours * 3600))


def test_eleven_hours_are_refused(tmp_path):
    row = refused(slow(tmp_path, 11))

    assert "longer than 10 hours" in row.failure


def test_ten_hours_without_pictures_between_fail_soon(tmp_path):
    refused(slow(tmp_path, 9.9))


def test_a_hostile_film_gets_no_more_memory_than_allowed(tmp_path, good, monkeypatch):
    """The largest film that we take, encoded: what ffmpeg holds stays below the bound."""
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p", "-c:a", "aac")
    data = films.film(tmp_path / "film.mp4", *options, size="4096x2304", seconds=1)
    show = make_show(status="scheduled")
    films.upload(show, data)
    held = []

    def weigh(*args):
        held.extend(psutil.Process(child.pid).memory_info().rss for child in list(running._running))

    monkeypatch.setattr(upload.claims.Claim, "beat", weigh)
    (row,) = upload.due()
    upload.make(row)

    assert row.status == "ready"
    assert 0 < max(held) < running.MEMORY


def test_names_that_climb_out_are_no_upload():
    show = make_show(status="scheduled")
    ticket = upload.uploading.begin(show, 10)

    for number in (-1, 1, 10**9):
        with pytest.raises(upload.uploading.OutOfStep):
            upload.uploading.take(ticket, number, b"x" * 10)
    for forged in ("", "x", "../../etc", ticket.signed()[:-1] + "x"):
        with pytest.raises(upload.uploading.Invalid):
            upload.uploading.find(show, forged)

    assert films.names_in(ticket.folder) == []
    assert issubclass(film.BadFilm, MediaError)
