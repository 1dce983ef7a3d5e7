import pytest

from livecommerce.errors import Invalid
from streams import chat, log
from streams.models import RoomEvent, Show
from tests.factories import make_shop, make_show

pytestmark = pytest.mark.django_db
GUEST = chat.Speaker("guest-ann")
HOST = chat.Speaker("user-1", "Mira Host", "host")


@pytest.fixture
def show():
    return make_show(shop=make_shop(name="Claymoor"), host_name="Ines Vidal")


def said(show):
    return [fact["data"] for fact in log.after(show, 0)]


def test_a_guest_speaks_under_a_name_of_her_choice(show):
    chat.say(show, GUEST, "How tall is it?", "Priya")

    assert said(show) == [{"name": "Priya", "text": "How tall is it?", "role": "guest"}]
    assert RoomEvent.objects.get().author == "guest-ann"


def test_who_gives_no_name_is_a_guest(show):
    chat.say(show, GUEST, "hi")

    assert said(show)[0]["name"] == "Guest"


def test_staff_speak_under_their_own_name_whatever_they_send(show):
    chat.say(show, HOST, "Welcome", "Somebody")

    assert said(show) == [{"name": "Mira Host", "text": "Welcome", "role": "host"}]


@pytest.mark.parametrize(
    "name",
    [
        *("Claymoor", "CLAYMOOR", "ines vidal", " Ines  Vidal ", "Host", "moderator", "ADMIN"),
        *(
            "Ho\u200dst",
            "Ho\u200bst",
            "Host\u202e",
            "Ｈｏｓｔ",
            "H.o.s.t",
            "Ines-Vidal",
            "host\ufe0f",
        ),
    ],
)
def test_a_guest_cannot_take_the_name_of_the_shop_or_its_host(show, name):
    with pytest.raises(Invalid) as refusal:
        chat.say(show, GUEST, "Send me your card number", name)

    assert refusal.value.field == "name"
    assert said(show) == []


@pytest.mark.parametrize("name", ["🎉", "Ghost", "Hosta", "Ines", "李", "O'Neil"])
def test_names_that_are_only_near_are_free(name):
    show = make_show(host_name="")

    chat.say(show, GUEST, "hi", name)

    assert said(show)[0]["name"] == name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("abc\u202edef\u2066ghi\u200f", "abcdefghi"),
        ("zero\u200bwidth\ufeff\u00ad", "zerowidth"),
        ("two\nlines\r\n\tof it", "two lines of it"),
        ("\ud800half a letter", "half a letter"),
        ("e\u0301", "é"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("<b>hello</b> & 'goodbye'", "<b>hello</b> & 'goodbye'"),
        ("שלום", "שלום"),
    ],
)
def test_a_message_is_one_line_of_visible_text(show, raw, shown):
    chat.say(show, GUEST, raw, "Priya")

    assert said(show)[0]["text"] == shown


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b\u202e", "\u200d", "\x00", "x" * 301])
def test_nothing_and_too_much_are_refused(show, text):
    with pytest.raises(Invalid) as refusal:
        chat.say(show, GUEST, text, "Priya")

    assert refusal.value.field == "text"
    assert said(show) == []


@pytest.mark.parametrize("name", [" ", "\u200d\u200d", "x" * 31])
def test_a_name_can_be_seen_and_is_short(show, name):
    with pytest.raises(Invalid) as refusal:
        chat.say(show, GUEST, "hi", name)

    assert refusal.value.field == "name"
    assert said(show) == []


def test_a_flood_of_a_guest_is_refused_with_a_reason(show):
    for _ in range(chat.BURST):
        chat.say(show, GUEST, "buy")

    with pytest.raises(chat.TooFast, match="wait"):
        chat.say(show, GUEST, "buy")

    assert len(said(show)) == chat.BURST


def test_a_flood_keeps_neither_other_guests_nor_other_rooms_from_talking(show):
    for _ in range(chat.BURST):
        chat.say(show, GUEST, "buy")

    chat.say(show, chat.Speaker("guest-bob"), "hello")
    chat.say(other := make_show(), GUEST, "hello")

    assert len(said(show)) == chat.BURST + 1
    assert len(said(other)) == 1


@pytest.mark.parametrize("role", ["host", "moderator"])
def test_staff_may_talk_as_fast_as_they_like(show, role):
    for _ in range(3 * chat.BURST):
        chat.say(show, chat.Speaker("user-1", "Mira", role), "and now")

    assert len(said(show)) == 3 * chat.BURST


def test_what_was_refused_does_not_count_as_said(show):
    for _ in range(3 * chat.BURST):
        with pytest.raises(Invalid):
            chat.say(show, GUEST, "")

    chat.say(show, GUEST, "hello")


def test_people_may_talk_before_the_show(show):
    chat.say(early := make_show(status=Show.Status.SCHEDULED), GUEST, "hello")

    assert len(said(early)) == 1


@pytest.mark.parametrize("status", [Show.Status.ENDED, Show.Status.CANCELLED])
@pytest.mark.parametrize("speaker", [GUEST, HOST])
def test_when_the_show_is_over_its_chat_is_closed(show, status, speaker):
    Show.objects.filter(pk=show.pk).update(status=status)  # the socket's own copy is older

    with pytest.raises(chat.ChatClosed):
        chat.say(show, speaker, "hello")

    assert said(show) == []


def test_a_hidden_message_is_gone_and_everyone_hears_which(show):
    seq = chat.say(show, GUEST, "rude").seq

    chat.hide(show, seq)
    chat.hide(show, seq)

    facts = log.after(show, 0)
    assert [(fact["type"], fact["data"]) for fact in facts] == [
        ("chat.posted", {"hidden": True}),
        ("chat.hidden", {"seq": seq}),
    ]


@pytest.mark.parametrize("seq", [0, 2, 3, 10**9])
def test_only_messages_of_this_room_can_be_hidden(show, seq):
    chat.say(show, GUEST, "hello")
    log.append(show, "show.started", {})
    chat.say(other := make_show(), GUEST, "hello")

    with pytest.raises(Invalid):
        chat.hide(show, seq)

    assert len(log.after(show, 0)) == 2
    assert said(other)[0]["text"] == "hello"
