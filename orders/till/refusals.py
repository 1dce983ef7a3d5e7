"""What the till answers when it will not do a thing, in the shape of Stripe's errors."""


class Refusal(Exception):
    """An error answer. `kept` tells whether an idempotency key remembers it."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        kept: bool = True,
        **more,
    ):
        super().__init__(message)
        self.status = status
        self.kept = kept
        named = {"code": code, "message": message, "param": param, "type": type, **more}
        self.error = {name: value for name, value in named.items() if value is not None}


def bad_parameter(message: str, param: str, code: str | None = None, **more) -> Refusal:
    """The input was never tried, so no idempotency key remembers it."""
    return Refusal(message, param=param, code=code, kept=False, **more)


def missing(kind: str, ident: str, *, param: str = "id", status: int = 404) -> Refusal:
    """Nothing goes by that id: the same words for a typo, a guess and someone else's."""
    return Refusal(
        f"No such {kind}: '{ident[:100]}'", status=status, code="resource_missing", param=param
    )


def unexpected_state(intent: dict, verb: str) -> Refusal:
    """The intent is past that, or not there yet."""
    kind = intent["object"]
    return Refusal(
        f"This {kind} is {intent['status']}, so it is not possible to {verb} it.",
        code=f"{kind}_unexpected_state",
        **{kind: intent},
    )


def broken() -> Refusal:
    """The till's own failure, real or asked for."""
    return Refusal("Something broke at the till.", status=500, type="api_error")
