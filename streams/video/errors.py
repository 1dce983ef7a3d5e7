"""What can be wrong with media that somebody sent us."""


class MediaError(Exception):
    """The media cannot be used. `code` is for programs, the text for people."""

    code = "bad_media"


class NotVideo(MediaError):
    """The bytes are not a video we take."""

    code = "not_video"


class BadBox(MediaError):
    """A box of the MP4 is damaged, too large or out of place."""

    code = "bad_box"


class EmptyMedia(MediaError):
    """The media ended before its first picture or sound."""

    code = "empty_media"


class NoKeyFrames(MediaError):
    """The video goes on too long without a frame on which a viewer can begin."""

    code = "no_key_frames"
