"""What a request that cannot be read is told."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.views import defaults


def bad_request(request, exception):
    """400; or 413 for a body that is larger than anything we ask for."""
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse("too large\n", status=413, content_type="text/plain")
    return defaults.bad_request(request, exception)


def not_found(request, exception):
    """404, which no cache keeps: a segment that somebody guessed early will come."""
    answer = defaults.page_not_found(request, exception)
    answer["Cache-Control"] = "no-store"
    return answer
