import pytest
from django.core.files.storage import default_storage

from livecommerce.states import StaleState
from streams.models import Captions
from streams.video.replay import captions, webvtt
from tests.factories import make_show

CUE = "00:01.000 --> 00:02.500"


def rewritten(text: str) -> str:
    return webvtt.written(webvtt.read(text.encode())).decode()


def test_nothing_but_words_and_times_gets_through():
    foreign = (
        "\ufeffWEBVTT - made by some program\r\nX-TIMESTAMP-MAP=LOCAL:0\r\n\r\n"
        "STYLE\r\n::cue { background: url(http://example.com/spy) }\r\n\r\n"
        "NOTE secret\r\n\r\nREGION\r\nid:x\r\n\r\n"
        "1\r\n00:00:01.000 --> 00:00:02.500 line:85% evil:yes align:start\r\n"
        '<v Ann><b>Hello</b> <c.red>you</c> <script src="x">&amp; <i>all</i>\r\n2 < 3\r\n'
    )

    assert rewritten(foreign) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500 line:85% align:start\n"
        "<b>Hello</b> you &amp; <i>all</i>\n2 \n"
    )


def test_no_block_begins_inside_of_a_caption():
    inside = f"WEBVTT\n\n{CUE}\na&#10;&NewLine;STYLE&#13;::cue {{}}\n"

    assert rewritten(inside) == f"WEBVTT\n\n00:{CUE.replace('> ', '> 00:')}\na  STYLE ::cue {{}}\n"


def test_what_was_written_reads_the_same():
    once = rewritten(f"WEBVTT\n\n{CUE}\n1 &lt; 2 &amp; ünïcode 👋\n")

    assert rewritten(once) == once
    assert "1 &lt; 2 &amp; ünïcode 👋" in once


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe\x00W", "UTF-8"),
        (b"", "first line"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nSubRip\n", "first line"),
        (b"WEBVTTX\n\n", "first line"),
        (b"WEBVTT\n\nNOTE nothing\n", "no captions"),
        (b"WEBVTT\n\n00:01.000 --> 00:01.000\nx\n", "ends before"),
        (b"WEBVTT\n\n00:61.000 --> 00:62.000\nx\n", "not a time"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"x" * 1001, "1000 characters"),
        (b"WEBVTT\n" + b"\n00:01.000 --> 00:02.000\nx\n" * 20_001, "20000"),
    ],
)
def test_what_is_no_captions_is_refused_in_words(data, why):
    with pytest.raises(webvtt.BadWebVTT, match=why):
        webvtt.read(data)


def test_cues_move_with_the_beginning():
    cues = webvtt.read(b"WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n00:03.000 --> 00:05.000\nb\n")

    moved = webvtt.moved(cues, -4)

    assert [(cue.begins, cue.ends, cue.text) for cue in moved] == [(0, 1, "b")]


@pytest.mark.django_db
def test_captions_are_served_as_text_by_language(show, client):
    captions.keep(show, "en", f"WEBVTT\n\n{CUE}\nHello\n".encode())
    first = Captions.objects.get().path
    captions.keep(show, "de-AT", f"WEBVTT\n\n{CUE}\nServus\n".encode())
    captions.keep(show, "en", f"WEBVTT\n\n{CUE}\nHello again\n".encode())

    assert set(Captions.objects.values_list("language", flat=True)) == {"en", "de-AT"}
    path = Captions.objects.get(language="en").path
    answer = client.get(f"/media/{path}")
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert b"Hello again" in b"".join(answer.streaming_content)
    assert path != first


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "english", "../x", "EN", "en_US", "en-", "<b>"])
def test_a_language_that_is_none_is_refused_at_its_field(show, language):
    with pytest.raises(captions.BadCaptions) as refusal:
        captions.keep(show, language, f"WEBVTT\n\n{CUE}\nHello\n".encode())

    assert refusal.value.field == "language"
    assert Captions.objects.count() == 0


@pytest.mark.django_db
def test_too_large_or_too_early_is_refused(show):
    with pytest.raises(captions.BadCaptions):
        captions.keep(show, "en", b"WEBVTT\n\n" + b"x" * captions.MAX_BYTES)
    with pytest.raises(StaleState):
        captions.keep(make_show(), "en", f"WEBVTT\n\n{CUE}\nHello\n".encode())

    assert Captions.objects.count() == 0


@pytest.mark.django_db
def test_removed_captions_leave_no_file(show):
    row = captions.keep(show, "en", f"WEBVTT\n\n{CUE}\nHello\n".encode())

    captions.remove(row)

    assert Captions.objects.count() == 0
    assert not default_storage.exists(row.path)


@pytest.mark.django_db
def test_what_was_said_outside_of_the_replay_is_nobodys_to_read(show, client):
    row = captions.keep(show, "en", f"WEBVTT\n\n{CUE}\nHello\n".encode())
    folder = row.path.rpartition("/")[0]

    assert default_storage.listdir(folder)[1] == ["en.vtt"]
    assert default_storage.exists(captions._whole(row.path))
    assert client.get(f"/media/{captions._whole(row.path)}").status_code == 404
    assert client.get(f"/media/{folder}/whole.vtt").status_code == 404


@pytest.mark.django_db
def test_removed_captions_leave_no_whole_either(show):
    row = captions.keep(show, "en", f"WEBVTT\n\n{CUE}\nHello\n".encode())

    captions.remove(row)

    assert not default_storage.exists(captions._whole(row.path))


@pytest.mark.django_db
def test_captions_of_another_age_are_refused(show):
    with pytest.raises(captions.BadCaptions) as refusal:
        captions.keep(show, "en", b"WEBVTT\n\n999:59:58.000 --> 999:59:59.999\nlate\n")

    assert refusal.value.field == "file"
    assert Captions.objects.count() == 0
