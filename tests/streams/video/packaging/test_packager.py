from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.video import ffmpeg
from streams.video.errors import BadBox, EmptyMedia, MediaError, NoKeyFrames
from streams.video.packaging.boxes import Boxes
from streams.video.packaging.packager import MAX_BYTES, MAX_SECONDS, Init, Packager, Segment
from tests.streams.video.packaging.test_fmp4 import AUDIO, DELTA, KEY, VIDEO, box, full, moof


def package(data, piece=1777, **options):
    """Everything the packager says of these bytes, fed in pieces."""
    one = Packager(**options)
    said = []
    for at in range(0, len(data), piece):
        said += one.feed(data[at : at + piece])
    return [*said, *one.close()]


def fragment(start, *, key=True, ticks=250, sound_at=None, size=10):
    """A moof and its mdat; times in milliseconds, `sound_at` for the sound."""
    trafs = []
    if start is not None:
        header = full("tfhd", 0x28, VIDEO, ticks, KEY if key else DELTA)
        trafs.append([header, full("tfdt", 0, start), full("trun", 0, 1)])
    if sound_at is not None:
        header = full("tfhd", 0x08, AUDIO, ticks)
        trafs.append([header, full("tfdt", 0, sound_at), full("trun", 0, 1)])
    return moof(*trafs).data + box("mdat", bytes(size)).data


def head(*kinds):
    """ftyp and moov of tracks with 1,000 ticks a second."""
    tracks = []
    for kind in kinds:
        number = VIDEO if kind == "vide" else AUDIO
        entry = box("vp08" if kind == "vide" else "Opus", bytes(78)).data
        stsd = box("stsd", bytes(4), (1).to_bytes(4), entry)
        media = box(
            "mdia",
            full("mdhd", 0, 0, 0, 1000, 0, 0),
            box("hdlr", bytes(8), kind.encode(), bytes(13)).data,
            box("minf", box("stbl", stsd.data).data).data,
        )
        tracks.append(box("trak", full("tkhd", 0, 0, 0, number), media.data).data)
    return box("ftyp", b"iso5").data + box("moov", *tracks, box("mvex").data).data


def times(said):
    return [(part.start, part.duration) for part in said if isinstance(part, Segment)]


def test_the_film_becomes_a_segment_each_second(remuxed):
    init, *segments = package(remuxed)

    assert isinstance(init, Init)
    assert (init.codecs, init.width, init.height) == ("avc1.4d401f,mp4a.40.2", 720, 1280)
    assert [segment.number for segment in segments] == list(range(48))
    assert all(segment.independent for segment in segments)
    assert segments[0].start == 0
    assert {round(segment.duration, 3) for segment in segments} <= {1.0, 1.021}
    assert sum(segment.duration for segment in segments) == pytest.approx(48, abs=0.05)
    for before, after in zip(segments, segments[1:], strict=False):
        assert after.start == pytest.approx(before.start + before.duration)


def test_no_byte_of_the_film_is_lost(remuxed):
    assert b"".join(part.data for part in package(remuxed)) == remuxed


def test_every_segment_plays_by_itself(run, remuxed):
    init, *segments = package(remuxed)
    check = ["-v", "error", "-xerror", "-f", "mp4", "-i", "pipe:0", "-f", "null", "-"]

    run([ffmpeg.executable(), *check], init.data + b"".join(s.data for s in segments))
    run([ffmpeg.executable(), *check], init.data + segments[31].data)


def test_pieces_of_any_size_give_the_same_segments(remuxed):
    some = remuxed[:600_000]

    assert package(some, piece=len(some)) == package(some, piece=997)


def test_a_longer_target_gives_longer_segments(remuxed):
    _, *segments = package(remuxed, piece=65536, target=4.0)

    assert len(segments) == 12
    assert {round(segment.duration) for segment in segments} == {4}


def test_a_segment_leaves_as_soon_as_the_next_one_begins():
    one = Packager()
    list(one.feed(head("vide") + b"".join(fragment(at, key=not at) for at in range(0, 1000, 250))))

    (segment,) = one.feed(fragment(1000))

    assert (segment.number, segment.start, segment.duration) == (0, 0, 1)


def test_a_cut_waits_for_a_key_frame():
    film = head("vide") + b"".join(fragment(at, key=at in (0, 2000)) for at in range(0, 3000, 250))

    assert times(package(film)) == [(0, 2), (2, 1)]


def test_key_frames_that_come_a_little_early_still_cut():
    film = head("vide") + b"".join(fragment(at, ticks=950) for at in range(0, 3800, 950))

    assert times(package(film)) == [(0, 0.95), (0.95, 0.95), (1.9, 0.95), (2.85, 0.95)]


def test_a_fragment_of_sound_stays_with_the_picture_before_it():
    film = (
        head("vide", "soun")
        + fragment(0, ticks=1000, sound_at=0)
        + fragment(None, sound_at=1000)
        + fragment(1000, sound_at=1250)
    )

    init, first, second = package(film)

    assert init.codecs == "vp08,Opus"
    assert (first.start, first.duration) == (0, 1)
    assert (second.start, second.duration) == (1, 0.25)


