"""The API of shows: what everyone may read, and what a shop's people may do on air."""

from django.urls import path

from streams.api import on_air, shows

urlpatterns = [
    path("shows/", shows.ShowList.as_view(), name="shows"),
    path("shows/<slug:slug>/", shows.ShowDetail.as_view(), name="show"),
    path("shows/<slug:slug>/room/", shows.RoomView.as_view(), name="room"),
    path("shows/<slug:slug>/events/", shows.EventsView.as_view(), name="events"),
    path("shows/<slug:slug>/pin/", on_air.PinView.as_view(), name="pin"),
    path("shows/<slug:slug>/start/", on_air.StartView.as_view(), name="start-show"),
    path("shows/<slug:slug>/end/", on_air.EndView.as_view(), name="end-show"),
    path("shows/<slug:slug>/hide/", on_air.HideView.as_view(), name="hide-message"),
]
