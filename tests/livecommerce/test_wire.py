import json

import pytest
from websockets.frames import OP_TEXT
from websockets.frames import Frame as TheirFrame

from livecommerce.wire import Frame, frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_is_framed_as_the_standard_says(size):
    theirs = TheirFrame(OP_TEXT, b"x" * size).serialize(mask=False)

    assert Frame("x" * size).wire == theirs


def test_any_server_can_send_it_as_the_text_it_is():
    text = frame({"type": "chat.posted", "text": "🎉 <b>ü</b>"})

    assert isinstance(text, str)
    assert json.loads(text) == {"type": "chat.posted", "text": "🎉 <b>ü</b>"}
    assert text.wire.endswith('🎉 <b>ü</b>"}'.encode())
