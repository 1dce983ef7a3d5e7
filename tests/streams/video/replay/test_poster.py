import pytest

from streams.video.replay import poster

pytestmark = pytest.mark.django_db


def test_a_recording_gets_a_poster_once(show):
    assert list(poster.due()) == [show]
    poster.make(show)
    show.refresh_from_db()
    first = show.poster

    poster.make(show)

    show.refresh_from_db()
    assert show.poster == first
    assert (first.width, first.height) == (720, 1280)
    assert not poster.due().exists()
