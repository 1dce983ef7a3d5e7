"""A show that goes through Amazon IVS, from the asking to the replay."""

from datetime import timedelta

import pytest
from django.utils import timezone

from livecommerce.states import StaleState
from streams import lifecycle, log
from streams.models import IvsChannel, Show, Take
from streams.video import takes
from streams.video.engines import choice, cloud, ivs, own
from tests.factories import make_show

pytestmark = pytest.mark.django_db
Status = IvsChannel.Status
LONG_AGO = timedelta(hours=1)


@pytest.fixture
def show(amazon) -> Show:
    """It is to come, and asked for a channel."""
    show = make_show(status=Show.Status.SCHEDULED)
    ivs.ask(show)
    return fresh(show)


@pytest.fixture
def live(show) -> Show:
    lifecycle.go_live(show)
    return fresh(show)


def fresh(show):
    return Show.objects.get(pk=show.pk)


def facts(show):
    return [fact["type"] for fact in log.after(show, 0)]


def age(channel):
    IvsChannel.objects.filter(pk=channel.pk).update(asked_at=timezone.now() - LONG_AGO)


def refused(name):
    raise cloud.CloudTrouble("no")


def test_a_show_that_asks_has_another_server_and_key_and_amazons_playlist(show, amazon):
    made = amazon.channels()[0]

    assert choice.of(show) is ivs
    assert ivs.server(show) == "rtmps://ingest.example.com:443/app/"
    assert ivs.key_of(show) == amazon.key
    assert ivs.playlist(show).startswith("https://playback.example.com/eu-west-1.")
    assert show.ivs_channel.arn == made["arn"]
    assert made["name"] == show.ivs_channel.name


def test_every_other_show_goes_through_us(amazon):
    show = make_show(status=Show.Status.SCHEDULED)

    lifecycle.go_live(show)

    assert choice.of(fresh(show)) is own
    assert not amazon.channels()


def test_where_it_is_off_nobody_gets_a_channel(amazon, settings):
    settings.IVS_REGION = ""
    show = make_show(status=Show.Status.SCHEDULED)

    with pytest.raises(ivs.NoChannel):
        ivs.ask(show)

    assert not IvsChannel.objects.exists()


@pytest.mark.parametrize("status", set(Show.Status) - {Show.Status.SCHEDULED})
def test_a_show_that_began_does_not_change_over(amazon, status):
    show = make_show(status=status)

    with pytest.raises(ivs.NoChannel):
        ivs.ask(show)

    assert not IvsChannel.objects.exists()
    assert not amazon.channels()


def test_asking_twice_makes_one_channel(show, amazon):
    ivs.ask(show)

    assert len(amazon.channels()) == 1


def test_when_amazon_refuses_the_show_goes_live_without_it(amazon, monkeypatch):
    monkeypatch.setattr(cloud, "create", refused)
    show = make_show(status=Show.Status.SCHEDULED)

    with pytest.raises(cloud.CloudTrouble):
        ivs.ask(show)
    with pytest.raises(ivs.NoChannel, match="Try again"):
        ivs.ask(show)
    lifecycle.go_live(show)

    assert choice.of(fresh(show)) is own
    assert takes.open(show).source == Take.Source.BROWSER


def test_after_a_refusal_one_may_ask_again(amazon, monkeypatch):
    show = make_show(status=Show.Status.SCHEDULED)
    with monkeypatch.context() as patched:
        patched.setattr(cloud, "create", refused)
        with pytest.raises(cloud.CloudTrouble):
            ivs.ask(show)
    ivs.sweep()
    assert IvsChannel.objects.exists()  # Amazon may have made it all the same: not yet
    age(IvsChannel.objects.get())
    ivs.sweep()

    ivs.ask(show)

    assert IvsChannel.objects.get().status == Status.READY


def test_a_channel_of_which_nobody_heard_is_found_and_deleted(amazon, monkeypatch):
    create = cloud.create

    def lost(name):
        create(name)
        raise cloud.CloudTrouble("the line broke")

    monkeypatch.setattr(cloud, "create", lost)
    with pytest.raises(cloud.CloudTrouble):
        ivs.ask(make_show(status=Show.Status.SCHEDULED))
    assert len(amazon.channels()) == 1
    age(IvsChannel.objects.get())

    ivs.sweep()

    assert not amazon.channels()
    assert not IvsChannel.objects.exists()


def test_a_process_that_died_while_it_asked_leaves_nothing(amazon):
    channel = IvsChannel.objects.create(show=make_show(status=Show.Status.SCHEDULED))
    cloud.create(channel.name)
    ivs.sweep()
    assert IvsChannel.objects.get().status == Status.CREATING
    age(channel)

    ivs.sweep()
    ivs.sweep()

    assert not amazon.channels()
    assert not IvsChannel.objects.exists()


def test_what_comes_after_the_show_began_is_not_used(amazon):
    show = make_show(status=Show.Status.SCHEDULED)
    channel = IvsChannel.objects.create(show=show)
    lifecycle.go_live(show)
    IvsChannel.objects.filter(pk=channel.pk).update(
        status=Status.READY, arn=cloud.create(channel.name)["arn"]
    )

    assert choice.of(fresh(show)) is own
    ivs.sweep()
    ivs.sweep()
    assert not amazon.channels()


