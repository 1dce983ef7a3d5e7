"""Is this process alive, and may it be sent visitors?"""

import logging

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request):
    """The process answers. Nothing else is asked, so that a sick database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """200 when everything a visitor needs works, else 503; either way what was found, by name."""
    found = {name: answer_of(check) for name, check in CHECKS.items()}
    is_ready = all(answer == "ok" for answer in found.values())
    return JsonResponse(found, status=200 if is_ready else 503)


def answer_of(check) -> str:
    try:
        return check() or "ok"
    except Exception:
        logger.exception("readiness: %s failed", check.__name__)
        return "failed"  # no more: this page is public


def _database():
    with connection.cursor() as cursor:
        # Asks for a write without leaving a trace.
        cursor.execute("UPDATE django_migrations SET app = app WHERE id = -1")


def _migrations():
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "migrations are due"
    return None


def _redis():
    if not settings.REDIS_URL:
        return "ok"
    cache.set("readyz", "1", timeout=5)
    return None if cache.get("readyz") == "1" else "does not keep what it is given"


def _storage():
    name = default_storage.save("readyz/probe", ContentFile(b"ok"))
    default_storage.delete(name)


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "storage": _storage,
}
