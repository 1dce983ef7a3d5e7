"""What pages may load, where it differs from the settings."""

from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

BACK_OFFICE = {"script-src": [SELF, NONCE, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class BackOfficePolicyMiddleware:
    """Loosen the policy below /admin/ only: its widgets compile expressions at run time."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = BACK_OFFICE
        return response
