import pytest

from streams.video.ingest import encoders


@pytest.fixture(autouse=True)
def _one_at_once(settings, monkeypatch):
    settings.ENCODERS = 1
    monkeypatch.setattr(encoders.Slot, "taken", 0)


def test_no_more_are_encoded_at_once_than_may_be():
    first = encoders.take()

    with pytest.raises(encoders.EncodersBusy) as refusal:
        encoders.take()

    assert refusal.value.code == "encoders_busy"
    assert encoders.Slot.taken == 1
    first.give_back()
    encoders.take()


def test_a_slot_is_given_back_once():
    slot = encoders.take()

    slot.give_back()
    slot.give_back()

    assert encoders.Slot.taken == 0
