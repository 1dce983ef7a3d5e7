"""The product's own settings, on a storage that can be told to fail."""

from livecommerce.settings import *  # noqa: F403
from livecommerce.settings import STORAGES, VAR_DIR

STORAGES["default"] = {"BACKEND": "tests.chaos.faulty_storage.FaultyStorage"}
FAULT_FILE = VAR_DIR / "storage-fault"