def test_sound_alone_is_cut_by_the_clock():
    show = head("soun") + b"".join(fragment(None, sound_at=at) for at in range(0, 2500, 250))

    init, *segments = package(show)

    assert (init.width, init.height) == (0, 0)
    assert {segment.duration for segment in segments[:-1]} == {0.75}
    assert sum(segment.duration for segment in segments) == 2.5


def test_times_count_from_the_first_sample():
    film = head("vide") + fragment(90_000, ticks=1000) + fragment(91_000, ticks=1000)

    assert times(package(film)) == [(0, 1), (1, 1)]


def test_pictures_before_the_first_key_frame_are_left_out():
    film = head("vide") + fragment(0, key=False, ticks=500) + fragment(500, ticks=500)

    assert times(package(film)) == [(0.5, 0.5)]


def test_a_take_that_is_cut_off_keeps_what_was_whole(remuxed):
    whole = package(remuxed)
    cut = package(remuxed[: len(remuxed) // 2])

    assert 20 < len(cut) < 30
    assert cut[:-1] == whole[: len(cut) - 1]
    assert whole[len(cut) - 1].data.startswith(cut[-1].data)
    assert cut[-1].duration <= whole[len(cut) - 1].duration


def test_a_take_without_key_frames_ends_after_twenty_seconds():
    one = Packager()
    list(one.feed(head("vide") + fragment(0, ticks=1000)))
    said = []

    def go_on():
        for at in range(1000, 60_000, 1000):
            said.extend(one.feed(fragment(at, key=False, ticks=1000)))

    with pytest.raises(NoKeyFrames, match="20 seconds"):
        go_on()
    assert said == []
    assert times(one.close()) == [(0, 20)]


def test_a_take_that_never_has_a_key_frame_ends_too():
    film = b"".join(fragment(at, key=False, ticks=1000) for at in range(0, 30_000, 1000))

    with pytest.raises(NoKeyFrames):
        package(head("vide") + film)


@pytest.mark.parametrize(
    "late",
    [fragment(250, key=False, ticks=60_000), fragment(60_000)],
    ids=["the last frame lasts", "nothing lasts"],
)
def test_a_gap_of_a_minute_does_not_become_a_segment_of_a_minute(late):
    one = Packager()
    list(one.feed(head("vide") + fragment(0)))

    with pytest.raises(NoKeyFrames):
        list(one.feed(late))

    assert times(one.close()) == [(0, 0.25)]


def test_memory_is_bounded_when_no_key_frame_comes():
    one = Packager()
    peak = []

    def go_on():
        list(one.feed(head("vide")))
        for at in range(100):
            list(one.feed(fragment(at, key=not at, ticks=1, size=1_000_000)))
            peak.append(one.buffered)

    with pytest.raises(NoKeyFrames, match="bytes"):
        go_on()
    assert 10_000_000 < max(peak) <= MAX_BYTES


@pytest.mark.parametrize(
    ("media", "error"),
    [
        (b"", EmptyMedia),
        (b"\0\0\0", EmptyMedia),
        (head("vide"), EmptyMedia),
        (head("vide") + fragment(0)[:-1], EmptyMedia),
        (head("vide") + fragment(0, key=False), EmptyMedia),
        (b"<html><body>not found</body></html>", BadBox),
        (box("wide", b"").data, BadBox),
        (head("vide") + head("vide"), BadBox),
        (fragment(0), BadBox),
        (head("vide") + box("mdat", b"x").data, BadBox),
        (head("vide") + fragment(0)[:-18] * 2, BadBox),
        (head("vide") + fragment(500) + fragment(250), BadBox),
    ],
    ids=[
        *("nothing", "three bytes", "no pictures", "cut off", "no key frame", "html", "no ftyp"),
        *("two heads", "no head", "stray mdat", "moof after moof", "time runs backwards"),
    ],
)
def test_what_is_no_media_is_refused(media, error):
    with pytest.raises(error) as refused:
        package(media)

    assert refused.value.code
    assert str(refused.value).endswith(".")


def test_a_whole_film_that_is_not_fragmented_is_refused(film):
    with pytest.raises(BadBox):
        package(film.read_bytes())


@given(st.lists(st.binary(max_size=300)), st.booleans())
def test_random_bytes_raise_nothing_else_and_fill_no_memory(pieces, begun):
    one = Packager()
    said = list(one.feed(head("vide", "soun"))) if begun else []
    with suppress(MediaError):
        for piece in pieces:
            said += one.feed(piece)
            assert one.buffered <= sum(map(len, pieces))
        said += one.close()

    assert len(said) <= 1


@given(st.data())
def test_a_damaged_film_gives_lawful_segments_or_an_error(remuxed, data):
    damaged = bytearray(remuxed[:150_000])
    for moof_at in [at for at in _headers(remuxed[:150_000]) if data.draw(st.booleans())]:
        damaged[moof_at + data.draw(st.integers(0, 120))] = data.draw(st.integers(0, 255))
    one, said = Packager(), []

    with suppress(MediaError):
        for at in range(0, len(damaged), 30_000):
            said += one.feed(bytes(damaged[at : at + 30_000]))
    with suppress(EmptyMedia):
        said += one.close()

    assert all(start >= 0 and 0 <= lasts <= MAX_SECONDS for start, lasts in times(said))
    assert times(said) == sorted(times(said))


def _headers(data):
    at = 0
    for found in Boxes().feed(data):
        if found.type == "moof":
            yield at
        at += len(found.data)
