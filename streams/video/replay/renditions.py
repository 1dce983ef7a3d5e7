"""The smaller renditions of a replay: all of a show in one run, a minute at a time.

What is made of a minute is stored before the next one begins, so a maker that dies loses no more
than that. Nobody is shown a rendition before it is whole.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from itertools import accumulate, groupby
from tempfile import TemporaryFile

from django.db.models import QuerySet

from livecommerce.states import StaleState
from streams.models import Rendition, Segment, Show, Take
from streams.video import ffmpeg, takes
from streams.video.errors import MediaError
from streams.video.packaging import packager
from streams.video.replay import claims, recording, running

LADDER = (720, 480, 240)  # pixels of the short side, below the source
MINUTE = 30  # segments made at once
PER_SECOND = 10  # CPU seconds for each second of media: an encode slower than that is hung
KEY = 0.25  # seconds: cut at every key frame
CLOSE = 0.1  # seconds: a cut nearer to a border is that border
BIT_RATES = re.compile(rb"(?<=btrt).{12}|(?<=\x40\x15.{3}).{8}", re.DOTALL)
WORDS = "The picture could not be made smaller."


def plan(show: Show, source: packager.Init) -> None:
    """Write down which renditions will be due after the show. Doing it twice adds nothing."""
    for side in LADDER:
        if side < min(source.width, source.height):
            Rendition.objects.get_or_create(show=show, name=f"{side}p")


def due() -> QuerySet[Rendition]:
    """Renditions to be made, those whose maker has died among them."""
    rows = Rendition.objects.filter(show__in=recording.shows()).exclude(name=Rendition.SOURCE)
    return claims.due(rows).select_related("show__shop")


def make(rows: Iterable[Rendition]) -> None:
    """Claim these renditions of one show and make them together."""
    with ExitStack() as stack:
        claimed = []
        for row in rows:
            with suppress(StaleState):  # somebody else makes that one
                claimed.append(stack.enter_context(claims.claimed(row, WORDS)))
        if not claimed:
            raise StaleState("Somebody else makes them.")
        made, show = None, claimed[0].row.show
        while made != (source := list(recording.source(show))):  # slow storage: some came later
            minutes = [part for take in recording.by_take(source) for part in _minutes(take)]
            for number, part in enumerate(minutes):
                for claim in claimed:
                    claim.share = number / len(minutes)
                _make_part(claimed, part)
            made = source
        for claim in claimed:
            claim.done()


def _minutes(rows: list[Segment]) -> Iterator[list[Segment]]:
    """Runs of segments, with no hole in any of them."""
    unbroken = groupby(enumerate(rows), key=lambda pair: pair[1].number - pair[0])
    for _, pairs in unbroken:
        whole = [row for _, row in pairs]
        for first in range(0, len(whole), MINUTE):
            yield whole[first : first + MINUTE]


def _make_part(claimed: list[claims.Claim], part: list[Segment]) -> None:
    """One run of ffmpeg for all that lack this part."""
    missing = [claim for claim in claimed if not _is_made(claim.row, part)]
    if not missing:
        return

    def beat():
        for claim in claimed:
            claim.beat()

    with ExitStack() as stack:
        files = {side_of(claim.row): stack.enter_context(TemporaryFile()) for claim in missing}
        descriptors = {side: file.fileno() for side, file in files.items()}
        running.finish(
            ffmpeg.ladder(descriptors),
            recording.pieces(part),
            cpu=60 + PER_SECOND * sum(row.duration for row in part),
            files=list(descriptors.values()),
            beat=beat,
        )
        for claim in missing:
            file = files[side_of(claim.row)]
            file.seek(0)
            _keep(claim.row, part, iter(partial(file.read, running.CHUNK), b""))
            beat()


def _keep(rendition: Rendition, part: list[Segment], encoded: Iterable[bytes]) -> None:
    init, cuts = _cut(encoded)
    _keep_init(rendition, part[0].take, init)
    for row, cut in zip(part, _joined(part, cuts), strict=True):
        segment = replace(cut, number=row.number, duration=row.duration)
        takes.keep_segment(row.take, rendition, segment, at=row.at)


def _cut(encoded: Iterable[bytes]) -> tuple[packager.Init, list[packager.Segment]]:
    """What ffmpeg made, at every key frame."""
    cutter = packager.Packager(target=KEY)
    cuts = [cut for data in encoded for cut in cutter.feed(data)]
    cuts += cutter.close()
    segments = [cut for cut in cuts if isinstance(cut, packager.Segment)]
    return next(cut for cut in cuts if isinstance(cut, packager.Init)), segments


def _joined(part: list[Segment], cuts: list[packager.Segment]) -> list[packager.Segment]:
    """The cuts, put together where the source has its borders: players change over there."""
    groups: list[list[packager.Segment]] = [[]]
    borders = accumulate(row.duration for row in part[:-1])
    border = next(borders, None)
    for cut in cuts:
        if border is not None and cut.start - cuts[0].start > border - CLOSE:
            groups.append([])
            border = next(borders, None)
        groups[-1].append(cut)
    if len(groups) != len(part):
        raise MediaError("Its key frames are not where the source has them.")
    return [replace(group[0], data=b"".join(cut.data for cut in group)) for group in groups]


def _keep_init(rendition: Rendition, take: Take, init: packager.Init) -> None:
    """Every part of a take needs the same init; one that differs means that all is made anew."""
    path = takes.init_path(take, rendition)
    if rendition.segments.filter(take=take).exists():
        if _same(recording.read(path)) != _same(init.data):
            rendition.segments.all().delete()
            raise MediaError("It was begun in another way, and is made anew.")
        return
    takes.keep_init(take, rendition, init)


def _same(init: bytes) -> bytes:
    """An init without what ffmpeg guesses of each part anew: how many bits a second it has."""
    return BIT_RATES.sub(b"", init)


def _is_made(rendition: Rendition, part: list[Segment]) -> bool:
    numbers = [row.number for row in part]
    made = rendition.segments.filter(take=part[0].take_id, number__in=numbers)
    return made.count() == len(numbers)


def side_of(rendition: Rendition) -> int:
    return int(rendition.name.removesuffix("p"))
