"""Who is measured: how each is prepared, served and asked."""

import json
import sys
from dataclasses import dataclass, field

PACKAGE = "tests.benchmarks.sale"
THREADS = 32  # that serve requests, in each worker
NO_LIMITS = {
    "ORDERS_RATE": "1000000/sec",
    "HOLDS_PER_EMAIL": "1000000",
    "HOLDS_PER_ADDRESS": "1000000",
}


@dataclass(frozen=True)
class System:
    """A shop on a database of its own."""

    name: str
    python: str
    package: str
    database: str
    environment: dict = field(repr=False)
    migrate: tuple[str, ...] = ()
    sold: str = ""  # SQL: orders, and units that are promised
    most: int = 0  # orders a second that bags are prepared for

    def words(self, part: str, *arguments) -> list[str]:
        return [self.python, "-m", f"{self.package}.{part}", *map(str, arguments)]


@dataclass(frozen=True)
class Kind:
    """A system as it is served."""

    name: str
    system: System
    server: str  # granian or daphne
    application: str
    is_aside: bool = False  # measured at one point: the hot item, and all the buyers there are

    def command(self, port: int, workers: int) -> list[str]:
        if self.server == "daphne":
            address = f"tcp:port={port}:interface=127.0.0.1:backlog=4096"
            words = ["-e", address, "--no-server-name"]
        else:
            words = [
                *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
                *("--workers", str(workers), "--blocking-threads", str(THREADS)),
                *("--backlog", "4096", "--log-level", "warning", "--no-access-log"),
            ]
        return [self.system.python, "-m", self.server, *words, self.application]


def ours(database: dict, folder: str) -> System:
    """`database` is the environment that names it; none: SQLite in the folder."""
    return System(
        "ours",
        sys.executable,
        f"{PACKAGE}.ours",
        "ours",
        {
            "VAR_DIR": folder,
            "SECRET_KEY": "bench-only",
            "STATICFILES_HASHED": "false",
            "SITE_URL": "http://127.0.0.1",
            **NO_LIMITS,
            **database,
        },
        (sys.executable, "manage.py", "migrate", "-v0"),
        "SELECT (SELECT count(*) FROM orders_order), (SELECT sum(held) FROM shops_stock)",
        1500,
    )


def oscar(python: str, database: dict) -> System:
    """`database` as Django's settings name it."""
    return System(
        "django-oscar",
        python,
        f"{PACKAGE}.oscar",
        database["NAME"],
        {
            "SALE_DATABASE": json.dumps(database),
            "DJANGO_SETTINGS_MODULE": f"{PACKAGE}.oscar.settings",
        },
        (python, "-m", "django", "migrate", "-v0"),
        "SELECT (SELECT count(*) FROM order_order),"
        " (SELECT sum(num_allocated) FROM partner_stockrecord)",
        400,
    )


def threaded(ours: System, oscar: System) -> list[Kind]:
    """Both in threads (WSGI)."""
    return [
        Kind("ours", ours, "granian", "livecommerce.wsgi:application"),
        Kind("django-oscar", oscar, "granian", f"{PACKAGE}.oscar.wsgi:application"),
    ]


def kinds(ours: System, oscar: System) -> list[Kind]:
    """Both in threads, then as deploy/Procfile serves pages."""
    return [
        *threaded(ours, oscar),
        Kind("ours, one by one", ours, "granian", f"{PACKAGE}.ours.singly:application", True),
        Kind("ours, daphne", ours, "daphne", "livecommerce.asgi:application", True),
        Kind("django-oscar, daphne", oscar, "daphne", f"{PACKAGE}.oscar.asgi:application", True),
    ]
