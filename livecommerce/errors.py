"""Refusals: what we say when we will not do a thing."""


class DomainError(Exception):
    """Nothing was changed. `code` is for programs, `detail` for people, `field` names the input."""

    code = "refused"
    status = 409  # as the API answers it

    def __init__(self, detail: str, *, field: str = ""):
        super().__init__(detail)
        self.detail = detail
        self.field = field

    def as_dict(self) -> dict:
        """The refusal as every door answers it: {code, detail[, field]}."""
        answer = {"code": self.code, "detail": self.detail}
        if self.field:
            answer["field"] = self.field
        return answer


class Invalid(DomainError):
    """The input itself cannot be right, whatever the state of the shop."""

    code = "invalid"
