"""Pages and sockets of shows. A shop's own address comes last: it matches any word."""

from django.urls import path

from streams import consumers, views
from streams.video.ingest import relay
from streams.video.ingest.browser import IngestConsumer
from streams.video.origin import playlists

urlpatterns = [
    path("", views.home, name="home"),
    path("live/<slug:slug>/", views.show, name="show"),
    path("hls/<slug:slug>/master.m3u8", playlists.master, name="master-playlist"),
    path("hls/<slug:slug>/live.m3u8", playlists.live, name="live-playlist"),
    path("hls/<slug:slug>/<slug:rendition>.m3u8", playlists.media, name="media-playlist"),
    path("ingest/rtmp/publish", relay.publish, name="rtmp-publish"),
    path("ingest/rtmp/update", relay.update, name="rtmp-update"),
    path("ingest/rtmp/done", relay.done, name="rtmp-done"),
    path("<slug:slug>/", views.shop, name="shop"),
]

sockets = [
    path("ws/live/<slug:slug>/", consumers.RoomConsumer.as_asgi()),
    path("ws/studio/<slug:slug>/", IngestConsumer.as_asgi()),
]
