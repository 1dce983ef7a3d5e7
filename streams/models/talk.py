"""What viewers say apart from the chat: questions, votes, reactions."""

from django.db import models
from django.db.models import Q

from streams.models.shows import Show


class Question(models.Model):
    """Asked apart from the chat, voted up, answered at a moment. Only talk.questions writes."""

    class Status(models.TextChoices):
        HELD = "held"  # a newcomer's first words, not reviewed yet
        OPEN = "open"
        ANSWERING = "answering"
        ANSWERED = "answered"
        HIDDEN = "hidden"

    NEXT = {
        Status.HELD: {Status.OPEN, Status.HIDDEN},
        Status.OPEN: {Status.ANSWERING, Status.ANSWERED, Status.HIDDEN},
        Status.ANSWERING: {Status.OPEN, Status.ANSWERED, Status.HIDDEN},
        Status.ANSWERED: {Status.OPEN, Status.HIDDEN},
    }

    show = models.ForeignKey(Show, models.CASCADE, related_name="questions")
    author = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    text = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    votes = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    answering_at = models.DateTimeField(null=True)  # where the replay finds the answer
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["show"], condition=Q(status="answering"), name="one_answer_at_a_time"
            )
        ]

    def __str__(self):
        return self.text


class QuestionVote(models.Model):
    question = models.ForeignKey(Question, models.CASCADE, related_name="voters")
    author = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "author"], name="one_vote_per_question")
        ]

    def __str__(self):
        return f"vote for {self.question_id}"


class Poll(models.Model):
    """A question to everyone, with the answers to choose from. Only streams.talk.polls writes."""

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    NEXT = {Status.OPEN: {Status.CLOSED}}

    show = models.ForeignKey(Show, models.CASCADE, related_name="polls")
    question = models.CharField(max_length=140)
    options = models.JSONField()  # 2 to 6 short texts
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["show"], condition=Q(status="open"), name="one_open_poll_per_show"
            )
        ]

    def __str__(self):
        return self.question


class PollVote(models.Model):
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="votes")
    author = models.CharField(max_length=64)
    option = models.PositiveSmallIntegerField()  # place in Poll.options, from 0

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "author"], name="one_vote_per_poll")]
        indexes = [models.Index(fields=["poll", "option"], name="votes_by_option")]

    def __str__(self):
        return f"vote in {self.poll_id}"


class Reaction(models.Model):
    """How often a show was given a heart, and so on. Only talk.reactions writes."""

    show = models.ForeignKey(Show, models.CASCADE, related_name="reactions")
    kind = models.CharField(max_length=10)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "kind"], name="one_count_per_reaction")
        ]

    def __str__(self):
        return f"{self.count} × {self.kind}"
