import pytest

from streams import log
from streams.models import Show
from streams.talk import chat
from tests.factories import make_item, make_product, make_shop, make_show

pytestmark = pytest.mark.django_db


def test_shows_are_found_by_status_and_shop(client):
    shop = make_shop()
    live = make_show(shop=shop)
    make_show(shop=shop, status=Show.Status.ENDED)
    make_show()

    answer = client.get("/api/v1/shows/", {"status": "live", "shop": shop.slug}).json()

    assert [show["slug"] for show in answer["results"]] == [live.slug]
    assert answer["results"][0]["viewers"] == 0


@pytest.mark.parametrize(("name", "value"), [("status", "cancelled"), ("shop", "\x00")])
def test_a_filter_that_makes_no_sense_is_named(client, name, value):
    answer = client.get("/api/v1/shows/", {name: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [name]


def test_a_show_carries_its_line_up_at_show_prices(client):
    show = make_show()
    item = make_item(show, make_product(shop=show.shop, price=1000, on_hand=4), show_price=800)

    answer = client.get(f"/api/v1/shows/{show.slug}/").json()

    (card,) = answer["items"]
    assert (card["item"], card["price"], card["list_price"]) == (item.pk, 800, 1000)
    assert card["variants"][0]["left"] == 4


def test_a_cancelled_show_is_answered_like_none(client):
    show = make_show(status=Show.Status.CANCELLED)

    for path in ("", "room/", "events/"):
        cancelled = client.get(f"/api/v1/shows/{show.slug}/{path}")
        none = client.get(f"/api/v1/shows/no-such-show/{path}")

        assert cancelled.status_code == none.status_code == 404
        assert cancelled.json() == none.json()


def test_a_room_is_what_its_sockets_say_first(client):
    show = make_show()
    chat.say(show, chat.Speaker("guest-1"), "hello", "Ann")

    answer = client.get(f"/api/v1/shows/{show.slug}/room/").json()

    assert answer["seq"] == 1
    assert answer["chat"][0]["data"] == {"name": "Ann", "text": "hello", "role": "guest"}


def test_events_are_the_facts_after_a_number(client):
    show = make_show()
    for number in range(5):
        log.append(show, "chat.posted", {"text": str(number)})

    answer = client.get(f"/api/v1/shows/{show.slug}/events/", {"after": 2, "limit": 2}).json()

    assert [fact["seq"] for fact in answer["facts"]] == [3, 4]
    assert answer["last_seq"] == 5


@pytest.mark.parametrize("field", ["after", "limit"])
@pytest.mark.parametrize("value", ["-1", "1.5", "١", "NaN", "9223372036854775808", "true"])
def test_a_number_that_is_none_is_named(client, field, value):
    show = make_show()

    answer = client.get(f"/api/v1/shows/{show.slug}/events/", {field: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_a_page_of_events_has_a_largest_size(client):
    show = make_show()

    answer = client.get(f"/api/v1/shows/{show.slug}/events/", {"limit": log.PAGE_LIMIT + 1})

    assert answer.status_code == 400
    assert list(answer.json()) == ["limit"]
