"""The product as deploy/ sets it up on one machine, asked through the nginx that ends its TLS.

Where there is no nginx nothing of this is tested, and the report says so in a warning.
"""

import re
import ssl
import time
import urllib.error
import urllib.request
import warnings

import pytest

from tests import house as houses
from tests import lanes, nginx
from tests.journeys import merchant, moderator
from tests.journeys import test_a_show_that_sells as the_show
from tests.journeys.conftest import ARTEFACTS
from tests.journeys.stage import on_air

SLUG, TITLE = "five-minute-face", "The five-minute face"
LIVE = f"/hls/{SLUG}/live.m3u8"
AN_HOUR, FOR_EVER = (f"public, max-age={seconds}, immutable" for seconds in (3600, 31536000))
PART = re.compile(r'#EXT-X-PART:[^\n]*URI="([^"]+)"')
SEGMENT = re.compile(r"^/media/takes/[^\n]+\.m4s$", re.MULTILINE)
_opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}),
    urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),
)


@pytest.fixture(scope="module")
def house():
    with houses.fronted(ARTEFACTS / "fronted") as running:
        yield running


class Asked:
    """What one address answers, to whom it does not matter."""

    def __init__(self, address: str):
        began = time.monotonic()
        try:
            answer = _opener.open(address, timeout=15)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.text = answer.read().decode(errors="replace")
        self.took = time.monotonic() - began
        self.status, self.headers = answer.status, answer.headers
        self.kept = answer.headers["X-Cache"], answer.headers["Cache-Control"]


if not nginx.program():

    def test_there_is_no_nginx_here_and_its_configuration_was_not_tested():
        warnings.warn("nginx is missing: deploy/nginx.conf is UNTESTED.", stacklevel=1)

else:

    def test_a_show_that_sells_behind_nginx(house, visitors):
        the_show.test_a_show_that_sells(house, visitors)

    def test_what_never_changes_is_kept_and_nothing_else(house, visitors, film):
        rosa = visitors.desk(house.url, "rosa")
        merchant.sign_in(rosa, "rosa")
        moderator.opens_control_room(rosa, TITLE)
        moderator.goes_live(rosa)
        with on_air(house, SLUG, film, host="rosa"):
            lanes.wait_for(lambda: len(SEGMENT.findall(live(house))) > 1, what="the picture")
            answers_come_as_promised(house)
            a_reload_waits_for_what_it_asks(house)
            moderator.ends(rosa)
        assert visitors.complaints == []


def live(house) -> str:
    return Asked(house.url + LIVE).text


def answers_come_as_promised(house) -> None:
    text = live(house)
    part, segment = house.url + PART.findall(text)[-1], house.url + SEGMENT.findall(text)[0]
    guessed = re.sub(r"\d{6}\.m4s", "999999.m4s", segment), re.sub(r"\d+\.m4s", "77.m4s", part)

    assert [Asked(house.url + LIVE).kept for _ in "12"] == [(None, "no-cache")] * 2
    assert [Asked(part).kept for _ in "12"] == [(None, AN_HOUR)] * 2
    assert {Asked(segment).kept for _ in "12"} <= {("MISS", FOR_EVER), ("HIT", FOR_EVER)}
    assert Asked(segment).kept == ("HIT", FOR_EVER)
    assert [Asked(each).status for each in guessed * 2] == [404] * 4
    assert Asked(f"{house.url}/media/takes/..%2f..%2fsecret-key").status in (400, 404)
    assert Asked(f"{house.url}/ingest/rtmp/publish").status == 404


def a_reload_waits_for_what_it_asks(house) -> None:
    """It is answered when its part is there, not sooner and not out of a cache."""
    text = live(house)
    first = int(re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)[1])
    next_but_one = first + len(SEGMENT.findall(text)) + 1
    answer = Asked(f"{house.url}{LIVE}?_HLS_msn={next_but_one}&_HLS_part=0")
    assert (answer.status, answer.kept[0]) == (200, None)
    assert answer.took > 0.05
    assert f"MEDIA-SEQUENCE:{next_but_one - len(SEGMENT.findall(answer.text))}\n" in answer.text
