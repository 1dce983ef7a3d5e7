"""What a shop's people do with the questions of a show."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from livecommerce.api import answers
from streams.api.on_air import MODERATING, StaffView
from streams.talk import questions


class QuestionView(StaffView):
    """One verb for one question of the show; each kind of view says which in act(question)."""

    roles = MODERATING

    @extend_schema(request=None, responses=answers(None, 403, 404, 409, status=204))
    def post(self, request, slug, number):
        show = self.show(slug)
        self.act(get_object_or_404(show.questions, pk=number))
        return Response(status=204)


class AnswerView(QuestionView):
    """Begin to answer a question; the one before it is answered by that."""

    def act(self, question):
        questions.answer(question)


class AnsweredView(QuestionView):
    """A question is answered."""

    def act(self, question):
        questions.finish(question)


class ReopenView(QuestionView):
    """A question waits for its answer again."""

    def act(self, question):
        questions.reopen(question)


class HideQuestionView(QuestionView):
    """Take a question off every screen."""

    def act(self, question):
        questions.hide(question, self.request.user)


class ApproveQuestionView(QuestionView):
    """Let everyone read a question that waited for review."""

    def act(self, question):
        questions.approve(question, self.request.user)
