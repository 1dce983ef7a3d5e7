"""One address for every stored file, local or S3: pictures and segments under /media/.

Names are never reused, so an answer may be kept for ever by browsers, nginx or a CDN.
"""

import mimetypes

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.views.decorators.http import require_safe

OPEN_TO_ALL = ("pictures/", "takes/", "replays/")
MAX_PATH = 200  # bytes: what disks take as one name
TYPES = {
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".webp": "image/webp",
}
SEGMENTS = "takes/"
FOR_EVER = "public, max-age=31536000, immutable"


def address(path: str) -> str:
    """Where a stored file is read."""
    return f"/media/{path}"


@require_safe
def file(request, path):
    if (
        not path.startswith(OPEN_TO_ALL)
        or len(path.encode(errors="replace")) > MAX_PATH
        or ".." in path.split("/")
        or "\\" in path
    ):
        raise Http404
    if settings.MEDIA_FROM and path.startswith(SEGMENTS):
        return _elsewhere(path)
    try:
        stored = default_storage.open(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError):
        raise Http404 from None
    suffix = path[path.rfind(".") :]
    kind = TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    answer = FileResponse(stored, content_type=kind)
    del answer["Content-Disposition"]  # its link says how a download is called
    answer["Cache-Control"] = FOR_EVER
    answer["Access-Control-Allow-Origin"] = "*"  # open to all: a CDN may have a name of its own
    return answer


def _elsewhere(path: str) -> HttpResponseRedirect:
    """To the bucket itself: signed, unless a domain of ours makes it public."""
    if not default_storage.exists(path):
        raise Http404
    answer = HttpResponseRedirect(default_storage.url(path))
    answer["Cache-Control"] = f"public, max-age={settings.SIGNED_FOR // 2}"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
