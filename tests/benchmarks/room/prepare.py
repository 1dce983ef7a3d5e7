"""Rows for one measurement of ours, written in the lane's own database.

python -m tests.benchmarks.room.prepare SLUG VIEWERS: prints {"speaker": a cookie,
"viewers": [a cookie for each], "signed_in": [the cookies of each with a session of their own]}.
"""

import json
import os
import secrets
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
django.setup()

from django.db import transaction  # noqa: E402

from livecommerce import visitors  # noqa: E402
from shops.models import Member, Shop  # noqa: E402
from streams import log  # noqa: E402
from streams.video.publisher import signed_in  # noqa: E402
from tests import factories  # noqa: E402

BACKLOG = 50  # messages a snapshot brings


@transaction.atomic
def room(slug: str, viewers: int) -> dict:
    """A live show with products, a backlog of chat, one who talks and so many who watch.

    Each viewer is a visitor of their own, and a person of their own once signed in.
    """
    number = Shop.objects.count() + 1
    shop = factories.make_shop(name=f"Bench {number}", slug=f"bench-shop-{number}")
    show = factories.make_show(shop=shop, slug=slug)
    for product in range(1, 4):
        goods = factories.make_product(shop=shop, slug=f"goods-{number}-{product}")
        factories.make_item(show, goods)
    for place in range(BACKLOG):
        said = {"name": "Guest", "text": f"What was said before, {place}.", "role": "guest"}
        log.append(show, "chat.posted", said, author="guest-before")
    staff = factories.make_staff(Member.Role.MODERATOR, shop=shop, username=f"speaker-{number}")
    people = [factories.make_user(username=f"watching-{number}-{n}") for n in range(viewers)]
    cookies = [
        f"{visitors.COOKIE}={visitors.cookie_for(secrets.token_urlsafe(16))}"
        for _ in range(viewers)
    ]
    return {
        "speaker": f"sessionid={signed_in(staff)}",
        "viewers": cookies,
        "signed_in": [
            f"sessionid={signed_in(person)}; {cookie}"
            for person, cookie in zip(people, cookies, strict=True)
        ],
    }


if __name__ == "__main__":
    print(json.dumps(room(sys.argv[1], int(sys.argv[2]))))
