"""Which static files are ours to serve."""

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder


class PickyFinder(FileSystemFinder):
    """Of a browser library only what a page asks for: the rest would take minutes to compress."""

    def list(self, ignore_patterns):
        for path, storage in super().list(ignore_patterns):
            wanted = settings.STATICFILES_PICKED.get(storage.prefix)
            if wanted is None or path in wanted:
                yield path, storage
