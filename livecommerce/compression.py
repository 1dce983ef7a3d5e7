"""Which answers are compressed: text that we write, not files that are read."""

from django.middleware.gzip import GZipMiddleware


class TextOnlyGZipMiddleware(GZipMiddleware):
    """Pictures and segments are as small as they get; deflating each again costs every viewer."""

    def process_response(self, request, response):
        return response if response.streaming else super().process_response(request, response)
