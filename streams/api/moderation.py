"""What keeps a show's room fit to talk in: for those who moderate, and nobody else finds it."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from livecommerce.api import WholeNumber, WrittenNumber, answers, asked
from livecommerce.errors import Invalid
from streams.api.on_air import MODERATING, StaffView
from streams.api.polls import Text
from streams.api.shapes import FactSerializer, RulesSerializer
from streams.models import Question, Report, RoomEvent, Show
from streams.talk import chat, moderation, questions, reports, review, standings

DONE = answers(None, 400, 403, 404, 409, status=204)


class Flag(serializers.BooleanField):
    """A JSON true or false, and nothing that can be read as one."""

    def to_internal_value(self, data):
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class MessageInput(serializers.Serializer):
    seq = WholeNumber()


class WhoInput(serializers.Serializer):
    """Somebody, by the number of a message of theirs or by their question: one of the two."""

    seq = WholeNumber(required=False)
    question = WholeNumber(required=False)

    def validate(self, wanted):
        if ("seq" in wanted) == ("question" in wanted):
            raise serializers.ValidationError({"seq": "Give either seq or question."})
        return wanted


class MuteInput(WhoInput):
    minutes = WholeNumber(min_value=1, max_value=standings.LONGEST)


class BanInput(WhoInput):
    hide_all = Flag(default=False)


class HistoryFilter(WhoInput):
    seq = WrittenNumber(required=False)
    question = WrittenNumber(required=False)


class StandingInput(serializers.Serializer):
    standing = WholeNumber()


class RulesInput(serializers.Serializer):
    slow_seconds = WholeNumber(required=False, max_value=moderation.MAX_SLOW)
    no_links = Flag(required=False)
    holds_first = Flag(required=False)


class WordsSerializer(serializers.Serializer):
    words = serializers.ListField(
        child=Text(max_length=moderation.MAX_WORD), max_length=moderation.MAX_WORDS
    )


class ReportSerializer(serializers.Serializer):
    """A reported message; `reasons` maps each reason to how many gave it."""

    seq = serializers.IntegerField()
    name = serializers.CharField()
    text = serializers.CharField()
    reasons = serializers.DictField(
        child=serializers.IntegerField(), help_text=", ".join(Report.Reason.values)
    )
    first_at = serializers.DateTimeField()


class OwnStandingSerializer(serializers.Serializer):
    muted_until = serializers.DateTimeField(allow_null=True)
    is_banned = serializers.BooleanField()


class StandingSerializer(OwnStandingSerializer):
    standing = serializers.IntegerField()
    name = serializers.CharField()


class ModerationSerializer(serializers.Serializer):
    """Everything that waits for those who moderate, and what they did last."""

    rules = RulesSerializer()
    words = serializers.ListField(child=serializers.CharField())
    held = FactSerializer(many=True)
    held_questions = serializers.ListField(child=serializers.DictField())
    reports = ReportSerializer(many=True)
    standings = StandingSerializer(many=True)
    actions = FactSerializer(many=True)


class SaidSerializer(FactSerializer):
    """A fact with its words, also when they are hidden from everyone else."""

    is_hidden = serializers.BooleanField()
    show = serializers.CharField()


class HistorySerializer(serializers.Serializer):
    """What somebody said in this shop's rooms, and what was done about it."""

    names = serializers.ListField(child=serializers.CharField())
    standing = OwnStandingSerializer()
    messages = SaidSerializer(many=True)
    actions = SaidSerializer(many=True)


class ModeratingView(StaffView):
    roles = MODERATING


class ModerationView(ModeratingView):
    """What waits for those who moderate a room."""

    @extend_schema(responses=answers(ModerationSerializer, 403, 404))
    def get(self, request, slug):
        show = self.show(slug)
        waiting = show.questions.filter(status=Question.Status.HELD)
        return Response(
            {
                "rules": moderation.rules(show),
                "words": moderation.words_of(show.shop_id),
                "held": review.held(show),
                "held_questions": [questions.shape(question) for question in waiting],
                "reports": reports.waiting(show),
                "standings": [
                    {"standing": row.pk, "name": row.name} | moderation.told(row)
                    for row in moderation.live(show.shop_id)
                ],
                "actions": review.actions(show),
            }
        )


