import unicodedata
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from livecommerce.errors import Invalid
from shops.models import Member
from streams import log
from streams.models import Report, Room, RoomEvent, Show
from streams.talk import chat, letters, moderation, reports
from tests.factories import make_shop, make_show, make_staff

pytestmark = pytest.mark.django_db
GUEST = chat.Speaker("guest-ann")
HOST = chat.Speaker("user-1", "Mira Host", "host")


@pytest.fixture
def show():
    return make_show(shop=make_shop(name="Claymoor"), host_name="Ines Vidal")


@pytest.fixture
def tom(show):
    return make_staff(Member.Role.MODERATOR, shop=show.shop, first_name="Tom", last_name="Okafor")


def said(show):
    return [fact["data"] for fact in log.after(show, 0)]


def told(show):
    """Every fact as everyone reads it: [(type, data)]."""
    return [(fact["type"], fact["data"]) for fact in log.after(show, 0)]


SECRET = ("mod.acted", {"hidden": True})


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


def test_a_guest_cannot_take_the_name_of_the_shop_or_its_people(show, tom):
    for name in ("Claymoor", "Ines Vidal", "Тоm Okafor"):
        with pytest.raises(Invalid) as refusal:
            chat.say(show, GUEST, "Send me your card number", name)

        assert refusal.value.field == "name"

    assert said(show) == []


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
        ("ת\u05bc\u05b8\u0591", "ת\u05b8\u05bc\u0591"),
        ("keycap 1\ufe0f\u20e3 ❤️", "keycap 1\ufe0f\u20e3 ❤️"),
        ("z" + "\u0335\u0316\u0336" * 90 + "!", "z" + "\u0335\u0336\u0335\u0336" + "!"),
    ],
)
def test_a_message_is_one_line_of_visible_text(show, raw, shown):
    chat.say(show, GUEST, raw, "Priya")

    assert said(show)[0]["text"] == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n",
        "\u200b\u202e",
        "\u200d",
        "\x00",
        "x" * 301,
        "\u034f",
        "\ufe0f",
        "\u180b",
        "\u0301 \u0301",
    ],
)
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


def test_a_hidden_message_is_gone_and_everyone_hears_which(show, tom):
    seq = chat.say(show, GUEST, "rude", "Bob").seq

    chat.hide(show, seq, tom)
    chat.hide(show, seq, tom)

    assert told(show) == [
        ("chat.posted", {"hidden": True}),
        ("chat.hidden", {"seq": seq}),
        SECRET,
    ]
    acted = log.after(show, 0, for_staff=True)[-1]["data"]
    assert acted == {"action": "hide", "by": "Tom Okafor", "name": "Bob", "seq": seq}


@pytest.mark.parametrize("seq", [0, 2, 3, 10**9])
def test_only_messages_of_this_room_can_be_hidden(show, tom, seq):
    chat.say(show, GUEST, "hello")
    log.append(show, "show.started", {})
    chat.say(other := make_show(), GUEST, "hello")

    with pytest.raises(Invalid):
        chat.hide(show, seq, tom)

    assert len(log.after(show, 0)) == 2
    assert said(other)[0]["text"] == "hello"


def test_hiding_a_message_settles_its_reports(show, tom):
    seq = chat.say(show, GUEST, "rude").seq
    reports.report(show, chat.Speaker("guest-bob"), seq, "abuse")

    chat.hide(show, seq, tom)

    assert reports.waiting(show) == []
    assert Report.objects.get().settled_at is not None


def test_a_reply_quotes_the_beginning_of_what_it_answers(show):
    first = chat.say(show, GUEST, "x" * 81, "Priya").seq

    chat.say(show, HOST, "Yes", reply_to=first)

    assert said(show)[1] == {
        "name": "Mira Host",
        "text": "Yes",
        "role": "host",
        "reply": {"seq": first, "name": "Priya", "text": "x" * 79 + "…"},
    }


@pytest.mark.parametrize("to", [0, 2, 3, 4, 10**9])
def test_only_a_message_of_this_room_that_stands_is_answered(show, tom, to):
    chat.say(show, GUEST, "hello")
    log.append(show, "show.started", {})
    chat.hide(show, chat.say(show, GUEST, "rude").seq, tom)
    before = len(log.after(show, 0))

    with pytest.raises(Invalid) as refusal:
        chat.say(show, HOST, "what?", reply_to=to)

    assert refusal.value.field == "reply_to"
    assert len(log.after(show, 0)) == before


def test_what_is_hidden_is_not_read_in_replies_or_old_pins_either(show, tom):
    rude = chat.say(show, GUEST, "rude words", "Rude Name").seq
    chat.say(show, HOST, "please stop", reply_to=rude)
    chat.pin(show, rude, tom)

    chat.hide(show, rude, tom)

    assert "rude words" not in str(log.after(show, 0))
    assert "Rude Name" not in str(log.after(show, 0))
    assert said(show)[1]["text"] == "please stop"
    assert said(show)[1]["reply"] == {"seq": rude, "name": "", "text": ""}


def test_a_pinned_message_stands_above_the_chat_until_it_is_unpinned(show, tom):
    seq = chat.say(show, GUEST, "Free shipping today", "Priya").seq

    for _ in range(2):
        chat.pin(show, seq, tom)
    assert Room.objects.get().pinned.seq == seq
    for _ in range(2):
        chat.unpin(show, tom)

    assert told(show)[1:] == [
        (
            "chat.pinned",
            {"seq": seq, "name": "Priya", "text": "Free shipping today", "role": "guest"},
        ),
        SECRET,
        ("chat.unpinned", {"seq": seq}),
        SECRET,
    ]
    assert Room.objects.get().pinned is None


