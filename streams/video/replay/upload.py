"""A finished film becomes the replay of a show that never went on air."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from tempfile import TemporaryFile

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from livecommerce.states import advance
from streams import log
from streams.models import Rendition, Segment, Show, Take, Upload
from streams.talk import polls, questions
from streams.video import ffmpeg, takes
from streams.video.errors import MediaError, NoKeyFrames
from streams.video.packaging import packager
from streams.video.replay import claims, extras, film, renditions, running, uploading

PER_SECOND = 10  # CPU seconds for each second of media
LONGEST = 6  # seconds of a copied segment: where a replay can be sought and cut
WORDS = "The film could not be made into a replay."


@dataclass
class _Cut:
    """What was made of the film: its files are stored, its rows are not written yet."""

    take: Take
    init: packager.Init | None = None
    rows: list[Segment] = field(default_factory=list)


def due() -> QuerySet[Upload]:
    return claims.due(Upload.objects.all()).select_related("show__shop")


def make(upload: Upload) -> None:
    """Claim, look, cut, publish. A film that we do not take is refused once and forgotten."""
    try:
        with claims.claimed(upload, WORDS, most=1) as claim, TemporaryFile() as file:
            if upload.show.status != Show.Status.SCHEDULED:
                raise MediaError("The show has begun or was cancelled meanwhile.")
            for data in uploading.read(upload):
                file.write(data)
                claim.beat()
            file.flush()
            found = film.look(file.fileno(), claim.beat)
            _publish(claim, _cut(upload, file.fileno(), found, claim))
    except (MediaError, running.CannotMake):
        if upload.status == Upload.Status.FAILED:
            uploading.give_up(upload.path)
        raise
    uploading.forget(upload.path)


def _cut(upload: Upload, descriptor: int, found: film.Film, claim: claims.Claim) -> _Cut:
    """Copy what can be copied; a film whose key frames are too far apart is encoded after all."""
    try:
        return _encode(upload, descriptor, found, found.video, claim)
    except NoKeyFrames:
        if found.video == "encode":
            raise
    return _encode(upload, descriptor, found, "encode", claim)


def _encode(upload, descriptor, found: film.Film, video: str, claim: claims.Claim) -> _Cut:
    key = uploading.take_key(upload.path)
    cut = _Cut(Take(show=upload.show, key=key, source=Take.Source.UPLOAD))
    rendition = Rendition(name=Rendition.SOURCE)
    lasts = min(found.seconds or film.MAX_SECONDS, film.MAX_SECONDS)
    arguments = ffmpeg.film(descriptor, video=video, audio=found.audio, seconds=film.MAX_SECONDS)
    cutter = packager.Packager()

    def keep(cuts: Iterator) -> None:
        for each in cuts:
            if isinstance(each, packager.Init):
                cut.init = each
                takes.store(takes.init_path(cut.take, rendition), each.data)
            elif isinstance(each, packager.Segment):
                if video == "copy" and each.duration > LONGEST:
                    raise NoKeyFrames(f"No key frame in {LONGEST} seconds.")
                cut.rows.append(_stored(cut.take, rendition, each))
                claim.share = (each.start + each.duration) / lasts
            claim.beat()

    for data in running.run(
        arguments, cpu=60 + PER_SECOND * lasts, files=[descriptor], beat=claim.beat
    ):
        keep(cutter.feed(data))
    keep(cutter.close())
    if cut.init is None or not cut.init.width:
        raise film.BadFilm("There is no picture in this file.")
    return cut


def _stored(take: Take, rendition: Rendition, segment: packager.Segment) -> Segment:
    path = takes.segment_path(take, rendition, segment.number)
    takes.store(path, segment.data)
    row = Segment(number=segment.number, duration=segment.duration, path=path)
    row.size, row.sequence = len(segment.data), segment.number
    row.at = datetime.min + timedelta(seconds=segment.start)  # until its first frame has a clock
    return row


@transaction.atomic
def _publish(claim: claims.Claim, cut: _Cut) -> None:
    """All rows at once: the show has ended, and this is its replay."""
    show = claim.row.show
    now = timezone.now()
    began = now - (cut.rows[-1].at - datetime.min) - timedelta(seconds=cut.rows[-1].duration)
    advance(show, Show.Status.LIVE, live_at=began)
    take = cut.take
    take.opened_at, take.heard_at, take.closed_at = began, now, now
    take.status = Take.Status.FINISHED
    take.save()
    rendition, _ = Rendition.objects.update_or_create(
        show=show,
        name=Rendition.SOURCE,
        defaults={
            "status": Rendition.Status.READY,
            "width": cut.init.width,
            "height": cut.init.height,
            "codecs": cut.init.codecs,
        },
    )
    for row in cut.rows:
        row.at = began + (row.at - datetime.min)
        row.rendition, row.take = rendition, take
    Segment.objects.bulk_create(cut.rows, batch_size=500)
    log.append(show, "show.started", {}, at=began)
    advance(show, Show.Status.ENDED, ended_at=now)
    polls.close(show, at=now)
    questions.finish_current(show, at=now)
    log.append(show, "show.ended", {}, at=now)
    renditions.plan(show, cut.init)
    extras.plan(show)
    claim.done()
