import contextlib
import io
import random
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shops import pictures
from shops.models import Picture
from tests.factories import make_shop

pytestmark = pytest.mark.django_db


def drawn(size=(800, 600), kind="PNG", colour="#8a9a7b", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def bomb(width, height) -> bytes:
    """A PNG of few bytes that says it is this large; its pixels are not even there."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def opened(path) -> Image.Image:
    with default_storage.open(path) as file:
        return Image.open(io.BytesIO(file.read())).copy()


@pytest.fixture
def refused():
    """refused(bytes): storing this is refused, and nothing of it is kept."""

    def check(raw, says):
        before = (
            default_storage.listdir("pictures")[1] if default_storage.exists("pictures") else []
        )
        with pytest.raises(pictures.BadPicture, match=says) as refusal:
            pictures.store(make_shop(), io.BytesIO(raw))
        assert refusal.value.field == "picture"
        assert not Picture.objects.exists()
        after = default_storage.listdir("pictures")[1] if default_storage.exists("pictures") else []
        assert after == before

    return check


def test_a_picture_becomes_a_few_widths_of_webp_and_never_grows():
    picture = pictures.store(make_shop(), io.BytesIO(drawn((800, 600))))

    assert (picture.widths, picture.width, picture.height) == ([320, 640, 800], 800, 600)
    stored = opened(f"{picture.path}-320.webp")
    assert (stored.format or "WEBP", stored.size) == ("WEBP", (320, 240))


@pytest.mark.parametrize(("asked", "given"), [(1, 320), (320, 320), (321, 640), (5000, 800)])
def test_an_address_is_the_smallest_that_is_wide_enough(asked, given):
    picture = pictures.store(make_shop(), io.BytesIO(drawn((800, 600))))

    assert pictures.address(picture, asked) == f"/media/{picture.path}-{given}.webp"


def test_a_bomb_is_refused_before_a_pixel_is_decoded(refused, monkeypatch):
    def decoded(*args):
        raise AssertionError("a pixel was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)

    refused(bomb(5001, 5000), "megapixels")
    refused(bomb(60_000, 60_000), "megapixels|cannot|can read")
    refused(bomb(2**31 - 1, 1), "megapixels|can read")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.4",
        b"#EXTM3U\nfile:///etc/passwd",
        bytes(5000),
        bomb(100, 100)[:40],
        bomb(100, 100),
        drawn()[:100],
        drawn(kind="JPEG")[:300],
        drawn(kind="BMP"),
        drawn(kind="TIFF"),
    ],
    ids=range(12),
)
def test_what_is_no_picture_is_refused(refused, raw):
    refused(raw, "can read")


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_a_damaged_file_is_a_picture_or_it_is_refused_and_nothing_else(kind):
    dice, whole = random.Random(1), drawn((160, 120), kind)
    for _ in range(300):
        raw = bytearray(whole)
        for _ in range(dice.choice([1, 3, 20])):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        with contextlib.suppress(pictures.BadPicture):
            pictures.check(io.BytesIO(bytes(raw)))


def test_a_file_that_is_too_large_is_refused(refused, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 1024**2)

    refused(drawn() + bytes(1024**2), "At most 1 MB")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "a\x00b.png", "<img onerror=1>.svg", "x" * 300]
)
def test_the_name_of_an_upload_is_never_used(name):
    upload = SimpleUploadedFile("x.png", drawn(), content_type="text/html")
    upload._name = name

    picture = pictures.store(make_shop(), upload)

    assert picture.path.removeprefix("pictures/").isalnum()
    assert default_storage.exists(f"{picture.path}-640.webp")


def test_a_photograph_taken_sideways_stands_upright_and_forgets_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "Harbour Street 1"
    raw = drawn((600, 400), "JPEG", exif=exif)

    picture = pictures.store(make_shop(), io.BytesIO(raw))

    assert (picture.width, picture.height) == (400, 600)
    stored = opened(f"{picture.path}-400.webp")
    assert stored.size == (400, 600)
    assert not stored.getexif()


def test_a_picture_with_a_clear_background_is_kept():
    out = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(out, "PNG")

    assert pictures.store(make_shop(), io.BytesIO(out.getvalue())).width == 400


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_clear_in_a_picture_is_white_not_black(mode):
    out = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).convert(mode).save(out, "PNG")

    picture = pictures.store(make_shop(), io.BytesIO(out.getvalue()))

    assert min(opened(f"{picture.path}-320.webp").convert("RGB").getpixel((9, 9))) > 250


def test_the_same_file_twice_is_stored_once():
    raw = drawn(colour="#123456")
    first = pictures.store(make_shop(), io.BytesIO(raw))
    files = default_storage.listdir("pictures")[1]

    second = pictures.store(make_shop(), io.BytesIO(raw))

    assert second.path == first.path
    assert default_storage.listdir("pictures")[1] == files


def test_a_check_keeps_nothing_and_leaves_the_file_at_its_start():
    file = io.BytesIO(drawn())

    pictures.check(file)

    assert file.tell() == 0
    assert not Picture.objects.exists()


def test_a_strip_too_tall_for_its_width_is_refused(refused):
    refused(drawn((700, 17000)), "too tall")
    refused(drawn((1, 20000)), "too tall")


def test_a_picture_may_be_tall_if_it_is_made_smaller():
    picture = pictures.store(make_shop(), io.BytesIO(drawn((2000, 12000))))

    assert (picture.width, picture.height) == (1600, 9600)


def test_a_line_of_pixels_keeps_a_height():
    picture = pictures.store(make_shop(), io.BytesIO(drawn((9000, 1))))

    assert (picture.width, picture.height) == (1600, 1)
