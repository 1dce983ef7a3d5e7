"""How many hosts one process may encode at once. One that is copied costs next to nothing."""

from django.conf import settings

from livecommerce.errors import DomainError


class EncodersBusy(DomainError):
    code = "encoders_busy"


class Slot:
    """The right to encode, until it is given back. To give it back twice changes nothing."""

    taken = 0

    def __init__(self):
        Slot.taken += 1
        self._is_mine = True

    def give_back(self) -> None:
        if self._is_mine:
            self._is_mine = False
            Slot.taken -= 1


def take() -> Slot:
    """Raises EncodersBusy when as many run as may."""
    if Slot.taken >= settings.ENCODERS:
        raise EncodersBusy(
            "This machine encodes as many pictures as it can. Send H.264, or try again later."
        )
    return Slot()
