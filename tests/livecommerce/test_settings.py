"""What the environment turns on, seen from a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = {
    *re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', (ROOT / "livecommerce/settings.py").read_text()),
    "FFMPEG_BINARY",
}
LOOK = """
import json
from django.conf import settings
from django.test import Client
answer = Client(HTTP_HOST="127.0.0.1").get("/healthz", secure=settings.IS_SECURE)
print(json.dumps({"policy": answer["Content-Security-Policy"], "till": settings.IS_STAND_IN,
                  "base": settings.STRIPE_API_BASE, "secure": settings.SESSION_COOKIE_SECURE}))
"""


def look(**environment) -> dict:
    """What a process with this environment says of itself."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", LOOK],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_without_keys_the_till_takes_stripes_place():
    found = look(STRIPE_API_BASE="http://127.0.0.1:4999")

    assert found["till"]
    assert "http://127.0.0.1:4999" in found["policy"]
    assert "stripe.com" not in found["policy"]


def test_with_keys_the_till_is_off_and_pages_may_load_stripes_script():
    found = look(STRIPE_SECRET_KEY="sk_live_1", STRIPE_PUBLISHABLE_KEY="pk_live_1")

    assert not found["till"]
    assert found["base"] == ""  # Stripe's own
    script = next(rule for rule in found["policy"].split("; ") if rule.startswith("script-src"))
    assert "https://js.stripe.com" in script
    assert "127.0.0.1:8001" not in found["policy"]


def test_pages_load_no_picture_of_amazons_unless_it_is_turned_on():
    found = look(IVS_REGION="eu-west-1", IVS_RECORDING_URL="https://films.example.com/shows/")

    for name in ("connect-src", "media-src"):
        rule = next(rule for rule in found["policy"].split("; ") if rule.startswith(name))
        assert rule.endswith("https://*.live-video.net https://films.example.com") or (
            "https://*.live-video.net https://films.example.com " in rule
        )
    assert "live-video" not in look()["policy"]


def test_pages_may_load_segments_from_the_bucket_that_is_named_and_only_then():
    place = "https://storage.example.com"
    policy = look(AWS_STORAGE_BUCKET_NAME="films", MEDIA_FROM=f"{place}/films")["policy"]

    told = {rule.split(" ")[0] for rule in policy.split("; ") if f" {place}" in rule}
    assert told == {"connect-src", "media-src"}
    assert place not in look(AWS_STORAGE_BUCKET_NAME="", MEDIA_FROM=place)["policy"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOLD_SECONDS", "ten"),
        ("IVS_CHANNEL_TYPE", "LARGE"),
        ("LOG_LEVEL", "loud"),
        ("MAIL_URL", "mail.example.com"),
        ("ORDERS_RATE", "often"),
        ("SITE_URL", "shop.example.com"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_by_its_name_in_one_line(name, value):
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=os.environ | {name: value},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert f'"{name}"' in done.stderr


def test_an_address_with_https_makes_cookies_secure():
    assert look(SITE_URL="https://127.0.0.1")["secure"]
    assert not look(SITE_URL="http://127.0.0.1")["secure"]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_variable_is_in_the_table_and_in_the_example(name):
    assert f"| `{name}` |" in (ROOT / "docs/settings.md").read_text()
    assert f"{name}=" in (ROOT / "deploy/production.env.example").read_text()
