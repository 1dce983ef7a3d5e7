import pytest

from streams import log
from streams.models import RoomEvent, Standing
from streams.talk import chat, moderation, review, standings
from tests.factories import make_show, make_staff
from tests.races.together import Rendezvous, together

pytestmark = pytest.mark.django_db(transaction=True)
N = 6
BOB = chat.Speaker("guest-bob")


@pytest.fixture
def show():
    return make_show()


@pytest.fixture
def tom(show):
    return make_staff("moderator", shop=show.shop)


def types(show):
    return [fact["type"] for fact in log.after(show, 0)]


def test_looking_whether_it_is_hidden_first_is_not_enough(show):
    """The control: everyone looks, nobody finds it hidden, everyone tells the room."""
    seq = chat.say(show, BOB, "rude").seq
    all_have_looked = Rendezvous(N)

    def hide():
        is_hidden = RoomEvent.objects.get(show=show, seq=seq).is_hidden
        all_have_looked.wait()
        if not is_hidden:
            log.withhold(show, seq)
            log.append(show, "chat.hidden", {"seq": seq})

    together(N, hide)

    assert types(show).count("chat.hidden") > 1


def test_moderators_who_do_the_same_at_once_do_it_once(show, tom):
    said = RoomEvent.objects.get(seq=chat.say(show, BOB, "rude", "Bob").seq)
    moderation.set_rules(show, tom, holds_first=True)
    held = chat.say(show, chat.Speaker("guest-ann"), "hello", "Ann").seq
    deeds = {
        "chat.pinned": lambda: chat.pin(show, said.seq, tom),
        "chat.hidden": lambda: chat.hide(show, said.seq, tom),
        "chat.posted": lambda: review.approve(show, held, tom),
    }

    for deed in deeds.values():
        assert together(N, deed) == [None] * N
    assert together(N, lambda: standings.mute(show, said, 5, tom)) == [None] * N
    assert together(N, lambda: standings.ban(show, said, tom)) == [None] * N
    number = Standing.objects.get().pk
    assert together(N, lambda: standings.restore(show, number, tom)) == [None] * N

    told = types(show)
    assert [told.count(type) for type in ("chat.pinned", "chat.hidden", "chat.posted")] == [1, 1, 2]
    assert [fact["data"]["action"] for fact in review.actions(show)] == [
        *("rules", "pin_message", "hide", "approve", "mute", "ban", "unban", "unmute")
    ]


def test_nothing_slips_into_any_room_beside_a_ban_that_hides_everything(show, tom, monkeypatch):
    monkeypatch.setattr(chat, "BURST", 1000)
    rooms = [show, make_show(shop=show.shop), make_show(shop=show.shop)]
    said = RoomEvent.objects.get(seq=chat.say(show, BOB, "rude", "Bob").seq)
    turns = iter(range(2 * N))

    def act():
        turn = next(turns)
        if turn == N:
            return standings.ban(show, said, tom, hide_all=True)
        for _ in range(5):
            chat.say(rooms[turn % 3], BOB, "more", "Bob")
        return None

    outcomes = together(2 * N, act)

    assert set(outcomes) <= {None, moderation.Banned}
    assert not RoomEvent.objects.filter(type="chat.posted", is_hidden=False).exists()
