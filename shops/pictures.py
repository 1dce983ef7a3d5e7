"""Pictures: checked, turned upright, stored as a few fixed WebP renditions. The only writer."""

import hashlib
import io
from collections.abc import Iterable
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from livecommerce import media
from livecommerce.errors import DomainError
from shops.models import Picture, Shop, Variant

WIDTHS = (320, 640, 1200, 1600)  # pixels
MAX_PIXELS = 25_000_000
MAX_BYTES = 15 * 1024 * 1024
MAX_HEIGHT = 16383  # pixels: WebP can be no taller
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")


class BadPicture(DomainError):
    code = "bad_picture"


def store(shop: Shop, file: BinaryIO) -> Picture:
    """Keep an uploaded picture. The file's own name and metadata are never used."""
    raw = _read(file)
    image = _decoded(raw)
    path = f"pictures/{hashlib.sha256(raw).hexdigest()[:24]}"
    widths = [width for width in WIDTHS if width < image.width] + [min(image.width, WIDTHS[-1])]
    widths = sorted(set(widths))
    for width in widths:
        _keep(f"{path}-{width}.webp", _encoded(image, width))
    height = max(1, round(image.height * widths[-1] / image.width))
    return Picture.objects.create(
        shop=shop, path=path, width=widths[-1], height=height, widths=widths
    )


def check(file: BinaryIO) -> None:
    """Refuse what `store` would refuse; nothing is kept, and the file is at its start again."""
    _decoded(_read(file))
    file.seek(0)


def address(picture: Picture, width: int) -> str:
    """The smallest rendition at least so wide, or the largest there is."""
    best = next((each for each in picture.widths if each >= width), picture.widths[-1])
    return media.address(f"{picture.path}-{best}.webp")


def srcset(picture: Picture) -> str:
    return ", ".join(
        f"{media.address(f'{picture.path}-{width}.webp')} {width}w" for width in picture.widths
    )


def of_variant(variant: Variant, width: int = 320) -> str | None:
    """Its own picture, or else the first of its product."""
    picture = shown(variant)
    return picture and address(picture, width)


def shown(variant: Variant) -> Picture | None:
    return variant.picture or cover(variant.product.gallery.all())


def cover(gallery: Iterable) -> Picture | None:
    return next((entry.picture for entry in gallery), None)


def _read(file: BinaryIO) -> bytes:
    raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise BadPicture(f"At most {MAX_BYTES // 1024**2} MB.", field="picture")
    return raw


def _decoded(raw: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(raw), formats=FORMATS)
        # A picture of few bytes can unpack to many gigabytes: ask its size before decoding.
        if image.width * image.height > MAX_PIXELS:
            raise BadPicture("At most 25 megapixels.", field="picture")
        image.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
        image = _on_white(ImageOps.exif_transpose(image))
        if image.height * min(1, WIDTHS[-1] / image.width) > MAX_HEIGHT:
            raise BadPicture("This picture is too tall for its width.", field="picture")
        return image
    except BadPicture:
        raise
    except Exception as error:  # on damaged files decoders raise whatever they please
        raise BadPicture("This is not a picture we can read.", field="picture") from error


def _on_white(image: Image.Image) -> Image.Image:
    """What is clear has no colour of its own: it would come out black."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image)
    return white


def _encoded(image: Image.Image, width: int) -> bytes:
    height = max(1, round(image.height * width / image.width))
    out = io.BytesIO()
    image.resize((width, height), Image.Resampling.LANCZOS).save(out, "WEBP", quality=80, method=4)
    return out.getvalue()


def _keep(path: str, data: bytes) -> None:
    if not default_storage.exists(path):  # named by its content: the same file is the same
        default_storage.save(path, ContentFile(data))
