"""Where a show's picture goes, if not through us."""

import uuid

from django.db import models

from streams.models.shows import Show


class IvsChannel(models.Model):
    """A channel at Amazon IVS, asked for by a show. Its stream key is kept by Amazon, not here.

    Only streams.video.engines.ivs writes here. A row that has lost its show is taken down.
    """

    class Status(models.TextChoices):
        CREATING = "creating"
        READY = "ready"  # the show will use it if it goes live now
        USED = "used"  # the show went live with it, and keeps it
        UNWANTED = "unwanted"  # to be deleted at Amazon, and here
        GONE = "gone"  # deleted at Amazon; what it recorded is the replay

    NEXT = {
        Status.CREATING: {Status.READY, Status.UNWANTED},
        Status.READY: {Status.USED, Status.UNWANTED},
        Status.USED: {Status.GONE},
    }

    show = models.OneToOneField(Show, models.SET_NULL, null=True, related_name="ivs_channel")
    key = models.UUIDField(default=uuid.uuid4, unique=True)  # in its name at Amazon
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CREATING)
    asked_at = models.DateTimeField(auto_now_add=True)
    arn = models.CharField(max_length=128, blank=True, db_index=True)
    ingest = models.CharField(max_length=200, blank=True)  # host name
    playback = models.URLField(max_length=300, blank=True)  # master playlist
    recording = models.CharField(max_length=400, blank=True)  # prefix in the bucket
    recorded = models.PositiveBigIntegerField(default=0)  # milliseconds

    @property
    def name(self) -> str:
        return f"show-{self.key}"

    def __str__(self):
        return f"IVS channel of {self.show_id}"
