"""A take as the studio would have left it, without a socket."""

from datetime import timedelta

from django.utils import timezone

from streams.models import Rendition, Segment, Show, Take
from streams.video import takes
from streams.video.packaging import packager
from streams.video.replay import renditions


def record(show: Show, fragmented: bytes, *, lost=False, is_open=False, ago=0) -> Take:
    """Store fragmented MP4 as one take of a live show, begun so many seconds ago."""
    source, _ = Rendition.objects.get_or_create(
        show=show, name=Rendition.SOURCE, defaults={"status": Rendition.Status.READY}
    )
    take = takes.open(show)
    takes.begin(take, timezone.now() - timedelta(seconds=ago))
    sequence = Segment.objects.filter(rendition=source).count()
    cutter = packager.Packager()
    for cut in [*cutter.feed(fragmented), *cutter.close()]:
        match cut:
            case packager.Init():
                takes.keep_init(take, source, cut)
                renditions.plan(show, cut)
            case packager.Segment():
                takes.keep_segment(take, source, cut, sequence=sequence)
                sequence += 1
    if not is_open:
        takes.close(take, lost=lost)
    return take
