"""One evening: the demo's shop on a laptop of its own, its show, OBS, and people who come by."""

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from django.conf import settings

from livecommerce.demo.seed import FILM
from tests import house as houses
from tests import lanes
from tests.chaos import lines
from tests.chaos.studio import Stage
from tests.chaos.webs import Backstage, Web, running
from tests.factories import DELIVERY
from tests.house import House
from tests.streams.video.ingest.obs import command

LONGEST = 600  # seconds of picture that OBS would send


class Evening(Stage):
    """The real product in one process, as it is set up; beside it the till."""

    slug, shop = "kiln-opening", "claymoor"

    def __init__(self, house: House):
        Web.__init__(self, house, "evening")
        self.port = int(house.environment["PORT"])
        self.host, self.command = f"127.0.0.1:{self.port}", houses.serve(house)
        self.backstage = Backstage(house)

    start = Web.start

    def obs(self, server: str, key: str) -> subprocess.Popen:
        """ffmpeg as OBS begins to send."""
        return self.house.start("obs", command(FILM, f"{server}/{key}", seconds=LONGEST))

    def hears(self, text: str) -> None:
        """Somebody else in the room says this."""
        with lines.joined(self, self.slug) as line:
            said = {"type": "chat.say", "text": text, "name": "Zoe", "nonce": "n1"}
            line.sendall(lines.framed(json.dumps(said).encode()))
            assert lines.answer(line)["type"] == "chat.said"

    def sells(self) -> str:
        """One of the first item to a visitor who has never been here; answers the order's path."""
        api, shopper = f"{self.house.url}/api/v1", requests.Session()
        shopper.trust_env = False  # whatever proxy the environment names

        def ask(method: str, address: str, **what) -> dict:
            token = shopper.cookies.get("csrftoken", "")
            headers = {"X-CSRFToken": token, "Referer": self.house.url}
            answer = shopper.request(method, address, headers=headers, timeout=10, **what)
            assert answer.ok, f"{address}: {answer.status_code} {answer.text}"
            return answer.json()

        item = ask("GET", f"{api}/shows/{self.slug}/")["items"][0]
        ask("GET", f"{api}/bags/{self.shop}/")
        line = f"{api}/bags/{self.shop}/lines/{item['variants'][0]['id']}/?country=DE"
        bag = ask("PUT", line, json={"quantity": 1, "item": item["item"]})
        wanted = DELIVERY | {"shop": self.shop, "key": uuid.uuid4().hex, "seen": bag["total"]}
        order = f"{api}/orders/{ask('POST', f'{api}/orders/', json=wanted)['token']}/"
        secret = ask("POST", f"{order}payment/")["payment"]["client_secret"]
        paid = shopper.post(
            f"{self.house.till}/v1/payment_intents/{secret.partition('_secret')[0]}/confirm",
            data={"client_secret": secret, "payment_method": "pm_card_visa", "return_url": order},
            headers={"Authorization": "Bearer pk_test_till"},
            timeout=10,
        )
        assert paid.ok, paid.text
        lanes.wait_for(lambda: ask("GET", order)["status"] == "paid", what=order, seconds=10)
        return order


@contextmanager
def opened(folder: Path, artefacts: Path) -> Iterator[Evening]:
    secrets = {"SECRET_KEY": settings.SECRET_KEY, "STATICFILES_HASHED": "false"}
    ports = {"RTMP_PORT": str(lanes.free_port())}
    house = House("laptop", folder, artefacts, **secrets, **ports)
    house.prepare()
    evening = Evening(house)
    try:
        with house.process("till", houses.till(house)), running(evening):
            house.wait()
            yield evening
    finally:
        evening.backstage.close()