def test_another_pinned_message_takes_the_place_of_the_first(show, tom):
    first, second = (chat.say(show, GUEST, text).seq for text in ("one", "two"))

    chat.pin(show, first, tom)
    chat.pin(show, second, tom)

    assert Room.objects.get().pinned.seq == second


def test_hiding_the_pinned_message_unpins_it(show, tom):
    seq = chat.say(show, GUEST, "rude").seq
    chat.pin(show, seq, tom)

    chat.hide(show, seq, tom)

    assert told(show)[-3:] == [
        ("chat.hidden", {"seq": seq}),
        ("chat.unpinned", {"seq": seq}),
        SECRET,
    ]
    assert Room.objects.get().pinned is None


def test_a_hidden_message_is_not_pinned(show, tom):
    seq = chat.say(show, GUEST, "rude").seq
    chat.hide(show, seq, tom)
    before = told(show)

    with pytest.raises(Invalid):
        chat.pin(show, seq, tom)

    assert told(show) == before
    assert Room.objects.get().pinned is None


def test_markup_is_kept_as_the_text_it_is(show):
    attacks = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }} ${7*7}",
        "javascript:alert(1)",
        "' OR 1=1; --",
    ]
    for text in attacks:
        chat.say(show, GUEST, text, "<b>Ann</b>")

    assert [data["text"] for data in said(show)] == attacks
    assert {data["name"] for data in said(show)} == {"<b>Ann</b>"}


def test_many_sayings_are_written_in_their_order_and_a_refused_one_changes_no_other(show):
    outcomes = chat.say_all(
        show,
        [
            chat.Saying(GUEST, "one", "Priya"),
            chat.Saying(chat.Speaker("guest-bob"), "", "Bob"),
            chat.Saying(chat.Speaker("guest-eve"), "two", "Claymoor"),
            chat.Saying(GUEST, "three", "Priya", reply_to=99),
            chat.Saying(HOST, "four"),
        ],
    )

    assert outcomes[0] == chat.Said(1)
    assert [(refusal.code, refusal.field) for refusal in outcomes[1:4]] == [
        ("invalid", "text"),
        ("invalid", "name"),
        ("invalid", "reply_to"),
    ]
    assert outcomes[4] == chat.Said(2)
    assert [data["text"] for data in said(show)] == ["one", "four"]


def test_nothing_said_is_nothing_written(show):
    assert chat.say_all(show, []) == []
    assert said(show) == []


def test_thirty_sayings_ask_the_database_no_more_than_one(show, tom):
    moderation.set_words(show, ["spam", "buy now"], tom)
    moderation.set_rules(show, tom, no_links=True, holds_first=True)
    first = chat.say(show, HOST, "Welcome").seq

    def queries(authors):
        sayings = [
            chat.Saying(chat.Speaker(f"guest-{author}"), f"from {author}", "Ann", reply_to=first)
            for author in authors
        ]
        with CaptureQueriesContext(connection) as asked:
            outcomes = chat.say_all(show, sayings)
        assert all(outcome.is_held for outcome in outcomes)
        return len(asked)

    queries(["warm"])
    assert queries(range(30)) == queries(["alone"]) <= 16


def test_what_staff_say_is_written_without_a_question_about_guests(show):
    chat.say(show, HOST, "Welcome")

    with CaptureQueriesContext(connection) as asked:
        chat.say(show, HOST, "This one is the last.")

    tables = [query["sql"].split('"')[1] for query in asked if '"' in query["sql"]]
    assert "streams_wordlist" not in str(asked.captured_queries)
    assert "streams_standing" not in str(asked.captured_queries)
    assert tables.count("streams_room") == 2  # locked, then counted on


def test_slow_mode_keeps_a_guest_waiting_and_nobody_else(show, tom):
    moderation.set_rules(show, tom, slow_seconds=30)
    chat.say(show, GUEST, "one")

    with pytest.raises(chat.TooFast, match="wait (29|30) seconds"):
        chat.say(show, GUEST, "two")
    chat.say(show, chat.Speaker("guest-bob"), "hello")
    for _ in range(3):
        chat.say(show, HOST, "and now")

    assert sum(data.get("role") == "guest" for data in said(show)) == 2


def test_marks_by_the_thousand_are_refused_before_they_are_put_in_order(show, monkeypatch):
    sizes = []

    def normalize(form, raw):
        sizes.append(len(raw))
        return unicodedata.normalize(form, raw)

    spied = SimpleNamespace(normalize=normalize, category=unicodedata.category)
    monkeypatch.setattr(letters, "unicodedata", spied)

    with pytest.raises(Invalid) as refusal:
        chat.say(show, GUEST, "a" + "\u0301" * 4000 + "\u0316" * 4000)

    assert refusal.value.field == "text"
    assert max(sizes, default=0) < 1000
    assert said(show) == []


def test_a_refused_message_costs_no_turn_in_slow_mode(show, tom):
    moderation.set_rules(show, tom, slow_seconds=30, no_links=True)

    with pytest.raises(moderation.NoLinks):
        chat.say(show, GUEST, "see example.com")

    chat.say(show, GUEST, "sorry")
