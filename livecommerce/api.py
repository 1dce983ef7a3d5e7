"""What the API's calls have in common: shapes in, shapes out, and how a no is said."""

from functools import cache

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from livecommerce.callers import OwnPagesOnly
from livecommerce.errors import DomainError

MAX_NUMBER = 2**53 - 1  # the largest that every reader of JSON holds exactly


def refuse(error: Exception, context: dict) -> Response | None:
    """A refusal becomes 409 (or 429) {code, detail[, field]}, in this one place."""
    if isinstance(error, DomainError):
        return Response(error.as_dict(), status=error.status)
    return exception_handler(error, context)


class OwnPagesScheme(SessionScheme):
    """Tells the schema that OwnPagesOnly is a cookie."""

    target_class = OwnPagesOnly


class WholeNumber(serializers.IntegerField):
    """A JSON integer, and nothing that can be read as one: no "2", 2.0, true or "١"."""

    def __init__(self, **options):
        super().__init__(**{"min_value": 0, "max_value": MAX_NUMBER} | options)

    def to_internal_value(self, data):
        if type(data) is not int:
            self.fail("invalid")
        return data


class WrittenNumber(WholeNumber):
    """The same in an address, where all is text: ASCII digits."""

    def to_internal_value(self, data):
        if not (data.isascii() and data.isdigit() and len(data) <= 16):
            self.fail("invalid")
        return int(data)


def asked(shape: type[serializers.Serializer], data) -> dict:
    """What a body or a query says, in the right shape; else 400 {field: [what is wrong]}."""
    return _reader(shape).run_validation(data)


@cache
def _reader(shape: type[serializers.Serializer]) -> serializers.Serializer:
    """One for each shape: to copy its fields for every call would cost more than to read them."""
    return shape()


class ProblemSerializer(serializers.Serializer):
    detail = serializers.CharField()


class RefusalSerializer(serializers.Serializer):
    """Nothing was changed. `code` is for programs, `detail` for people."""

    code = serializers.CharField()
    detail = serializers.CharField()
    field = serializers.CharField(required=False)


REFUSED = {400: OpenApiTypes.OBJECT, 409: RefusalSerializer}


def answers(shape, *refusals: int, status: int = 200) -> dict:
    """The answers of a call, for its schema."""
    return {status: shape} | {code: REFUSED.get(code, ProblemSerializer) for code in refusals}


@extend_schema(exclude=True)
class Nothing(APIView):
    """Addresses that do not exist answer in JSON, too."""

    def initial(self, request, *args, **kwargs):
        raise NotFound
