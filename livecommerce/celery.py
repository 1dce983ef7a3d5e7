"""Celery: the bell. What is due is always a row; see each app's tasks.py and sweeps.py."""

import os
import signal
import threading

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")

app = Celery("livecommerce")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="sweeps")


@beat_init.connect
def stop_between_two_rings(sender, **_):
    """Celery's own way is to raise in the middle of a ring; swallowed there, beat would go on."""
    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: sender.stop())
