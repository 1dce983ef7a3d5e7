"""News goes up: publish to a channel-layer group once the transaction commits."""

import logging
from functools import partial

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)


def publish(group: str, message: dict) -> None:
    """Send one message ({"type": handler, …}) to every socket in the group, on commit.

    Best effort: a dead channel layer must not fail a sale that is already stored.
    Who misses a message finds the truth in the database.
    """
    transaction.on_commit(partial(_send, group, message), robust=True)


def _send(group: str, message: dict) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group, message)
    except Exception:
        logger.warning("news for %s was lost", group, exc_info=True)


def ring(task, *args) -> None:
    """Have a Celery task run soon, once the transaction commits.

    Best effort: the work is a row already, and a sweeper finds it when the bell was lost.
    """
    transaction.on_commit(partial(_ring, task, args), robust=True)


def _ring(task, args) -> None:
    try:
        task.delay(*args)
    except Exception:
        logger.warning("the bell for %s was lost", task.name, exc_info=True)
