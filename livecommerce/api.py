"""DRF's glue: a refusal becomes 409 {code, detail[, field]}, in this one place."""

from rest_framework.response import Response
from rest_framework.views import exception_handler

from livecommerce.errors import DomainError


def refuse(error: Exception, context: dict) -> Response | None:
    if isinstance(error, DomainError):
        return Response(error.as_dict(), status=409)
    return exception_handler(error, context)
