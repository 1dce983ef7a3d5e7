from io import StringIO

import pytest
from django.core.management import call_command

from livecommerce import doctor
from orders import gateway
from streams.video.engines import cloud

pytestmark = pytest.mark.django_db


def found() -> dict[str, doctor.Finding]:
    return {finding.what: finding for finding in doctor.examine()}


def test_the_defaults_are_noted_not_wrong(settings):
    settings.REDIS_URL = ""
    out = StringIO()

    call_command("doctor", stdout=out)  # no SystemExit

    assert found()["money"].level == "note"
    assert found()["redis"].level == "note"
    assert "set REDIS_URL" in out.getvalue()


def test_a_shop_in_public_that_sells_for_play_money_is_wrong(settings):
    settings.IS_SECURE = True

    with pytest.raises(SystemExit):
        call_command("doctor", stdout=StringIO())

    assert found()["money"].level == "wrong"


@pytest.mark.parametrize(
    ("setting", "what"),
    [("STRIPE_PUBLISHABLE_KEY", "money"), ("STRIPE_WEBHOOK_SECRET", "webhook")],
)
def test_a_key_that_is_missing_is_named(settings, till, setting, what):
    settings.IS_STAND_IN = False
    setattr(settings, setting, "")

    finding = found()[what]

    assert finding.level == "wrong"
    assert setting in finding.words


@pytest.mark.parametrize("error", [gateway.GatewayUnavailable, gateway.PaymentRefused])
def test_a_provider_that_does_not_take_the_key_is_wrong(settings, monkeypatch, error):
    def refuse():
        raise error("no")

    settings.IS_STAND_IN = False
    monkeypatch.setattr(gateway, "ping", refuse)

    assert found()["money"].level == "wrong"


def test_a_provider_that_answers_is_good(settings, till):
    settings.IS_STAND_IN = False

    assert found()["money"].level == "ok"


def test_where_encoders_send_to_is_told(settings):
    settings.RTMP_URL, settings.RTMP_PORT = "rtmp://shop.example.com:1935/live", 1935
    assert "own server" in found()["encoders"].words

    settings.RTMP_PORT = 0
    assert settings.RTMP_PULL_URL in found()["encoders"].words

    settings.RTMP_URL = ""
    assert found()["encoders"].level == "note"


def test_amazon_is_asked_once_it_is_named(settings, monkeypatch):
    assert found()["large audiences"].level == "note"

    settings.IVS_REGION, settings.IVS_RECORDING_ARN = "eu-west-1", "arn:aws:ivs:recording"
    settings.IVS_RECORDING_URL = "https://films.example.com"
    monkeypatch.setattr(cloud, "ping", lambda: None)
    assert found()["large audiences"].level == "wrong"
    assert "IVS_EVENTS_SECRET" in found()["large audiences"].words

    settings.IVS_EVENTS_SECRET = "secret"
    assert found()["large audiences"].level == "ok"


def test_an_amazon_that_refuses_is_wrong(settings, monkeypatch):
    def refuse():
        raise cloud.CloudTrouble("Amazon IVS refused: AccessDenied.")

    settings.IVS_REGION = "eu-west-1"
    monkeypatch.setattr(cloud, "ping", refuse)

    assert found()["large audiences"] == doctor.Finding(
        "wrong", "large audiences", "Amazon IVS refused: AccessDenied."
    )
