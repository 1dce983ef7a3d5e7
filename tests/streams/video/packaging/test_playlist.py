from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.video.packaging import playlist
from streams.video.packaging.playlist import Entry, Variant
from tests.streams.video.hls_rules import broken_between, broken_rules, read

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entries(*takes, duration=1.0):
    """Segments one after another; `takes` says which take each is of."""
    return [
        Entry(f"{number}.m4s", duration, NOON + timedelta(seconds=number), take, f"{take}.mp4")
        for number, take in enumerate(takes)
    ]


def media(segments, **changes):
    usual = {"target": 1, "first_sequence": 0, "first_discontinuity": 0, "ended": False}
    return playlist.media(segments, **{**usual, "kind": "live", **changes})


def test_a_live_playlist_is_this_text():
    text = media(entries("a", "b"), first_sequence=7, first_discontinuity=2)

    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:1\n"
        "#EXT-X-MEDIA-SEQUENCE:7\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:2\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="a.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:00.000Z\n"
        "#EXTINF:1.00000,\n"
        "0.m4s\n"
        "#EXT-X-DISCONTINUITY\n"
        '#EXT-X-MAP:URI="b.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:01.000Z\n"
        "#EXTINF:1.00000,\n"
        "1.m4s\n"
    )
    assert broken_rules(text) == []


def test_a_show_that_has_not_begun_has_a_lawful_playlist():
    assert broken_rules(media([])) == []


def test_a_replay_says_that_it_has_ended():
    text = media(entries(1, 1, 2), ended=True, kind="vod")

    assert "#EXT-X-PLAYLIST-TYPE:VOD\n" in text
    assert text.endswith("2.m4s\n#EXT-X-ENDLIST\n")
    assert broken_rules(text) == []


def test_a_replay_that_goes_on_is_refused():
    with pytest.raises(ValueError, match="ended"):
        media(entries(1), kind="vod")


def test_an_event_that_forgets_is_refused():
    with pytest.raises(ValueError, match="every segment"):
        media(entries(1), kind="event", first_sequence=1)


@pytest.mark.parametrize(
    ("duration", "target"), [(0.2, 1), (1.0, 1), (1.49, 1), (1.5, 2), (2.4, 2), (9.6, 10)]
)
def test_the_target_is_the_longest_duration_rounded(duration, target):
    text = media(entries(1, 1, duration=duration))

    assert read(text)["header"]["EXT-X-TARGETDURATION"] == str(target)
    assert broken_rules(text) == []


def test_a_target_of_nothing_is_one_second():
    assert "#EXT-X-TARGETDURATION:1\n" in media([], target=0)


def test_dates_are_told_in_utc_with_milliseconds():
    berlin = datetime(2026, 3, 1, 13, 0, 0, 123999, tzinfo=timezone(timedelta(hours=1)))

    text = media([Entry("0.m4s", 1.0, berlin, 1, "init.mp4")])

    assert "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:00.123Z\n" in text


def test_a_date_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        media([Entry("0.m4s", 1.0, datetime(2026, 3, 1), 1, "init.mp4")])


@pytest.mark.parametrize("uri", ["", "a\nb", "#EXT-X-ENDLIST", "a\x00", "a\u2028b"])
def test_an_address_cannot_write_tags(uri):
    with pytest.raises(ValueError, match="address"):
        media([Entry(uri, 1.0, NOON, 1, "init.mp4")])


def test_an_init_address_cannot_end_its_quotes():
    with pytest.raises(ValueError, match="quote"):
        media([Entry("0.m4s", 1.0, NOON, 1, 'init.mp4",BYTERANGE="1')])


@given(
    takes=st.lists(st.integers(1, 4), max_size=8).map(sorted),
    more=st.integers(0, 3),
    window=st.integers(3, 5),
)
def test_a_window_that_slides_keeps_every_number(takes, more, window):
    every = entries(*takes, *[9] * more)

    def shown(count):
        first = max(0, count - window)
        changes = sum(every[n].take != every[n - 1].take for n in range(1, first + 1) if n < count)
        return media(
            every[first:count],
            first_sequence=first,
            first_discontinuity=changes,
        )

    texts = [shown(count) for count in range(len(every) + 1)]

    for before, after in zip(texts, texts[1:], strict=False):
        assert broken_rules(after) == []
        assert broken_between(before, after) == []


def test_the_master_playlist_is_this_text():
    text = playlist.master(
        [
            Variant("top.m3u8", 2500000, 720, 1280, "avc1.4d401f,mp4a.40.2", 30),
            Variant("sound.m3u8", 128000, 0, 0, "mp4a.40.2"),
        ]
    )

    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=2500000,CODECS="avc1.4d401f,mp4a.40.2"'
        ",RESOLUTION=720x1280,FRAME-RATE=30.000\n"
        "top.m3u8\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2"\n'
        "sound.m3u8\n"
    )
    assert broken_rules(text) == []


@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    [
        ("#EXTM3U\n", "", "§4.4.1.1"),
        ("TARGETDURATION:1", "TARGETDURATION:0", "longer than the target"),
        ("VERSION:7", "VERSION:5", "version 6"),
        ("#EXTINF:1.00000,\n1.m4s", "1.m4s", "needs an EXTINF"),
        ('#EXT-X-MAP:URI="b.mp4"\n', "", "their own init"),
        ('#EXT-X-MAP:URI="a.mp4"\n', "", "needs an EXT-X-MAP"),
        ("00.000Z", "00Z", "milliseconds"),
        ("12:00:00.000Z", "12:00:09.000Z", "before the last"),
        ("MEDIA-SEQUENCE:0\n", "MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n", "has ended"),
        ("1.m4s\n", "1.m4s", "every line ends"),
    ],
)
def test_the_rules_see_a_broken_playlist(good, bad, rule):
    text = media(entries("a", "b"))

    assert good in text
    assert rule in " ".join(broken_rules(text.replace(good, bad)))
