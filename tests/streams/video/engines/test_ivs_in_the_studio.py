"""Choosing the engine from the studio, and who gets to see its key."""

import pytest
from rest_framework.test import APIClient

from shops.models import Member
from streams import lifecycle
from streams.models import IvsChannel, Show
from streams.video.engines import cloud
from streams.video.ingest import keys
from tests.factories import make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
Role = Member.Role
SERVER = "rtmps://ingest.example.com:443/app/"


@pytest.fixture
def show(amazon) -> Show:
    return make_show(status=Show.Status.SCHEDULED)


def signed_in(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def host(show) -> APIClient:
    return signed_in(make_staff(Role.HOST, shop=show.shop))


def address(show, call="large-audience"):
    return f"/api/v1/shows/{show.slug}/{call}/"


def test_who_may_publish_chooses_and_is_told_where_and_with_which_key(host, show, amazon):
    chosen = host.post(address(show))

    assert chosen.json() == {"server": SERVER, "key": amazon.key}
    assert chosen["Cache-Control"] == "no-store"
    assert host.get(address(show, "stream-key")).json() == chosen.json()


def test_who_thinks_better_of_it_has_our_key_again(host, show):
    host.post(address(show))

    answer = host.delete(address(show))

    assert answer.json()["key"] == keys.key_of(show)
    assert IvsChannel.objects.get().status == IvsChannel.Status.UNWANTED


def test_a_key_that_leaked_is_replaced_at_amazon(host, show, amazon):
    host.post(address(show))
    lifecycle.go_live(show)

    answer = host.post(address(show, "stream-key/rotate"))

    assert answer.json()["key"] == amazon.key
    assert amazon.cuts == [IvsChannel.objects.get().arn]


def test_amazons_no_is_a_refusal_in_words(host, show, monkeypatch):
    def refused(name):
        raise cloud.CloudTrouble("Amazon IVS refused: AccessDeniedException.")

    monkeypatch.setattr(cloud, "create", refused)

    answer = host.post(address(show))

    assert answer.status_code == 409
    assert answer.json()["code"] == "ivs_trouble"
    assert host.get(address(show, "stream-key")).json()["key"] == keys.key_of(show)
    assert host.post(address(show, "start")).status_code == 200


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DESK, None])
def test_who_may_not_publish_chooses_nothing(show, amazon, role):
    user = make_staff(role, shop=show.shop) if role else make_user()

    assert signed_in(user).post(address(show)).status_code == 404
    assert signed_in(make_staff(Role.OWNER)).post(address(show)).status_code == 404
    assert APIClient().post(address(show)).status_code == 403

    assert not IvsChannel.objects.exists()
    assert not amazon.channels()


@pytest.mark.parametrize("is_on", [True, False])
def test_the_studio_offers_it_only_where_it_is_on(client, show, settings, is_on):
    settings.IVS_REGION = "eu-west-1" if is_on else ""
    client.force_login(make_staff(Role.HOST, shop=show.shop))

    page = client.get(f"/admin/streams/show/{show.pk}/studio/").content.decode()

    assert ("data-large" in page) == is_on


def test_the_key_is_in_no_page(client, host, show, amazon, caplog):
    host.post(address(show))
    lifecycle.go_live(show)

    pages = [client.get(path) for path in ("/", f"/live/{show.slug}/")]
    pages += [client.get(f"/api/v1/shows/{show.slug}/{call}") for call in ("", "room/")]
    client.force_login(make_staff(Role.HOST, shop=show.shop))
    pages.append(client.get(f"/admin/streams/show/{show.pk}/studio/"))

    assert [page.status_code for page in pages] == [200] * 5
    assert not [page for page in pages if amazon.key in page.content.decode()]
    assert amazon.key not in caplog.text
