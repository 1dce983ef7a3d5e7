"""The test cards: what each number does when it is charged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    number: str
    brand: str = "visa"
    asks: bool = False  # the bank wants 3-D Secure first
    code: str = ""  # then the bank refuses, with Stripe's code
    decline_code: str = ""
    message: str = ""
    leaves: bool = False  # no card at all: the shopper decides on another page

    @property
    def refusal(self) -> dict:
        """The bank's no, in the words of an error."""
        return {
            "code": self.code,
            "decline_code": self.decline_code,
            "message": self.message,
            "type": "card_error",
        }

    @property
    def last4(self) -> str:
        return self.number[-4:]


REFUSED = {
    "code": "card_declined",
    "decline_code": "generic_decline",
    "message": "The bank refused this card.",
}
CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444", brand="mastercard"),
        Card("378282246310005", brand="amex"),
        Card("4000000000000002", **REFUSED),
        Card(
            "4000000000009995",
            code="card_declined",
            decline_code="insufficient_funds",
            message="There is not enough money on this card.",
        ),
        Card(
            "4000000000000069",
            code="expired_card",
            decline_code="expired_card",
            message="This card has expired.",
        ),
        Card(
            "4000000000000127",
            code="incorrect_cvc",
            decline_code="incorrect_cvc",
            message="The security code of this card is not right.",
        ),
        Card(
            "4000000000000119",
            code="processing_error",
            decline_code="processing_error",
            message="The bank could not answer. Try again in a moment.",
        ),
        Card("4000002500003155", asks=True),
        Card("4000002760003184", asks=True),
        Card("4000008400001629", asks=True, **REFUSED),
    )
}
LATER = Card("", brand="klarna", leaves=True)
PAID_LATER_IN = ("aud", "cad", "chf", "czk", "dkk", "eur", "gbp", "nok", "nzd", "pln", "sek", "usd")

# The names by which a server may use a test card without ever seeing a number.
READY_MADE = {
    "pm_klarna": "",
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_threeDSecure2Required": "4000002760003184",
    "pm_card_authenticationRequired": "4000002500003155",
    "pm_card_threeDSecureRequiredChargeDeclined": "4000008400001629",
}
