"""Questions for tests."""

from django.utils import timezone

from streams.models import Question, Show
from tests.factories import make_show


def make_question(show: Show | None = None, **values) -> Question:
    """A question in any state, without the facts that led there."""
    return Question.objects.create(
        show=show or make_show(),
        **{"author": "guest-zoe", "name": "Zoe", "text": "Oven safe?", "asked_at": timezone.now()}
        | values,
    )
