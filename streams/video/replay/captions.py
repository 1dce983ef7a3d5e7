"""What is said in a replay, by language. The only writer of Captions.

The file as it came is never served: it is read, and written anew. Beside the one that is shown,
on the time line of the replay, the whole is kept, on that of the recording: a trim can be undone.
What the trim left out is nobody's to read, so it is not under /media/.
"""

import re
import uuid

from django.core.files.storage import default_storage
from django.db import transaction

from livecommerce.errors import DomainError
from livecommerce.media import address
from livecommerce.states import StaleState
from streams.models import Captions, Show
from streams.video import takes
from streams.video.replay import extras, recording, shown, webvtt

MAX_BYTES = 1024**2
LATEST = 100 * 3600  # seconds: moved by a trim, a time must be one that can be read again
# BCP 47, as far as used
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
WHOLE = "captions"  # a folder that is not under /media/


class BadCaptions(DomainError):
    code = "bad_captions"


def keep(show: Show, language: str, data: bytes) -> Captions:
    """Store captions for the replay as it is shown now; the language's old ones go.

    Raises BadCaptions and StaleState.
    """
    if not recording.is_over(show):
        raise StaleState("The show is not over yet.")
    if len(language) > 10 or not LANGUAGE.fullmatch(language):
        raise BadCaptions("A language is written like en or de-AT.", field="language")
    if len(data) > MAX_BYTES:
        raise BadCaptions("Captions may have at most 1 MB.", field="file")
    try:
        cues = webvtt.read(data)
    except webvtt.BadWebVTT as error:
        raise BadCaptions(str(error), field="file") from error
    if any(cue.ends > LATEST for cue in cues):
        raise BadCaptions(f"A caption after more than {LATEST // 3600} hours.", field="file")
    path = _store(language, webvtt.moved(cues, shown.left_out(show)), shown.left_out(show))
    return _replace(show, language, path)


def tracks(show: Show) -> list[dict]:
    """What a player offers: [{"language": "en", "address": …}]."""
    rows = show.captions.order_by("language")
    return [{"language": row.language, "address": address(row.path)} for row in rows]


def remove(captions: Captions) -> None:
    captions.delete()
    _forget(captions.path)


def shift(show: Show) -> None:
    """The replay begins at another moment now: so do its captions."""
    for captions in show.captions.all():
        whole = webvtt.read(recording.read(_whole(captions.path)))
        _replace(show, captions.language, _store(captions.language, whole, shown.left_out(show)))


def _store(language: str, whole: list[webvtt.Cue], left_out: float) -> str:
    folder = f"{extras.FOLDER}/{uuid.uuid4().hex}"
    path = f"{folder}/{language}.vtt"
    takes.store(_whole(path), webvtt.written(whole))
    takes.store(path, webvtt.written(webvtt.moved(whole, -left_out)))
    return path


def _replace(show: Show, language: str, path: str) -> Captions:
    old = Captions.objects.filter(show=show, language=language).values_list("path", flat=True)
    old = list(old)
    captions, _ = Captions.objects.update_or_create(
        show=show, language=language, defaults={"path": path}
    )
    for each in old:
        transaction.on_commit(lambda each=each: _forget(each))
    return captions


def _whole(path: str) -> str:
    """Where the whole of a file is: replays/<name>/en.vtt, captions/<name>.vtt."""
    return f"{WHOLE}/{path.split('/')[1]}.vtt"


def _forget(path: str) -> None:
    extras.forget(path)
    default_storage.delete(_whole(path))
