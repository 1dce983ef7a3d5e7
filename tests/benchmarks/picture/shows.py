"""Live shows for the picture benchmark, in the database that the environment names.

python -m tests.benchmarks.picture.shows NUMBER: prints [{"slug", "session" (of its host), "key"
(for an encoder), "items": [their ids]}, …].
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
django.setup()

from streams import lifecycle  # noqa: E402
from streams.models import Show  # noqa: E402
from streams.video.ingest import keys  # noqa: E402
from streams.video.publisher import signed_in  # noqa: E402
from tests import factories  # noqa: E402

ITEMS = 3


def make(number: int) -> dict:
    shop = factories.make_shop(slug=f"bench-shop-{number}")
    show = factories.make_show(shop=shop, slug=f"bench-{number}", status=Show.Status.SCHEDULED)
    items = [factories.make_item(show).pk for _ in range(ITEMS)]
    lifecycle.go_live(show)
    host = factories.make_staff(shop=shop)
    return {
        "slug": show.slug,
        "session": signed_in(host),
        "key": keys.key_of(show),
        "items": items,
    }


if __name__ == "__main__":
    print(json.dumps([make(number) for number in range(int(sys.argv[1]))]))
