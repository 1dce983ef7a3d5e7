"""What is made after a show, of a film as its recording: how much of the processor it takes.

python -m tests.benchmarks.picture.made FILM: prints {"seconds": of the film, and CPU seconds by
what was made}.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from streams import lifecycle  # noqa: E402
from streams.models import Extra, Rendition, Segment, Show  # noqa: E402
from streams.video import ffmpeg, takes  # noqa: E402
from streams.video.packaging import packager  # noqa: E402
from streams.video.replay import extras, renditions, storyboard  # noqa: E402
from tests import factories  # noqa: E402


def record(film: str) -> Show:
    show = factories.make_show(status=Show.Status.SCHEDULED)
    lifecycle.go_live(show)
    source = show.renditions.get(name=Rendition.SOURCE)
    take = takes.open(show)
    takes.begin(take, timezone.now())
    sent = subprocess.run(ffmpeg.remux(film), capture_output=True, check=True).stdout
    cutter = packager.Packager()
    for cut in [*cutter.feed(sent), *cutter.close()]:
        match cut:
            case packager.Init():
                takes.keep_init(take, source, cut)
                renditions.plan(show, cut)
            case packager.Segment():
                takes.keep_segment(take, source, cut, sequence=cut.number)
    takes.close(take, lost=False)
    lifecycle.end(show)
    extras.plan(show)
    return show


def spent(work: Callable[[], None]) -> float:
    before = _cpu()
    work()
    return _cpu() - before


def _cpu() -> float:
    """Seconds of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(film: str) -> dict:
    show = record(film)
    rows, (board,) = list(renditions.due()), extras.due(Extra.Kind.STORYBOARD)
    names = ", ".join(row.name for row in rows)
    return {
        "seconds": sum(Segment.objects.filter(take__show=show).values_list("duration", flat=True)),
        f"ladder: {names} below the copied 1080p": spent(lambda: renditions.make(rows)),
        "storyboard": spent(lambda: storyboard.make(board)),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
