"""With keys set: the till is off, and the same page pays through Stripe's own script.

Stripe cannot be reached from a test. Its script is replaced in the browser by a few lines that
speak as it does, and its API, in front of the browser and behind the product, by the till.
"""

import shutil

import pytest
from playwright.sync_api import expect

from tests import house as houses
from tests.journeys import guest
from tests.journeys.conftest import ARTEFACTS

KEYS = {"STRIPE_SECRET_KEY": "sk_test_own", "STRIPE_PUBLISHABLE_KEY": "pk_test_own"}
SCRIPT = """
window.Stripe = (key) => ({
  elements: (asked) => ({
    ...asked,
    create: (kind) => ({ mount: (element) => element.append(`Stripe: ${kind}`), destroy() {} }),
  }),
  confirmPayment: async ({ elements: { clientSecret }, confirmParams }) => {
    const address = `https://api.stripe.com/v1/payment_intents/${clientSecret.split("_secret_")[0]}`
    const answer = await fetch(`${address}/confirm`, {
      method: "POST",
      headers: { Authorization: `Bearer ${key}` },
      body: new URLSearchParams({
        client_secret: clientSecret,
        payment_method: "pm_card_visa",
        return_url: confirmParams.return_url,
      }),
    })
    return { paymentIntent: await answer.json() }
  },
})
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory, shelves):
    folder = tmp_path_factory.mktemp("keys")
    shutil.copytree(shelves, folder, dirs_exist_ok=True)
    with houses.laptop(folder, ARTEFACTS / "keys", **KEYS) as running:
        yield running


def test_the_same_page_pays_through_stripes_script(house, visitors):
    ann = visitors.phone(house.url, "ann")
    asked = []

    def script(route):
        asked.append(route.request.url)
        route.fulfill(body=SCRIPT, content_type="text/javascript")

    def api(route):
        path = route.request.url.removeprefix("https://api.stripe.com")
        route.fulfill(response=route.fetch(url=house.till + path))

    ann.route("https://js.stripe.com/**", script)
    ann.route("https://api.stripe.com/**", api)

    ann.goto("/claymoor/chamber-candle/")
    ann.get_by_role("button", name="Add to bag").click()
    ann.goto("/checkout/claymoor/")
    for label, value in guest.DETAILS.items():
        ann.get_by_label(label, exact=True).fill(value)
    ann.get_by_role("button", name="Go to payment").click()
    expect(ann.get_by_text("Stripe: payment")).to_be_visible()
    visitors.shot(ann, "stripes-form")
    ann.get_by_role("button", name="Pay €").click()

    expect(ann.get_by_role("heading", name="Thank you, Ann Example")).to_be_visible(timeout=15_000)
    assert asked == ["https://js.stripe.com/v3/"]
    assert [row["status"] for row in house.ledger()["payment_intents"]] in (
        ["requires_capture"],
        ["succeeded"],
    )
    assert visitors.complaints == []
