from itertools import count

import pytest

from streams import lifecycle, log
from streams.models import Room, Show
from streams.talk import chat
from tests.factories import make_show
from tests.races.together import Rendezvous, together

pytestmark = pytest.mark.django_db(transaction=True)
N = 8


@pytest.fixture
def show():
    show = make_show()
    Room.objects.create(show=show)
    return show


def after_the_end(show) -> list[str]:
    types = [fact["type"] for fact in log.after(show, 0)]
    return types[types.index("show.ended") + 1 :]


def test_looking_whether_the_show_is_on_before_taking_ones_turn_is_not_enough(show):
    """The control: everybody looks, the show ends, everybody speaks."""
    all_have_looked, it_is_over, turns = Rendezvous(N), Rendezvous(N), count()

    def act():
        is_host = next(turns) == 0
        is_on = Show.objects.live().filter(pk=show.pk).exists()
        all_have_looked.wait()
        if is_host:
            lifecycle.end(show)
        it_is_over.wait()
        if is_on and not is_host:
            log.append(show, "chat.posted", {"name": "Ann", "text": "hi", "role": "guest"})

    together(N, act)

    assert "chat.posted" in after_the_end(show)


def test_nothing_is_said_after_the_end(show):
    turns = count()

    def act():
        if (turn := next(turns)) == N // 2:
            lifecycle.end(Show.objects.get(pk=show.pk))
        else:
            chat.say(show, chat.Speaker(f"user-{turn}", "Mara", "host"), "hello")

    together(N, act)

    assert after_the_end(show) == []
