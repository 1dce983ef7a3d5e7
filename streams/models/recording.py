"""What was recorded of a show."""

import uuid

from django.db import models
from django.db.models import Q

from streams.models.shows import Show


class Take(models.Model):
    """One unbroken stretch of incoming video."""

    class Status(models.TextChoices):
        RECEIVING = "receiving"
        LOST = "lost"
        FINISHED = "finished"

    class Source(models.TextChoices):
        BROWSER = "browser"
        RTMP = "rtmp"
        UPLOAD = "upload"

    NEXT = {Status.RECEIVING: {Status.LOST, Status.FINISHED}}

    show = models.ForeignKey(Show, models.CASCADE, related_name="takes")
    key = models.UUIDField(default=uuid.uuid4, unique=True)  # in the files' names: unguessable
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.BROWSER)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVING)
    opened_at = models.DateTimeField()
    heard_at = models.DateTimeField()  # when its publisher last sent something
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["show"],
                condition=Q(status="receiving"),
                name="one_publisher_per_show",
            )
        ]

    def __str__(self):
        return f"take {self.pk} of {self.show_id}"


class Made(models.Model):
    """What a worker makes of a recording. The row is the queue; whoever claims it makes it."""

    class Status(models.TextChoices):
        DUE = "due"
        MAKING = "making"
        READY = "ready"
        FAILED = "failed"

    NEXT = {
        Status.DUE: {Status.MAKING},
        Status.MAKING: {Status.READY, Status.FAILED, Status.DUE},
        Status.READY: {Status.DUE},
        Status.FAILED: {Status.DUE},
    }

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DUE)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    failure = models.CharField(max_length=200, blank=True)  # in words, of the last try

    class Meta:
        abstract = True


class Rendition(Made):
    """One quality of a show's recording. The source is written live, the others are made later."""

    SOURCE = "source"

    show = models.ForeignKey(Show, models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=10)  # "source", or its short side: "480p"
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    codecs = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["show", "name"], name="one_rendition_per_name")
        ]

    def __str__(self):
        return f"{self.name} of {self.show_id}"


class Extra(Made):
    """A file made of a replay beside its renditions."""

    class Kind(models.TextChoices):
        STORYBOARD = "storyboard"  # small pictures for the seek bar, and the WebVTT that names them
        DOWNLOAD = "download"  # the whole show as one MP4

    show = models.ForeignKey(Show, models.CASCADE, related_name="extras")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    path = models.CharField(max_length=120, blank=True)  # of the WebVTT, or of the MP4
    size = models.PositiveBigIntegerField(default=0)  # bytes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["show", "kind"], name="one_extra_per_kind")]

    def __str__(self):
        return f"{self.kind} of {self.show_id}"


class Upload(Made):
    """A finished film that becomes a show's replay."""

    show = models.OneToOneField(Show, models.CASCADE, related_name="upload")
    path = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()  # bytes

    def __str__(self):
        return f"upload of {self.show_id}"


class Captions(models.Model):
    """What is said in a replay, as WebVTT on the time line of its video."""

    show = models.ForeignKey(Show, models.CASCADE, related_name="captions")
    language = models.CharField(max_length=10)  # BCP 47: "en", "de-AT"
    path = models.CharField(max_length=120)

    class Meta:
        verbose_name_plural = "captions"
        constraints = [
            models.UniqueConstraint(fields=["show", "language"], name="captions_per_language")
        ]

    def __str__(self):
        return f"captions ({self.language}) of {self.show_id}"


class StreamKey(models.Model):
    """The number that a show's stream key is derived from; to rotate it is to count on."""

    show = models.OneToOneField(Show, models.CASCADE, primary_key=True, related_name="stream_key")
    number = models.PositiveIntegerField(default=1)

    def __str__(self):
        return f"stream key of {self.show_id}"  # never the key


class Segment(models.Model):
    """About two seconds of one take in one rendition. Its file is stored before its row."""

    rendition = models.ForeignKey(Rendition, models.CASCADE, related_name="segments")
    take = models.ForeignKey(Take, models.CASCADE, related_name="segments")
    number = models.PositiveIntegerField()  # within take and rendition, from 0
    sequence = models.PositiveIntegerField(null=True)  # of the source: within the show, as live
    at = models.DateTimeField()  # wall clock of its first frame
    duration = models.FloatField()  # seconds
    size = models.PositiveIntegerField()  # bytes
    path = models.CharField(max_length=120)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rendition", "take", "number"], name="one_segment_per_number"
            )
        ]

    def __str__(self):
        return self.path
