import contextlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.video.ingest.rtmp import amf, chunks
from streams.video.ingest.rtmp.session import (
    COMMANDS,
    HELLO,
    LIMIT,
    STRANGERS_LIMIT,
    Asked,
    BadSession,
    Left,
    Media,
    Session,
)
from tests.streams.video.ingest import rtmp_client as client
from tests.streams.video.ingest.rtmp_client import command, connect, publish

KEY = "12-ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def asked() -> Session:
    session = Session()
    assert list(session.feed(client.opening(KEY))) == [Asked(KEY)]
    return session


def publishing() -> Session:
    session = asked()
    session.accept()
    session.take()
    return session


def statuses(data: bytes) -> list[dict]:
    """What onStatus said, behind the handshake or without one."""
    answers = client.Answers() if data[:1] == b"\x03" and len(data) > HELLO else _bare()
    return [values[3] for values in answers.read(data) if values[0] == "onStatus"]


def _bare() -> client.Answers:
    answers = client.Answers()
    answers._hello = 0
    return answers


@pytest.mark.parametrize("cut", [1, 7, 1537, 10_000])
def test_a_publisher_is_led_to_its_key_however_its_bytes_are_cut(cut):
    session, wire = Session(), client.opening(KEY)

    events = [
        event for at in range(0, len(wire), cut) for event in session.feed(wire[at : at + cut])
    ]

    assert events == [Asked(KEY)]
    answers = client.Answers().read(session.take())
    assert [each[:2] for each in answers] == [
        ["_result", 1.0],
        ["_result", 2.0],
        ["_result", 3.0],
        ["onFCPublish", 0.0],
        ["_result", 4.0],
    ]
    assert answers[0][3]["code"] == "NetConnection.Connect.Success"
    assert answers[4][3] == 1.0


def test_the_handshake_gives_back_what_it_was_given():
    session, theirs = Session(), bytes(range(256)) * 6

    list(session.feed(b"\x03" + theirs))

    answer = session.take()
    assert answer[0] == 3
    assert answer[1 : 1 + HELLO] == bytes(HELLO)
    assert answer[1 + HELLO :] == theirs


def test_pictures_count_only_once_the_key_was_accepted():
    session = asked()
    early = list(session.feed(client.picture(client.AVC_KEY)))
    session.accept()
    later = list(session.feed(client.picture(client.AVC_KEY, at=40)))

    assert early == []
    assert later == [Media(chunks.VIDEO, 40, client.AVC_KEY)]
    assert statuses(session.take())[-1]["code"] == "NetStream.Publish.Start"


def test_what_the_encoder_says_about_its_stream_is_passed_on_without_the_servers_part():
    session = publishing()
    about = amf.write("onMetaData", {"width": 1280, "height": 720})
    body = amf.write("@setDataFrame") + about

    events = list(session.feed(chunks.write(chunks.DATA, body, stream=1)))

    assert events == [Media(chunks.DATA, 0, about)]


@pytest.mark.parametrize("verb", ["FCUnpublish", "deleteStream", "closeStream"])
def test_a_publisher_that_says_goodbye_is_heard_and_nothing_after_it(verb):
    session = publishing()
    wire = command(verb, 6, None, KEY) + client.picture(client.AVC_KEY)

    assert list(session.feed(wire)) == [Left()]


def test_a_refusal_is_said_in_words():
    session = asked()
    session.take()

    session.refuse("NetStream.Publish.BadName", "Not this key.")

    assert statuses(session.take()) == [
        {"level": "error", "code": "NetStream.Publish.BadName", "description": "Not this key."}
    ]
    assert session.is_over
    assert list(session.feed(client.picture(client.AVC_KEY))) == []


def test_another_application_is_refused_in_words():
    session = Session()
    list(session.feed(client.opening(KEY, app="vod")))

    (answer, *_) = client.Answers().read(session.take())
    assert answer[0] == "_error"
    assert "/live" in answer[3]["description"]
    assert session.is_over


def test_a_slash_behind_the_application_does_no_harm():
    session = Session()

    assert list(session.feed(client.opening(KEY, app="live/"))) == [Asked(KEY)]


def test_pings_are_answered():
    session = publishing()

    list(session.feed(chunks.write(chunks.USER_CONTROL, b"\0\x06\1\2\3\4", lane=2)))

    (pong,) = chunks.Reader(100).feed(session.take())
    assert (pong.kind, pong.body) == (chunks.USER_CONTROL, b"\0\x07\1\2\3\4")


