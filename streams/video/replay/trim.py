"""What a replay leaves out at its beginning and end. No file is touched: it can be undone."""

from datetime import datetime, timedelta

from django.db import transaction

from livecommerce.errors import DomainError
from livecommerce.states import StaleState
from streams.models import Show
from streams.video.replay import captions, extras, recording, shown

NEAR = timedelta(days=1)  # of the show: beyond, a moment may be none that can be reckoned with


class BadTrim(DomainError):
    code = "bad_trim"


@transaction.atomic
def cut(show: Show, begins: datetime | None, ends: datetime | None) -> None:
    """Show the replay from one moment of the show's clock to another; None: as it was recorded.

    It is cut at the borders of segments. With None twice it is whole again. Raises BadTrim.
    """
    if not recording.is_over(show):
        raise StaleState("The show is not over yet.")
    if begins and ends and begins >= ends:
        raise BadTrim("The replay would end before it begins.", field="ends")
    if (begins, ends) == (show.trim_from, show.trim_to):
        return
    for field, moment in (("begins", begins), ("ends", ends)):
        if moment and not show.live_at - NEAR < moment < show.ended_at + NEAR:
            raise BadTrim("The show was not on air then.", field=field)
    before = show.trim_from, show.trim_to
    show.trim_from, show.trim_to = begins, ends
    if not shown.only(show, recording.source(show)).exists():
        show.trim_from, show.trim_to = before
        raise BadTrim("Nothing of the show would be left.", field="begins")
    show.save(update_fields=["trim_from", "trim_to"])
    extras.outdate(show)
    captions.shift(show)
