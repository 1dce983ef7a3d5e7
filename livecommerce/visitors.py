"""Who carries a bag and a nickname without an account: a signed cookie, no row."""

import secrets

from django.conf import settings
from django.core import signing
from django.utils.functional import SimpleLazyObject

COOKIE = "visitor"
LASTS = 180 * 24 * 3600  # seconds
SALT = "livecommerce.visitor"


def read(cookie: str | None) -> str | None:
    """The visitor's id inside the cookie, or None if we did not write it."""
    try:
        return signing.loads(cookie or "", salt=SALT)
    except signing.BadSignature:
        return None


def cookie_for(visitor: str) -> str:
    return signing.dumps(visitor, salt=SALT)


class VisitorMiddleware:
    """request.visitor is made when first asked for; only then is the cookie set."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        made = []

        def visitor():
            known = read(request.COOKIES.get(COOKIE))
            if known is None:
                known = secrets.token_urlsafe(16)
                made.append(known)
            return known

        request.visitor = SimpleLazyObject(visitor)
        response = self.get_response(request)
        for fresh in made:
            response.set_cookie(
                COOKIE,
                cookie_for(fresh),
                max_age=LASTS,
                httponly=True,
                samesite="Lax",
                secure=settings.IS_SECURE,
            )
        return response