class MessageView(ModeratingView):
    """One verb for one message; each kind of view says which in act(show, seq)."""

    @extend_schema(request=MessageInput, responses=DONE)
    def post(self, request, slug):
        show = self.show(slug)
        self.act(show, asked(MessageInput, request.data)["seq"])
        return Response(status=204)


class HideView(MessageView):
    """Take a chat message off every screen."""

    def act(self, show, seq):
        chat.hide(show, seq, self.request.user)


class ApproveView(MessageView):
    """Let everyone read a message that waited for review."""

    def act(self, show, seq):
        review.approve(show, seq, self.request.user)


class RefuseView(MessageView):
    """Let nobody read a message that waited for review."""

    def act(self, show, seq):
        review.refuse(show, seq, self.request.user)


class SettleView(MessageView):
    """The reports of a message were looked at, and it stays."""

    def act(self, show, seq):
        reports.settle(show, seq, self.request.user)


class PinnedMessageView(MessageView):
    """The message above the chat."""

    def act(self, show, seq):
        chat.pin(show, seq, self.request.user)

    @extend_schema(responses=answers(None, 403, 404, status=204))
    def delete(self, request, slug):
        chat.unpin(self.show(slug), request.user)
        return Response(status=204)


class MuteView(ModeratingView):
    """Let somebody watch, but say nothing, for some minutes."""

    @extend_schema(request=MuteInput, responses=DONE)
    def post(self, request, slug):
        show = self.show(slug)
        wanted = asked(MuteInput, request.data)
        standings.mute(show, target(show, wanted), wanted["minutes"], request.user)
        return Response(status=204)


class BanView(ModeratingView):
    """Let somebody say nothing more in any room of the shop; perhaps hide all they said."""

    @extend_schema(request=BanInput, responses=DONE)
    def post(self, request, slug):
        show = self.show(slug)
        wanted = asked(BanInput, request.data)
        standings.ban(show, target(show, wanted), request.user, hide_all=wanted["hide_all"])
        return Response(status=204)


class RestoreView(ModeratingView):
    """Lift somebody's mute and ban."""

    @extend_schema(request=StandingInput, responses=DONE)
    def post(self, request, slug):
        show = self.show(slug)
        standings.restore(show, asked(StandingInput, request.data)["standing"], request.user)
        return Response(status=204)


class RulesView(ModeratingView):
    """The rules of a room."""

    @extend_schema(
        request=RulesInput, responses=answers(RulesSerializer, 400, 403, 404), methods=["PATCH"]
    )
    def patch(self, request, slug):
        show = self.show(slug)
        return Response(moderation.set_rules(show, request.user, **asked(RulesInput, request.data)))


class WordsView(ModeratingView):
    """The words that are not said in the shop's rooms."""

    @extend_schema(request=WordsSerializer, responses=answers(WordsSerializer, 400, 403, 404, 409))
    def put(self, request, slug):
        show = self.show(slug)
        wanted = asked(WordsSerializer, request.data)["words"]
        return Response({"words": moderation.set_words(show, wanted, request.user)})


class HistoryView(ModeratingView):
    """What somebody said in this shop's rooms, and what was done about it."""

    @extend_schema(
        parameters=[HistoryFilter], responses=answers(HistorySerializer, 400, 403, 404, 409)
    )
    def get(self, request, slug):
        show = self.show(slug)
        who = target(show, asked(HistoryFilter, request.query_params))
        return Response(review.history(show, who.author))


def target(show: Show, wanted: dict) -> RoomEvent | Question:
    """What somebody said, hidden or not: who is meant by it is for us to know."""
    if "seq" in wanted:
        return chat.find(show, wanted["seq"], "chat.posted", "chat.held")
    if question := show.questions.filter(pk=wanted["question"]).first():
        return question
    raise Invalid("There is no such question.", field="question")
