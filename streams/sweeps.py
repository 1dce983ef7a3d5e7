"""The sweeps that end what the tasks are rung for: they stand above them."""

from celery import shared_task

from streams import lifecycle


@shared_task
def end_silent_shows() -> None:
    list(lifecycle.end_silent())
