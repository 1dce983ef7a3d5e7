"""Who may call the API and how what they send is read: the classes that the settings name.

They stand apart from livecommerce.api because DRF loads them while it is being imported itself.
"""

import json

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, ParseError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import JSONParser
from rest_framework.throttling import BaseThrottle

MAX_BODY = 64 * 1024  # bytes


def address_of(request) -> str:
    """Where a request came from: as far as our own proxies say, never what a stranger wrote."""
    return BaseThrottle().get_ident(request)


class OwnPagesOnly(SessionAuthentication):
    """Who is signed in; nobody, signed in or not, is moved by a foreign page.

    DRF itself asks only signed-in people for the CSRF token, but a visitor's cookie carries a bag.
    """

    def authenticate(self, request):
        self.enforce_csrf(request)
        user = request._request.user
        return (user, None) if user.is_active else None


class TooLarge(APIException):
    status_code = 413
    default_detail = f"A body has {MAX_BODY} bytes at most."


class BodyParser(JSONParser):
    """JSON of a sane size. NaN passes here, so that the answer can name its field."""

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise TooLarge
        try:
            return json.loads(raw)
        except (ValueError, RecursionError) as error:  # brackets nested by the thousand
            raise ParseError("This is not JSON.") from error


class Page(LimitOffsetPagination):
    max_limit = 200
