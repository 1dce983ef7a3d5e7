"""What the control room and the studio load."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from tests.factories import make_staff

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
