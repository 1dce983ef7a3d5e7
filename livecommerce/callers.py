"""Who may call the API and how what they send is read: the classes that the settings name.

They stand apart from livecommerce.api because DRF loads them while it is being imported itself.
"""

import json
from ipaddress import ip_address, ip_network

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, ParseError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import JSONParser
from rest_framework.throttling import BaseThrottle

MAX_BODY = 64 * 1024  # bytes


HOUSEHOLD = 64  # bits: whoever has one address of IPv6 has all others that begin alike


def address_of(request) -> str:
    """Where a request came from: as far as our own proxies say, never what a stranger wrote.

    Of IPv6 it is the network: who may choose among 2⁶⁴ addresses would never be counted twice.
    """
    ident = BaseThrottle().get_ident(request) or ""
    try:
        address = ip_address(ident)
    except ValueError:
        return ident
    if address.version == 4:
        return ident
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), HOUSEHOLD), strict=False).network_address)


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
