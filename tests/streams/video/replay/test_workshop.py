import threading

import pytest
from django.core.management import call_command

from streams import tasks
from streams.models import Extra, Rendition
from streams.video.replay import download, poster, running, storyboard, workshop

pytestmark = pytest.mark.django_db


def test_everything_that_is_due_is_made_one_after_the_other(show, capsys):
    call_command("make_replays")

    said = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in said] == [
        *("poster", "storyboard", "renditions", "download")
    ]
    statuses = {*Rendition.objects.values_list("status"), *Extra.objects.values_list("status")}
    assert statuses == {("ready",)}
    assert workshop.make_next() is None


def test_one_that_fails_does_not_hold_up_the_others(show, monkeypatch):
    def fail(*args):
        raise running.CannotMake("out of luck")

    monkeypatch.setattr(poster, "make", fail)
    monkeypatch.setattr(storyboard, "_draw", fail)

    said = list(workshop.work())

    assert sum("failed: out of luck" in line for line in said) == 1 + 3
    assert Extra.objects.get(kind="storyboard").failure == storyboard.WORDS
    assert Extra.objects.get(kind="download").status == "ready"


def test_a_process_makes_one_thing_at_a_time(show, monkeypatch):
    is_making, may_go_on = threading.Event(), threading.Event()

    def make(show):
        is_making.set()
        may_go_on.wait(10)

    monkeypatch.setattr(poster, "make", make)
    monkeypatch.setattr(workshop, "_due", lambda: iter([("poster", lambda: poster.make(show))]))
    first = threading.Thread(target=workshop.make_next)
    first.start()
    is_making.wait(10)

    assert workshop.make_next() is None  # at once: no thread of the worker waits

    may_go_on.set()
    first.join()
    assert workshop.make_next() == "poster: made"


def test_who_opens_a_replay_at_once_has_the_machine_first(show, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.make_next, "apply_async", lambda **how: rung.append(how))
    Extra.objects.all().delete()

    tasks.make_replay(show.pk)

    assert rung == [{"countdown": tasks.QUIET}]
    assert set(Extra.objects.values_list("status")) == {("due",)}


def test_old_replays_are_given_what_they_lack(show):
    Extra.objects.all().delete()

    workshop.plan()

    assert set(Extra.objects.values_list("kind", "status")) == {
        *(("storyboard", "due"), ("download", "due"))
    }
    assert download.extras.unplanned().count() == 0
