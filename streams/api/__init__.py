"""The API of shows: what everyone may read, and what a shop's people may do on air."""

from django.urls import path

from streams.api import deals, moderation, on_air, polls, questions, shows, stream_key

SHOW = "shows/<slug:slug>/"
QUESTION = f"{SHOW}questions/<int:number>/"

urlpatterns = [
    path("shows/", shows.ShowList.as_view(), name="shows"),
    path("shows/<slug:slug>/", shows.ShowDetail.as_view(), name="show"),
    path("shows/<slug:slug>/room/", shows.RoomView.as_view(), name="room"),
    path("shows/<slug:slug>/events/", shows.EventsView.as_view(), name="events"),
    path("shows/<slug:slug>/pin/", on_air.PinView.as_view(), name="pin"),
    path("shows/<slug:slug>/deals/", deals.DealsView.as_view(), name="deals"),
    path("shows/<slug:slug>/deals/<int:deal>/", deals.DealView.as_view(), name="deal"),
    path("shows/<slug:slug>/start/", on_air.StartView.as_view(), name="start-show"),
    path("shows/<slug:slug>/end/", on_air.EndView.as_view(), name="end-show"),
    path(f"{SHOW}stream-key/", stream_key.StreamKeyView.as_view(), name="stream-key"),
    path(
        f"{SHOW}stream-key/rotate/",
        stream_key.RotateStreamKeyView.as_view(),
        name="rotate-stream-key",
    ),
    path(f"{SHOW}moderation/", moderation.ModerationView.as_view(), name="moderation"),
    path(f"{SHOW}hide/", moderation.HideView.as_view(), name="hide-message"),
    path(f"{SHOW}mute/", moderation.MuteView.as_view(), name="mute"),
    path(f"{SHOW}ban/", moderation.BanView.as_view(), name="ban"),
    path(f"{SHOW}restore/", moderation.RestoreView.as_view(), name="restore"),
    path(f"{SHOW}approve/", moderation.ApproveView.as_view(), name="approve-message"),
    path(f"{SHOW}refuse/", moderation.RefuseView.as_view(), name="refuse-message"),
    path(f"{SHOW}settle/", moderation.SettleView.as_view(), name="settle-reports"),
    path(f"{SHOW}rules/", moderation.RulesView.as_view(), name="rules"),
    path(f"{SHOW}words/", moderation.WordsView.as_view(), name="words"),
    path(f"{SHOW}pinned-message/", moderation.PinnedMessageView.as_view(), name="pinned-message"),
    path(f"{SHOW}history/", moderation.HistoryView.as_view(), name="history"),
    path("shows/<slug:slug>/poll/", polls.PollView.as_view(), name="poll"),
    path(f"{QUESTION}answer/", questions.AnswerView.as_view(), name="answer-question"),
    path(f"{QUESTION}answered/", questions.AnsweredView.as_view(), name="question-answered"),
    path(f"{QUESTION}reopen/", questions.ReopenView.as_view(), name="reopen-question"),
    path(f"{QUESTION}hide/", questions.HideQuestionView.as_view(), name="hide-question"),
    path(f"{QUESTION}approve/", questions.ApproveQuestionView.as_view(), name="approve-question"),
]
