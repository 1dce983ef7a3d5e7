"""deploy/nginx.conf as text: where each address goes, and what is kept of it.

nginx itself reads the file in tests/journeys/test_behind_nginx.py.
"""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders

DEPLOY = Path(__file__).parents[2] / "deploy"
WORDS = re.compile(r"#[^\n]*|\"[^\"]*\"|[{};]|[^\s{};]+")


def parsed(words) -> list[tuple[list[str], list]]:
    """[(words of a directive, what is in its block)]."""
    found, line = [], []
    for word in words:
        if word.startswith("#"):
            continue
        if word == "}":
            break
        if word == "{":
            found.append((line, parsed(words)))
            line = []
        elif word == ";":
            found.append((line, []))
            line = []
        else:
            line.append(word.strip('"'))
    assert not line, f"not ended: {line}"
    return found


CONF = parsed(iter(WORDS.findall((DEPLOY / "nginx.conf").read_text())))
UPSTREAMS = {
    line[1]: dict(each[:2] for each, _ in block)["server"]
    for line, block in CONF
    if line[0] == "upstream"
}
SITE = [block for line, block in CONF if line == ["server"]][-1]
LOCATIONS = {line[1]: block for line, block in SITE if line[0] == "location"}


def location(path: str) -> dict[str, list[str]]:
    """The directives that answer a path: the longest prefix, as all of ours are prefixes."""
    longest = max((prefix for prefix in LOCATIONS if path.startswith(prefix)), key=len)
    return {line[0]: line[1:] for line, _ in LOCATIONS[longest]}


@pytest.mark.parametrize(
    ("path", "upstream"),
    [
        ("/", "livecommerce"),
        ("/live/a-show/", "livecommerce"),
        ("/ws/live/a-show/", "livecommerce_rooms"),
        ("/ws/studio/a-show/", "livecommerce_picture"),
        ("/ws/other/", "livecommerce"),
        ("/hls/a-show/master.m3u8", "livecommerce_picture"),
        ("/hls/a-show/live.m3u8", "livecommerce_picture"),
        ("/hls/a-show/6f9619ff-8b86-4d01-b42d-00c04fc964ff/12.3.m4s", "livecommerce_picture"),
        ("/media/takes/6f9619ff/source/000001.m4s", "livecommerce_picture"),
        ("/media/pictures/1.webp", "livecommerce"),
    ],
)
def test_each_address_goes_to_the_process_that_has_it(path, upstream):
    assert location(path)["proxy_pass"] == [f"http://{upstream}"]


@pytest.mark.parametrize(
    ("path", "is_kept"),
    [
        ("/media/takes/6f9619ff/source/000001.m4s", True),
        ("/media/pictures/1.webp", True),
        ("/hls/a-show/live.m3u8", False),
        ("/hls/a-show/6f9619ff/12.3.m4s", False),
        ("/live/a-show/", False),
        ("/api/v1/orders/", False),
        ("/ws/live/a-show/", False),
    ],
)
def test_what_never_changes_is_kept_and_nothing_else(path, is_kept):
    directives = location(path)

    assert ("proxy_cache" in directives) is is_kept
    assert ("X-Cache" in directives.get("add_header", [])) is is_kept
    assert not is_kept or directives["proxy_cache_valid"][0] == "200"


def test_what_is_asked_within_the_machine_is_not_there_for_others():
    assert location("/ingest/rtmp/publish") == {"return": ["404"]}


def test_a_static_file_has_a_type_whatever_list_the_nginx_around_has():
    listed = next(block for line, block in LOCATIONS["/static/"] if line == ["types"])
    types = {suffix: line[0] for line, _ in listed for suffix in line[1:]}

    files = {Path(path).suffix for finder in get_finders() for path, _ in finder.list([])}
    assert files - {""} <= {f".{suffix}" for suffix in types}
    # Browsers take a module for a script by its type alone, and a style sheet with nosniff.
    assert (types["js"], types["mjs"]) == ("text/javascript", "text/javascript")
    assert types["css"] == "text/css"


def test_nobody_waits_for_the_lock_of_a_live_picture():
    for path in ("/hls/a-show/live.m3u8", "/media/takes/6f9619ff/source/000001.m4s"):
        assert "proxy_cache_lock" not in location(path)


def test_a_part_never_takes_the_way_over_a_disk():
    assert location("/hls/a-show/6f9619ff/12.3.m4s")["proxy_max_temp_file_size"] == ["0"]


def test_a_location_that_sets_one_header_sets_them_all():
    needed = {"Host", "X-Forwarded-Proto", "X-Forwarded-For"}
    assert needed <= {line[1] for line, _ in SITE if line[0] == "proxy_set_header"}

    for block in LOCATIONS.values():
        said = {line[1] for line, _ in block if line[0] == "proxy_set_header"}
        assert not said or needed | {"Upgrade", "Connection"} == said


def test_a_blocking_request_may_wait_longer_than_the_origin_lets_it():
    assert location("/hls/a-show/live.m3u8")["proxy_read_timeout"] == ["60s"]
    assert location("/hls/a-show/live.m3u8")["proxy_next_upstream"] == ["off"]


def test_the_ports_are_those_of_the_procfile():
    procfile = (DEPLOY / "Procfile").read_text()
    defaults = dict(re.findall(r"\$\{(\w*PORT):-(\d+)\}", procfile))

    assert {
        "livecommerce": f"127.0.0.1:{defaults['PORT']}",
        "livecommerce_rooms": f"127.0.0.1:{defaults['LIVE_PORT']}",
        "livecommerce_picture": f"127.0.0.1:{defaults['PICTURE_PORT']}",
    } == UPSTREAMS


def test_nothing_is_written_that_the_nginx_of_debian_stable_does_not_know():
    assert "http2" not in {line[0] for line, _ in SITE}  # a directive since 1.25.1 only
    assert ["listen", "443", "ssl", "http2"] in [line for line, _ in SITE]
