"""Every page, on a phone and on a desk, has nothing that keeps people out (axe-core)."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys import guest, merchant
from tests.journeys.conftest import ARTEFACTS
from tests.journeys.visitors import PHONE, Visitors

GRAVE = ("serious", "critical")
OPEN_PAGES = {
    "home": "/",
    "shop": "/claymoor/",
    "product": "/claymoor/stoneware-mug/",
    "scheduled": "/live/five-minute-face/",
    "live": "/live/kiln-opening/",
    "replay": "/live/first-frost-table/",
    "login": "/admin/login/",
    "sign-in": "/account/sign-in/",
    "sign-up": "/account/sign-up/",
}
STAFF_PAGES = {
    "today": "/admin/",
    "shows": "/admin/streams/show/",
    "show": "/admin/streams/show/1/change/",
    "products": "/admin/shops/product/",
    "product-form": "/admin/shops/product/1/change/",
    "orders": "/admin/orders/order/",
    "control-room": "/admin/streams/show/1/control-room/",
    "studio": "/admin/streams/show/1/studio/",
}


@pytest.fixture(scope="module")
def people(demo, chromium):
    present = Visitors(chromium, ARTEFACTS / "axe")
    yield present
    present.leave()


@pytest.fixture(scope="module")
def ann(demo, people) -> Page:
    return people.desk(demo.url, "ann")


@pytest.fixture(scope="module")
def mara(demo, people) -> Page:
    page = people.desk(demo.url, "mara")
    merchant.sign_in(page)
    return page


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_a_page_of_the_shop_is_open_to_everyone(name, ann, people):
    assert grave_findings(ann, OPEN_PAGES[name], name, people) == []


def test_buying_is_open_to_everyone(ann, people):
    guest.puts_in_bag(ann, "/claymoor/arch-teapot/")

    assert grave_findings(ann, "/bag/claymoor/", "bag", people) == []
    assert grave_findings(ann, "/checkout/claymoor/", "checkout", people) == []

    guest.goes_to_payment(ann, "/checkout/claymoor/")

    assert grave_findings(ann, ann.url, "order-to-pay", people) == []

    guest.pays(ann, guest.GOOD_CARD)
    expect(ann.get_by_role("heading", name=re.compile("approved|Thank you"))).to_be_visible()

    assert grave_findings(ann, ann.url, "receipt", people) == []


def test_a_show_in_a_corner_is_open_to_everyone(ann, people):
    ann.goto(OPEN_PAGES["live"])
    guest.sees_the_picture_move(ann)
    ann.goto(OPEN_PAGES["product"])
    expect(ann.get_by_role("complementary", name="The show goes on")).to_be_visible()
    guest.sees_the_picture_move(ann)

    assert grave_here(ann) == []


def test_an_account_is_open_to_everyone(demo, people):
    nora = people.desk(demo.url, "nora")
    nora.goto("/account/sign-up/")
    nora.get_by_label("Email").fill("nora@example.com")
    nora.get_by_label("Password").fill("short")
    nora.get_by_role("button", name="Make an account").click()
    expect(nora.get_by_text("too short")).to_be_visible()
    assert grave_here(nora) == []
    nora.get_by_label("Password").fill("a kiln at noon")
    nora.get_by_role("button", name="Make an account").click()
    expect(nora.get_by_role("heading", name="Your account")).to_be_visible()

    assert grave_findings(nora, "/account/", "account", people) == []

    nora.get_by_role("button", name="Add a card").click()
    expect(nora.get_by_label("Card number")).to_be_visible()
    assert grave_here(nora) == []
    guest.puts_in_bag(nora, "/claymoor/arch-teapot/")
    guest.goes_to_payment(nora, "/checkout/claymoor/")
    expect(nora.get_by_label("Pay later")).to_be_visible()
    assert grave_here(nora) == []
    nora.get_by_label("Pay later").check()
    nora.get_by_role("button", name=re.compile("^Pay €")).click()
    expect(nora.get_by_role("heading", name="Pay later")).to_be_visible()
    assert grave_here(nora) == []


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_a_page_of_the_back_office_is_open_to_everyone(name, mara, people):
    assert grave_findings(mara, STAFF_PAGES[name], name, people) == []


def grave_findings(page: Page, address: str, name: str, people: Visitors) -> list[str]:
    """What axe calls serious or critical, as "size: rule: element"."""
    phone = page.context.new_page()
    phone.set_viewport_size(PHONE["viewport"])
    for each in (page, phone):
        assert each.goto(address).ok
    phone.wait_for_timeout(500)  # what a page draws by itself
    found = []
    for size, each in (("desk", page), ("phone", phone)):
        people.shot(each, f"{name}-{size}")
        found += [f"{size}: {finding}" for finding in grave_here(each)]
    phone.close()
    return found


AT_REST = """() => document.getAnimations().every(
  (each) => !(each instanceof CSSTransition) || each.playState === "finished"
)"""


def grave_here(page: Page) -> list[str]:
    """The same for the page as it stands, as "rule: element"."""
    page.wait_for_function(AT_REST)  # a colour on its way to another is none to judge
    found = []
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in GRAVE:
            nodes = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
            found.append(f"{violation['id']}: {', '.join(nodes[:5])}")
    return found