def test_who_withdraws_goes_live_through_us_whatever_amazon_does(show, amazon, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(cloud, "_ask", refused)
        ivs.withdraw(show)
        lifecycle.go_live(show)

    assert choice.of(fresh(show)) is own
    ivs.sweep()
    assert not amazon.channels()


def test_going_live_asks_amazon_nothing(show, monkeypatch):
    monkeypatch.setattr(cloud, "_ask", refused)

    lifecycle.go_live(show)

    assert IvsChannel.objects.get().status == Status.USED


def test_a_show_keeps_its_engine(live, settings):
    with pytest.raises(StaleState):
        ivs.withdraw(live)
    settings.IVS_REGION = ""

    assert choice.of(fresh(live)) is ivs
    assert IvsChannel.objects.get().status == Status.USED


def test_a_camera_of_ours_is_told_that_the_picture_goes_elsewhere(live):
    with pytest.raises(takes.GoesElsewhere, match="Amazon"):
        takes.open(live, take_over=True)

    assert not Take.objects.exists()


def test_the_room_hears_what_amazon_receives(live, amazon):
    channel = live.ivs_channel
    first = timezone.now()
    second = first + timedelta(minutes=1)

    for began in (None, first, first, None, None, second, second + timedelta(minutes=1)):
        amazon.began = began
        ivs.look(IvsChannel.objects.select_related("show").get(pk=channel.pk))

    assert facts(live) == [
        "show.started",
        *("take.started", "take.lost"),
        *("take.started", "take.lost"),
        "take.started",
    ]
    assert {take.source for take in Take.objects.all()} == {"ivs"}
    assert Take.objects.first().opened_at == first


def test_who_sent_before_the_show_is_seen_from_its_beginning(live, amazon):
    amazon.began = live.live_at - LONG_AGO

    for _ in range(2):
        ivs.sweep()

    assert Take.objects.get().opened_at == live.live_at
    assert facts(live) == ["show.started", "take.started"]


def test_a_take_that_amazon_receives_is_not_given_up_by_us(live, amazon):
    amazon.began = timezone.now()
    ivs.sweep()
    Take.objects.update(heard_at=timezone.now() - LONG_AGO)

    assert takes.close_silent() == []
    assert Take.objects.get().status == Take.Status.RECEIVING


def test_the_end_finishes_the_take_and_cuts_off_who_still_sends(live, amazon):
    amazon.began = timezone.now()
    ivs.sweep()

    lifecycle.end(live)
    ivs.sweep()

    assert facts(live)[-2:] == ["take.finished", "show.ended"]
    assert amazon.cuts == [live.ivs_channel.arn]
    assert len(amazon.channels()) == 1  # its recording may not be closed yet


def test_after_the_show_the_channel_is_deleted_and_its_recording_stays(live, amazon):
    arn = live.ivs_channel.arn
    for prefix, length in (("ivs/v1/a/short", 1000), ("ivs/v1/a/long", 9000), ("ivs/v1/a/x", 10)):
        ivs.keep_recording(arn, prefix, length)
    lifecycle.end(live)
    Show.objects.update(ended_at=timezone.now() - LONG_AGO)

    ivs.sweep()

    assert not amazon.channels()
    assert IvsChannel.objects.get().status == Status.GONE
    replay = ivs.playlist(fresh(live))
    assert replay == "https://films.example.com/ivs/v1/a/long/media/hls/master.m3u8"
    with pytest.raises(ivs.NoChannel):
        ivs.key_of(fresh(live))


def test_a_show_that_is_deleted_leaves_no_channel(show, amazon):
    show.delete()

    ivs.sweep()
    ivs.sweep()

    assert not amazon.channels()
    assert not IvsChannel.objects.exists()


def test_trouble_with_one_channel_does_not_keep_the_sweep_from_the_next(live, amazon, monkeypatch):
    other = make_show(status=Show.Status.SCHEDULED)
    ivs.ask(other)
    lifecycle.go_live(other)
    sound = fresh(other).ivs_channel.arn
    began = timezone.now()
    monkeypatch.setattr(cloud, "broadcast", lambda arn: began if arn == sound else refused(arn))

    ivs.sweep()

    assert Take.objects.get().show == other


def test_viewers_are_sent_to_amazon_from_the_shows_own_address(client, live, amazon):
    address = f"/hls/{live.slug}/master.m3u8"

    answer = client.get(address)

    assert (answer.status_code, answer["Location"]) == (302, live.ivs_channel.playback)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "no-store" in answer["Cache-Control"]

    lifecycle.end(live)
    assert client.get(address).status_code == 404  # nothing was recorded yet
    ivs.keep_recording(live.ivs_channel.arn, "ivs/v1/a/b", 9000)
    assert client.get(address)["Location"].startswith("https://films.example.com/ivs/v1/a/b/")
