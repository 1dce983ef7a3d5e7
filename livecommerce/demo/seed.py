"""The demo's rows, made through the same doors as everyone's."""

import json
import subprocess
import urllib.parse
import urllib.request
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from livecommerce import fixtures
from livecommerce.demo import airtime, evening
from orders import bag, checkout, payments, quotes, returns
from orders.models import Order
from shops.models import Shop, User, Variant
from streams import lifecycle, pins
from streams.models import LineupItem, Rendition, Room, Show, Take
from streams.video import ffmpeg, takes
from streams.video.packaging import packager
from streams.video.replay import poster, renditions

HERE = Path(__file__).parent
FILM = HERE / "film-claymoor.mp4"
HOST = "mara"
ON_AIR = "kiln-opening"
LONGEST = timedelta(hours=2)  # on air; then the show ends, and the next start begins another
SECONDS_PER_ITEM = 8  # in the film


def fill() -> None:
    """Everything but the live show. What is there already stays as it is."""
    fixtures.load(HERE / "fixture.json")
    _evening(json.loads((HERE / "evening.json").read_text()))
    # The show that is coming up is always still coming up.
    Show.objects.filter(slug="five-minute-face", starts_at__lte=timezone.now()).exclude(
        status=Show.Status.ENDED
    ).update(starts_at=timezone.now() + timedelta(hours=26))


def on_air() -> Show:
    """The demo's live show; a new one if the last has ended or ran too long."""
    mine = Show.objects.filter(shop__slug="claymoor", slug__startswith=ON_AIR)
    for stale in mine.live().filter(live_at__lt=timezone.now() - LONGEST):
        takes.close_silent(show=stale, patience=timedelta(0))
        lifecycle.end(stale)
    show = mine.live().first() or mine.coming_up().first() or _again(mine.latest("pk"))
    if show.status == Show.Status.SCHEDULED:
        airtime.begin(show, User.objects.get(username=HOST))
    return show


def open_pin(show: Show) -> int | None:
    return show.pins.filter(closed_at=None).values_list("pk", flat=True).first()


def pin_in_step(show: Show, mine: int | None) -> int | None:
    """Pin what the film shows now. `mine` is the pin before; None back: the demo keeps out.

    It does so once somebody else pins or unpins, and when the show is over.
    """
    if open_pin(show) != mine or not Show.objects.live().filter(pk=show.pk).exists():
        return None
    take = show.takes.filter(status=Take.Status.RECEIVING).first()
    if take is None:
        return mine
    items = list(show.items.select_related("show__shop", "product"))
    seconds = (timezone.now() - take.opened_at).total_seconds()
    return pins.open(items[int(seconds // SECONDS_PER_ITEM) % len(items)]).pk


def _again(last: Show) -> Show:
    now = timezone.now()
    show = Show.objects.create(
        shop=last.shop,
        slug=f"{ON_AIR}-{now:%Y%m%d-%H%M%S}",
        title=last.title,
        description=last.description,
        host_name=last.host_name,
        starts_at=now,
    )
    Room.objects.create(show=show)
    LineupItem.objects.bulk_create(
        LineupItem(
            show=show, product_id=item.product_id, number=item.number, show_price=item.show_price
        )
        for item in last.items.all()
    )
    return show


def _evening(plan: dict) -> None:
    """The show that has ended."""
    show = Show.objects.select_related("shop").get(slug=plan["show"])
    if show.status != Show.Status.SCHEDULED:
        return
    began = show.starts_at

    def at(second):
        return began + timedelta(seconds=second)

    lifecycle.go_live(show, at=began)
    _record(show, began)
    evening.play(show, plan)
    items = {item.number: item for item in show.items.all()}
    for order in plan["orders"]:
        _sell(show, items, order, at=at(40))
    take = show.takes.get()
    takes.close(take, lost=False, at=at(48))
    lifecycle.end(show, at=at(48))
    poster.make(show)


def _record(show: Show, began) -> None:
    """The film as a take, through the packager, as fast as it goes."""
    source = show.renditions.get(name=Rendition.SOURCE)
    take = takes.open(show, at=began)
    film = subprocess.run(ffmpeg.remux(FILM), capture_output=True, check=True).stdout
    takes.begin(take, began)
    cutter = packager.Packager()
    for cut in [*cutter.feed(film), *cutter.close()]:
        match cut:
            case packager.Init():
                takes.keep_init(take, source, cut)
                renditions.plan(show, cut)
            case packager.Segment():
                takes.keep_segment(take, source, cut, sequence=cut.number)


def _sell(show: Show, items: dict, plan: dict, *, at) -> None:
    """One order, paid at the till with a test card."""
    shop: Shop = show.shop
    owner = f"demo-{plan['email']}"
    for number, sku, quantity in plan["lines"]:
        variant = Variant.objects.get(product__shop=shop, sku=sku)
        held = bag.put(shop, owner, variant.pk, quantity, item_id=items[number].pk)
    optional = ("line2", "region")
    fields = checkout.Delivery.__annotations__
    delivery = checkout.Delivery(
        **{field: plan.get(field, "") if field in optional else plan[field] for field in fields}
    )
    seen = quotes.quote(held, delivery.country).total
    order = checkout.place(shop, owner, f"demo-{show.slug}", delivery, seen=seen)
    payment = payments.start(order.payment)
    _pay(payment, plan["card"])
    payments.look(payment)
    payments.capture(payment)
    if refund := plan.get("refund"):
        returns.refund(order, refund["amount"], key=f"demo-{order.token}", reason=refund["reason"])
    Order.objects.filter(pk=order.pk).update(placed_at=at, settled_at=at)


def _pay(payment, card: str) -> None:
    """What the shopper's browser does."""
    form = {
        "client_secret": payment.client_secret,
        "payment_method": card,
        "return_url": settings.SITE_URL,
    }
    request = urllib.request.Request(
        f"{settings.STRIPE_API_BASE}/v1/payment_intents/{payment.reference}/confirm",
        data=urllib.parse.urlencode(form).encode(),
        headers={"Authorization": f"Bearer {settings.STRIPE_PUBLISHABLE_KEY}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()
