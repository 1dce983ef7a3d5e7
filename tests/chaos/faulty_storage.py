"""Local files, on a disk that is full or slow while a file says so: "full", or seconds."""

import time

from django.conf import settings
from django.core.files.storage import FileSystemStorage


class FaultyStorage(FileSystemStorage):
    def _save(self, name, content):
        fault = settings.FAULT_FILE.read_text() if settings.FAULT_FILE.exists() else ""
        if fault == "full":
            super()._save(name, content.__class__(content.read()[:7]))  # as far as it goes
            raise OSError(28, "No space left on device")
        time.sleep(float(fault or 0))
        return super()._save(name, content)
