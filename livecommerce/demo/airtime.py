"""The show that is on: talked over, with a deal, a code and a line in front of what is sold out."""

from livecommerce.demo import evening
from orders import waiting
from shops.models import User, Variant
from streams import deals, lifecycle, offers, pins, rooms
from streams.models import Show
from streams.talk import chat, polls, questions, reactions

CODE, LABEL = "KILN10", "10 % off"
SOLD_OUT = "CM-BOW-T"
DEAL = {"price": 1800, "seconds": 2 * 3600, "cap": 12, "limit_each": 2}  # on the last item


def begin(show: Show, mara: User) -> None:
    lifecycle.go_live(show)
    items = list(show.items.select_related("show__shop", "product"))
    pins.open(items[0])
    host = rooms.speaker(show, mara, "")
    asked = chat.say(show, evening.viewer(1), "Is the mug all right in the dishwasher?", "Lena").seq
    chat.say(show, host, "It is. The clay foot likes to dry afterwards.", reply_to=asked)
    chat.say(show, evening.viewer(2), "The midnight glaze, please show it again", "Oskar")
    welcome = chat.say(show, host, "Welcome! The show prices stay on in the replay.").seq
    chat.pin(show, welcome, mara)
    for number, text in enumerate(("Do you ship to Norway?", "Does the glaze craze with time?")):
        question = questions.ask(show, evening.viewer(number), text, ("Lena", "Oskar")[number])
        for voter in range(3 - number):
            questions.vote(show, evening.viewer(voter), question.pk)
    polls.open(show, "Which glaze shall we fire next?", ["Moss", "Oat", "Midnight"])
    reactions.add(show.pk, {"heart": 48})
    deals.open(items[-1], **DEAL)
    offers.open(show, CODE, LABEL)
    sold_out = Variant.objects.get(product__shop=show.shop, sku=SOLD_OUT)
    for who in ("lena", "oskar"):
        waiting.join(show.shop, f"demo-{who}", sold_out.pk, 1, f"{who}@example.com")
