"""What is on air, what is said and shown, and what was recorded of it."""

from streams.models.moderation import Report, Standing, WordList
from streams.models.recording import (
    Captions,
    Extra,
    Made,
    Rendition,
    Segment,
    StreamKey,
    Take,
    Upload,
)
from streams.models.room import Presence, Room, RoomEvent
from streams.models.shows import Deal, LineupItem, Offer, Pin, Show
from streams.models.talk import Poll, PollVote, Question, QuestionVote, Reaction

__all__ = [
    "Captions",
    "Deal",
    "Extra",
    "LineupItem",
    "Made",
    "Offer",
    "Pin",
    "Poll",
    "PollVote",
    "Presence",
    "Question",
    "QuestionVote",
    "Reaction",
    "Rendition",
    "Report",
    "Room",
    "RoomEvent",
    "Segment",
    "Show",
    "Standing",
    "StreamKey",
    "Take",
    "Upload",
    "WordList",
]
