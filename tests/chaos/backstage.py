"""What happens behind the sockets: somebody with the database of a house and nothing else.

python -m tests.chaos.backstage, in the house's environment: a line [verb, arguments] in, a line
of JSON out. The verbs are the functions of this module.
"""

import json
import os
import sys
from datetime import timedelta
from types import SimpleNamespace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from livecommerce import visitors  # noqa: E402
from orders import checkout  # noqa: E402
from orders.models import Order, Payment  # noqa: E402
from shops.models import Member, User  # noqa: E402
from streams import lifecycle, log, pins, presence, rooms  # noqa: E402
from streams.models import Presence, RoomEvent, Segment, Show  # noqa: E402
from streams.talk import standings  # noqa: E402
from streams.video.publisher import signed_in  # noqa: E402
from tests.factories import make_item, make_order, make_show, make_staff  # noqa: E402
from tests.orders.paying import pay, payment_of, state_of  # noqa: E402


def open_show() -> dict:
    """A live show with two items, and the sessions of its host and its moderator."""
    show = make_show()
    host = make_staff("host", shop=show.shop, first_name="Mira")
    moderator = make_staff("moderator", shop=show.shop, first_name="Noor")
    return {
        "slug": show.slug,
        "items": [make_item(show).pk, make_item(show).pk],
        "host": signed_in(host),
        "moderator": signed_in(moderator),
        "moderator_id": moderator.pk,
    }


def go_on_air() -> dict:
    """A show that was started as its host does it, and who may send its picture."""
    show = make_show(status=Show.Status.SCHEDULED)
    lifecycle.go_live(show)
    host = make_staff("host", shop=show.shop)
    return {"slug": show.slug, "username": host.username, "session": signed_in(host)}


def end_show(slug: str) -> None:
    lifecycle.end(show(slug))


def recorded(slug: str) -> dict:
    """What is known of a show's picture."""
    source = Segment.objects.filter(rendition__show__slug=slug, rendition__name="source")
    return {
        "status": show(slug).status,
        "takes": list(show(slug).takes.order_by("pk").values_list("status", flat=True)),
        "keys": [str(take.key) for take in show(slug).takes.all()],
        "sequences": list(source.order_by("pk").values_list("sequence", flat=True)),
        "facts": [fact["type"] for fact in log.after(show(slug), 0)],
    }


def say(slug: str, texts: list[str]) -> None:
    """Words of the host, all in one transaction."""
    said = [{"name": "Mira", "text": text, "role": "host"} for text in texts]
    log.append_all(show(slug), [log.Entry("chat.posted", data) for data in said])


def pin(slug: str, item: int) -> None:
    pins.open(show(slug).items.get(pk=item))


def ban(slug: str, seq: int, by: int) -> None:
    said = RoomEvent.objects.get(show__slug=slug, seq=seq)
    standings.ban(show(slug), said, User.objects.get(pk=by))


def leave_the_shop(user: int) -> None:
    Member.objects.filter(user=user).delete()


def buy() -> int:
    """An order whose card said yes: the bell for its capture was rung."""
    order = make_order()
    pay(SimpleNamespace(address=settings.STRIPE_API_BASE), order).raise_for_status()
    checkout.confirm(payment_of(order))
    return order.pk


def hold() -> dict:
    """An order that waits for its card, and the cookie of its visitor."""
    order = make_order()
    return {
        "order": order.pk,
        "token": str(order.token),
        "cookie": f"{visitors.COOKIE}={visitors.cookie_for(order.owner)}",
    }


def charge(order: int) -> None:
    """Its card says yes; nobody is told."""
    held = Order.objects.get(pk=order)
    pay(SimpleNamespace(address=settings.STRIPE_API_BASE), held).raise_for_status()


def money(order: int) -> list[str]:
    """The states of an order and its payment."""
    return list(state_of(Order.objects.get(pk=order)))


def let_time_pass() -> None:
    """A worker that claimed something and did not settle it counts as dead from now on."""
    Payment.objects.update(changed_at=F("changed_at") - timedelta(minutes=1))


def outlive(process: int) -> None:
    """The time passes after which a process that gave no sign of life counts no more."""
    rows = Presence.objects.filter(process__startswith=f"{process}-")
    rows.update(seen_at=timezone.now() - presence.LIFE)


def snapshot(slug: str) -> dict:
    """The room as it is, from its rows."""
    return rooms.snapshot(show(slug))


def show(slug: str) -> Show:
    return Show.objects.get(slug=slug)


def main() -> None:
    for line in sys.stdin:
        verb, arguments = json.loads(line)
        print(json.dumps(globals()[verb](**arguments)), flush=True)


if __name__ == "__main__":
    main()
