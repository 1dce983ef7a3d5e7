"""How shows, items and rooms look in JSON. docs/protocol.md says what each field means."""

from django.urls import reverse
from rest_framework import serializers

from shops import pictures
from streams.models import Question, Show


class ShowSerializer(serializers.ModelSerializer):
    """A show as cards draw it; `viewers` are the pages open in its room now."""

    shop = serializers.CharField(source="shop.slug")
    shop_name = serializers.CharField(source="shop.name")
    url = serializers.SerializerMethodField()
    poster = serializers.SerializerMethodField()
    viewers = serializers.IntegerField()

    class Meta:
        model = Show
        fields = [
            "slug",
            "title",
            "description",
            "host_name",
            "status",
            "starts_at",
            "live_at",
            "ended_at",
            "shop",
            "shop_name",
            "url",
            "poster",
            "viewers",
        ]

    def get_url(self, show) -> str:
        return reverse("show", args=[show.slug])

    def get_poster(self, show) -> str | None:
        return show.poster and pictures.address(show.poster, 640)


class DealSerializer(serializers.Serializer):
    """A price until a time; `cap` are its units in all, `limit_each` those a customer may have."""

    deal = serializers.IntegerField()
    item = serializers.IntegerField()
    price = serializers.IntegerField()
    ends_at = serializers.DateTimeField()
    cap = serializers.IntegerField(allow_null=True)
    limit_each = serializers.IntegerField(allow_null=True)


class OfferSerializer(serializers.Serializer):
    """A code that can be claimed."""

    offer = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()


class DropSerializer(serializers.Serializer):
    """An item that is hidden until a time."""

    number = serializers.IntegerField()
    reveal_at = serializers.DateTimeField()


class CardVariantSerializer(serializers.Serializer):
    """One variant of an item, at the price a viewer of the show pays."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    swatch = serializers.CharField()
    price = serializers.IntegerField()
    usual_price = serializers.IntegerField()
    list_price = serializers.IntegerField()
    left = serializers.IntegerField()
    picture = serializers.CharField(allow_null=True)


class CardSerializer(serializers.Serializer):
    """One item of the line-up; its prices are those of its cheapest variant."""

    item = serializers.IntegerField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    product = serializers.IntegerField()
    url = serializers.CharField()
    picture = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    price = serializers.IntegerField(allow_null=True)
    usual_price = serializers.IntegerField(allow_null=True)
    list_price = serializers.IntegerField(allow_null=True)
    deal = DealSerializer(allow_null=True)
    variants = CardVariantSerializer(many=True)


class PinSerializer(CardSerializer):
    """The item on every screen, at the prices of the moment it was pinned."""

    pin = serializers.IntegerField()


class ShowWithItemsSerializer(ShowSerializer):
    """Drops have no card before their time; ask again then."""

    items = CardSerializer(many=True)
    drops = DropSerializer(many=True)
    deals = DealSerializer(many=True)
    offer = OfferSerializer(allow_null=True)

    class Meta(ShowSerializer.Meta):
        fields = [*ShowSerializer.Meta.fields, "items", "drops", "deals", "offer"]


class FactSerializer(serializers.Serializer):
    """What happened, numbered without gaps; a withheld one carries {"hidden": true}."""

    type = serializers.CharField()
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    data = serializers.DictField()


class EventsSerializer(serializers.Serializer):
    facts = FactSerializer(many=True)
    last_seq = serializers.IntegerField()


class RoomShowSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(Show.Status.choices)
    starts_at = serializers.DateTimeField()
    live_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class PinnedMessageSerializer(serializers.Serializer):
    seq = serializers.IntegerField()
    name = serializers.CharField()
    text = serializers.CharField()
    role = serializers.CharField()


class QuestionSerializer(serializers.Serializer):
    question = serializers.IntegerField()
    name = serializers.CharField()
    text = serializers.CharField()
    role = serializers.CharField()
    status = serializers.ChoiceField(Question.Status.choices)
    votes = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    answering_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class PollSerializer(serializers.Serializer):
    """The open poll; its counts stand in the order of its options."""

    poll = serializers.IntegerField()
    question = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    counts = serializers.ListField(child=serializers.IntegerField())
    opened_at = serializers.DateTimeField()


class RulesSerializer(serializers.Serializer):
    """`slow_seconds` lie between two messages of a guest; 0: none."""

    slow_seconds = serializers.IntegerField()
    no_links = serializers.BooleanField()
    holds_first = serializers.BooleanField()


class RoomSerializer(serializers.Serializer):
    """The room as it is now; `stock` and `deals_left` map ids of variants and deals to units."""

    type = serializers.CharField()
    seq = serializers.IntegerField()
    show = RoomShowSerializer()
    on_air = serializers.BooleanField()
    pin = PinSerializer(allow_null=True)
    deals = DealSerializer(many=True)
    offer = OfferSerializer(allow_null=True)
    drops = DropSerializer(many=True)
    chat = FactSerializer(many=True)
    pinned_message = PinnedMessageSerializer(allow_null=True)
    questions = QuestionSerializer(many=True)
    poll = PollSerializer(allow_null=True)
    rules = RulesSerializer()
    viewers = serializers.IntegerField()
    stock = serializers.DictField(child=serializers.IntegerField())
    deals_left = serializers.DictField(child=serializers.IntegerField())
    reactions = serializers.DictField(child=serializers.IntegerField())
    votes = serializers.DictField(child=serializers.IntegerField())
    poll_counts = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField())
    )
