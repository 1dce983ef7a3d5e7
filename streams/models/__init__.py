"""What is on air, what is said and shown, and what was recorded of it."""

from streams.models.moderation import Report, Standing, WordList
from streams.models.recording import Rendition, Segment, Take
from streams.models.room import Presence, Room, RoomEvent
from streams.models.shows import Deal, LineupItem, Offer, Pin, Show
from streams.models.talk import Poll, PollVote, Question, QuestionVote, Reaction

__all__ = [
    "Deal",
    "LineupItem",
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
    "Take",
    "WordList",
]
