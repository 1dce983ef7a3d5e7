"""What the control room and the studio load."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from tests.admin.back_office import queries_of, staff
from tests.factories import make_item, make_staff

IMPORT_MAP = re.compile(r'<script type="importmap" nonce="([^"]+)">(.*?)</script>', re.DOTALL)
IMPORTED = re.compile(r'^import .* from "([^"]+)"|import\("([^"]+)"\)', re.MULTILINE)


@pytest.mark.parametrize("view", ["control_room", "studio"])
def test_every_module_that_is_imported_is_in_the_map_and_exists(ours, owner, view):
    page = owner.get(reverse(f"admin:streams_show_{view}", args=[ours.show.pk]))

    named = json.loads(IMPORT_MAP.search(page.content.decode())[2])["imports"]
    ours_alone = {name: path for name, path in named.items() if name != "hls.js"}
    for path in ours_alone.values():
        source = finders.find(path.removeprefix("/static/"))
        assert source, path
        with open(source, encoding="utf-8") as module:
            imported = {first or second for first, second in IMPORTED.findall(module.read())}
        assert imported <= set(named), path


@pytest.mark.parametrize("view", ["control_room", "studio"])
def test_scripts_in_the_page_carry_the_nonce_of_its_policy(ours, owner, view):
    page = owner.get(reverse(f"admin:streams_show_{view}", args=[ours.show.pk]))

    nonce = IMPORT_MAP.search(page.content.decode())[1]
    policy = page["Content-Security-Policy"]
    assert f"'nonce-{nonce}'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_a_title_cannot_become_markup(ours, owner):
    ours.product.title = "</script><script>alert(1)</script>"
    ours.product.save()

    page = owner.get(reverse("admin:streams_show_control_room", args=[ours.show.pk]))

    assert "<script>alert(1)" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_after_signing_in_nobody_is_sent_to_another_site(client, wanted):
    make_staff("owner", username="mara", password="a long secret", is_staff=True)

    answer = client.post(
        "/admin/login/", {"username": "mara", "password": "a long secret", "next": wanted}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def room_of(client, house) -> str:
    url = reverse("admin:streams_show_control_room", args=[house.show.pk])
    return client.get(url).content.decode()


@pytest.mark.parametrize("role", ["owner", "producer", "host"])
def test_a_host_starts_deals_and_offers_coupons(ours, role):
    page = room_of(staff(role, ours.shop), ours)

    for hook in ("data-deal ", "data-deal-dialog", "data-offer-act", "data-offer-dialog"):
        assert hook in page
    assert reverse("admin:orders_coupon_of_show", args=[ours.show.pk]) in page


def test_a_moderator_sees_deals_and_coupons_but_has_no_button(ours):
    page = room_of(staff("moderator", ours.shop), ours)

    for hook in ("data-deal ", "data-deal-dialog", "data-offer-act", "data-coupons="):
        assert hook not in page
    assert "data-deal-strip" in page
    assert "data-offered" in page


def test_staff_see_a_drop_before_its_time(ours, owner):
    ours.product.reveal_at = timezone.now() + timedelta(minutes=9)
    ours.product.save()

    page = room_of(owner, ours)
    form = owner.get(reverse("admin:streams_show_change", args=[ours.show.pk])).content.decode()

    assert "data-reveal-at=" in page
    assert ours.product.title in page
    assert date_format(timezone.localtime(ours.product.reveal_at), "j M, H:i") in form


def test_the_control_room_takes_a_fixed_number_of_queries(ours, owner):
    url = reverse("admin:streams_show_control_room", args=[ours.show.pk])
    few = queries_of(owner, url)
    for _ in range(3):
        make_item(ours.show)

    assert queries_of(owner, url) == few
