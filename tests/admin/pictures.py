"""Pictures as a merchant uploads them."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def a_picture(width=40, height=50) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#b5654a").save(out, "PNG")
    return SimpleUploadedFile("../../etc/cup.png", out.getvalue(), content_type="image/png")