def test_who_sends_is_told_how_much_was_heard():
    session = publishing()
    list(session.feed(chunks.control(chunks.WINDOW, 100_000)))
    for at in range(4):
        list(session.feed(client.picture(client.AVC_KEY[:5] + bytes(30_000), at)))

    heard = [each for each in chunks.Reader(100).feed(session.take()) if each.kind == 3]
    assert len(heard) == 1
    assert int.from_bytes(heard[0].body) > 100_000


def test_the_key_is_not_in_what_is_printed():
    assert KEY not in repr(Asked(KEY))
    assert KEY not in repr(asked())


HOSTILE = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00",
    "the encrypted kind": b"\x06" + bytes(HELLO),
    "a command before connect": client.GREETING + bytes(HELLO) + publish(KEY),
    "a command that is none": client.GREETING
    + bytes(HELLO)
    + chunks.write(chunks.COMMAND, b"\x63\x63"),
    "a large message before the key": client.GREETING
    + bytes(HELLO)
    + chunks.write(chunks.VIDEO, bytes(STRANGERS_LIMIT + 1)),
}


@pytest.mark.parametrize("wire", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_publisher_is_refused(wire):
    with pytest.raises(BadSession):
        list(Session().feed(wire))


def test_a_picture_beyond_the_limit_is_refused_and_one_within_is_not():
    whole = client.AVC_KEY + bytes(LIMIT - len(client.AVC_KEY))
    session = publishing()
    assert [len(each.body) for each in session.feed(client.picture(whole))] == [LIMIT]

    with pytest.raises(BadSession, match="too large"):
        list(session.feed(client.picture(whole + b"x")))


def test_who_does_not_stop_asking_is_refused():
    wire = client.GREETING + bytes(HELLO) + connect()

    with pytest.raises(BadSession, match="too many"):
        list(Session().feed(wire + command("createStream", 4, None) * COMMANDS))


def test_what_was_never_heard_of_is_answered_with_a_no():
    session = Session()
    wire = client.GREETING + bytes(HELLO) + connect() + command("play", 7, None, "x")
    list(session.feed(wire))

    assert client.Answers().read(session.take())[-1][:2] == ["_error", 7.0]


@pytest.mark.parametrize("name", [None, 5, True, {"a": 1}])
def test_a_key_that_is_no_text_is_not_asked_for(name):
    session = Session()

    assert list(session.feed(client.opening(KEY).replace(publish(KEY), publish(name)))) == []


TALK = (
    client.opening(KEY)
    + client.picture(client.AVC_HEADER)
    + client.sound(client.AAC_HEADER)
    + client.picture(client.AVC_KEY, 40)
    + client.sound(client.AAC_FRAME, 41)
    + command("deleteStream", 8, None, 1)
)


def survive(wire: bytes, random: Random) -> Session:
    """Feed it in random pieces, accepting every key: it ends in BadSession or not at all."""
    session, at = Session(), 0
    with contextlib.suppress(BadSession):
        while at < len(wire):
            step = random.choice((1, 13, 128, 1536, 5000))
            for event in session.feed(wire[at : at + step]):
                if isinstance(event, Asked):
                    session.accept()
            at += step
    return session


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_a_talk_with_flipped_bits_dropped_and_doubled_bytes_is_survived(seed):
    random, wire = Random(seed), bytearray(TALK)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(1 + 2 * HELLO, len(wire))
        match random.randrange(3):
            case 0:
                wire[at] ^= 1 << random.randrange(8)
            case 1:
                del wire[at : at + random.randint(1, 200)]
            case 2:
                wire[at:at] = wire[at : at + random.randint(1, 200)]

    session = survive(bytes(wire), random)

    assert len(session.take()) < 64 * 1024


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=3000), st.integers(0, 2**32))
def test_random_bytes_behind_the_handshake_are_survived(data, seed):
    survive(client.GREETING + bytes(HELLO) + connect() + data, Random(seed))


def test_a_stranger_who_sends_and_sends_is_not_listened_to():
    session = Session()
    list(session.feed(bytes((3,)) + bytes(2 * HELLO)))
    empty = chunks.write(chunks.AUDIO, b" ")[:4] + bytes(3) + bytes((chunks.AUDIO,)) + bytes(4)
    list(session.feed(empty))

    for _ in range(14):
        list(session.feed(b"\xc3" * 4096))

    with pytest.raises(BadSession, match="no key"):
        list(session.feed(b"\xc3" * 8192))
