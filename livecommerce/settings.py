"""All settings, from the environment (docs/settings.md is their table).

Nothing set: one process, SQLite, local files, an in-memory layer and the stand-in till.
Each variable turns one real thing on.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import dj_email_url
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from environs import Env, ValidationError, validate

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))  # everything the product itself writes
VAR_DIR.mkdir(parents=True, exist_ok=True)


def kept_secret(name: str) -> str:
    """A secret made on first use and kept beside the data, for those who set none."""
    path = VAR_DIR / name
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        fresh.rename(path)
    return path.read_text()


def mail_server(address: str) -> None:
    if address and "EMAIL_BACKEND" not in dj_email_url.parse(address):
        raise ValidationError("Write it like submission://user:password@mail.example.com.")


# Who we are on the network
DEBUG = env.bool("DEBUG", False)
IS_ADDRESS = validate.Regexp(
    r"https?://[^/\s]+/?$", error="Write it like https://shop.example.com."
)
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000", validate=IS_ADDRESS).rstrip("/")
SITE = urlsplit(SITE_URL)
IS_SECURE = SITE.scheme == "https"
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret("secret-key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [SITE.hostname, "127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [SITE_URL])
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None
SECURE_REDIRECT_EXEMPT = [  # the balancer and nginx-rtmp ask in plain HTTP
    *(r"^healthz$", r"^readyz$", r"^ingest/rtmp/"),
]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

INSTALLED_APPS = [
    "daphne",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "channels",
    "storages",
    "livecommerce",
    "shops",
    "streams",
    "orders",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "livecommerce.compression.TextOnlyGZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "livecommerce.policy.BackOfficePolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "livecommerce.visitors.VisitorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "livecommerce.urls"
ASGI_APPLICATION = "livecommerce.asgi.application"
WSGI_APPLICATION = "livecommerce.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["livecommerce.templatetags.words"],
        },
    },
]

# People
AUTH_USER_MODEL = "shops.User"
SESSION_ENGINE = "livecommerce.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_I18N = USE_TZ = True

# Rows
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that reads first and writes later would fail at once under load.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # A file for the tests too: threads that share a database in memory do not race as in life.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}

# Redis: layer, cache and broker together. Without it everything lives in one process.
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_connect_timeout": 2}]},
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "livecommerce.layers.OneProcessChannelLayer"}}
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},  # limits of whoever talks: none is to be forgotten
        }
    }

# What a process remembers by itself: limits that need not be exact.
CACHES["here"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "here",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}

# Work: the row is the queue, Celery is the bell, beat rings again for what was lost.
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"streams.tasks.make_*": {"queue": "media"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # the sweepers ring again; a request never waits for Redis
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_timeout": 5, "socket_connect_timeout": 2} if REDIS_URL else {"polling_interval": 0.05}
)
CELERY_BEAT_MAX_LOOP_INTERVAL = 1  # seconds; no longer until it hears that it is to end
CELERY_BEAT_SCHEDULE = {
    "expire orders": {"task": "orders.tasks.expire_orders", "schedule": 15},
    "capture what is due": {"task": "orders.tasks.capture_due", "schedule": 30},
    "walk the waiting line": {"task": "orders.tasks.walk_line", "schedule": 15},
    "send letters": {"task": "orders.tasks.send_letters", "schedule": 10},
    "settle unclear payments": {"task": "orders.tasks.settle_unclear", "schedule": 45},
    "settle refunds": {"task": "orders.tasks.settle_refunds", "schedule": 60},
    "hear what was missed": {"task": "orders.tasks.hear_missed", "schedule": 120},
    "cancel orphaned intents": {"task": "orders.tasks.cancel_orphans", "schedule": 300},
    "make replays that are due": {"task": "streams.tasks.sweep_replays", "schedule": 30},
    "tell of deals that are over": {"task": "streams.tasks.sweep_deals", "schedule": 5},
    "close takes that went silent": {"task": "streams.tasks.sweep_takes", "schedule": 15},
    "end shows that went silent": {"task": "streams.sweeps.end_silent_shows", "schedule": 60},
}

# Files: pictures, segments. One storage, one address for all of them (livecommerce/media.py).
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"
SIGNED_FOR = 3600  # seconds that the address of a file in a private bucket is good
FILES, MEDIA_FROM = {"BACKEND": "django.core.files.storage.FileSystemStorage"}, ""
if env.str("AWS_STORAGE_BUCKET_NAME", ""):
    FILES = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("AWS_STORAGE_BUCKET_NAME"),
            "endpoint_url": env.str("AWS_S3_ENDPOINT_URL", None),
            "region_name": env.str("AWS_S3_REGION_NAME", None),
            "custom_domain": env.str("AWS_S3_CUSTOM_DOMAIN", None),
            "signature_version": "s3v4",
            "querystring_expire": SIGNED_FOR,
            "file_overwrite": False,
        },
    }
    # What its addresses begin with, where viewers fetch segments from it; none: through us.
    MEDIA_FROM = env.str("MEDIA_FROM", "").rstrip("/")
REWIND_MINUTES = env.int("REWIND_MINUTES", 30)  # how far back viewers of a live show can go
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", 4096)  # of a finished film
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("hls", BASE_DIR / "node_modules" / "hls.js" / "dist"),
]
STATICFILES_PICKED = {"hls": ("hls.light.min.mjs", "hls.worker.js", "hls.worker.js.map")}
STATICFILES_FINDERS = [
    "livecommerce.finders.PickyFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATICFILES_HASHED = env.bool("STATICFILES_HASHED", not DEBUG)
STORAGES = {
    "default": FILES,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATICFILES_HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATICFILES_HASHED
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# The picture
ENCODERS = env.int("ENCODERS", max(1, (os.cpu_count() or 1) // 2))  # at once in a process
SILENCE_ENDS_SHOW = env.int("SILENCE_ENDS_SHOW", 120)  # minutes after the last picture; 0: never

# RTMP: our own small server, or nginx-rtmp in front (docs/obs.md)
RTMP_PORT = env.int("RTMP_PORT", 0)  # 0: our own does not run
RTMP_URL = env.str("RTMP_URL", f"rtmp://{SITE.hostname}:{RTMP_PORT}/live" if RTMP_PORT else "")
RTMP_PULL_URL = env.str("RTMP_PULL_URL", "rtmp://127.0.0.1:1935/live").rstrip("/")
RTMP_RELAY_SECRET = env.str("RTMP_RELAY_SECRET", "")  # none: callbacks from this machine only

# Amazon IVS: another engine, for large audiences (docs/ivs.md). Credentials as boto3 finds them.
IVS_REGION = env.str("IVS_REGION", "")  # none: off
IVS_CHANNEL_TYPES = ("BASIC", "STANDARD", "ADVANCED_SD", "ADVANCED_HD")
IVS_CHANNEL_TYPE = env.str(
    "IVS_CHANNEL_TYPE", "STANDARD", validate=validate.OneOf(IVS_CHANNEL_TYPES)
)
IVS_RECORDING_ARN = env.str("IVS_RECORDING_ARN", "")  # none: no replay
IVS_RECORDING_URL = env.str("IVS_RECORDING_URL", "").rstrip("/")  # where viewers read the bucket
IVS_EVENTS_SECRET = env.str("IVS_EVENTS_SECRET", "")  # none: events are turned away
if IVS_REGION:
    CELERY_BEAT_SCHEDULE["look after channels"] = {
        "task": "streams.tasks.sweep_channels",
        "schedule": 15,
    }

# Money. Without a secret key the stand-in till takes Stripe's place, at its own address.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
IS_STAND_IN = not STRIPE_SECRET_KEY
if IS_STAND_IN:
    STRIPE_SECRET_KEY = "sk_test_till"
    STRIPE_PUBLISHABLE_KEY = "pk_test_till"
    STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "") or kept_secret("till-secret")
    STRIPE_API_BASE = env.str("STRIPE_API_BASE", "http://127.0.0.1:8001")
else:
    STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", "")
    STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
    STRIPE_API_BASE = env.str("STRIPE_API_BASE", "")
HOLD_SECONDS = env.int("HOLD_SECONDS", 600)  # how long an unpaid order keeps its units

CALL_SECONDS = env.int("CALL_SECONDS", 300)  # how long who was called from the line has to buy
HOLDS_PER_EMAIL = env.int("HOLDS_PER_EMAIL", 3)  # unpaid orders at once
HOLDS_PER_ADDRESS = env.int("HOLDS_PER_ADDRESS", 100)  # many phones share one

# Mail: where letters go. Nothing set: into files, and to nobody.
MAIL_URL = env.str("MAIL_URL", "", validate=mail_server)
MAIL_DIR = VAR_DIR / "mail"
MAIL = dj_email_url.parse(MAIL_URL or "file:")
EMAIL_BACKEND, EMAIL_FILE_PATH = MAIL["EMAIL_BACKEND"], str(MAIL_DIR)
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"], MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"], MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL["EMAIL_USE_TLS"], MAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = MAIL["EMAIL_TIMEOUT"] or 15  # seconds; far less than a letter's lease
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", f"no-reply@{SITE.hostname}")

# What a page may load
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF, f"{'wss' if IS_SECURE else 'ws'}://{SITE.netloc}"],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}
PICTURE_SOURCES = (["https://*.live-video.net"] if IVS_REGION else []) + [
    "{0.scheme}://{0.netloc}".format(urlsplit(place))
    for place in (IVS_RECORDING_URL, MEDIA_FROM)
    if place
]
for directive in ("connect-src", "media-src"):
    CONTENT_SECURITY_POLICY["DIRECTIVES"][directive] += PICTURE_SOURCES
if IS_STAND_IN:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"].append(STRIPE_API_BASE)
else:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"] += [
        "https://js.stripe.com",
        "https://*.js.stripe.com",
    ]
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"].append("https://api.stripe.com")
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["frame-src"] = [
        "https://js.stripe.com",
        "https://*.js.stripe.com",
        "https://hooks.stripe.com",
    ]
    # Wallets open a window of their own out of Stripe's frame, and have to hear how it ended.
    SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups"

ORDERS_RATE = env.str(
    "ORDERS_RATE",
    "30/min",
    validate=validate.Regexp(r"\d+/[smhd]", error="Write it like 30/min."),
)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["livecommerce.callers.OwnPagesOnly"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["livecommerce.callers.BodyParser"],
    "DEFAULT_PAGINATION_CLASS": "livecommerce.callers.Page",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "livecommerce.api.refuse",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_RATES": {"orders": ORDERS_RATE},
    # How many proxies of ours add to X-Forwarded-For; what a stranger writes there is not read.
    "NUM_PROXIES": env.int("NUM_PROXIES", 0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Live commerce",
    "DESCRIPTION": "Shops, shows and orders. Refusals are 409 {code, detail}.",
    "VERSION": "1.0.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ShowStatus": "streams.models.Show.Status",
        "OrderStatus": "orders.models.Order.Status",
        "PlaceStatus": "orders.models.Place.Status",
    },
}

LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": env.str("LOG_LEVEL", "WARNING", validate=validate.OneOf(LEVELS)),
    },
}

# The back office: neutral, so that the goods and the picture are the colour
SHADES = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950)


def shades(hue: int, steps: str) -> dict[str, str]:
    """One colour from light to dark; each step is a lightness in percent and a chroma (OKLCH)."""
    named = zip(SHADES, map(str.split, steps.split(",")), strict=True)
    return {str(name): f"oklch({light}% {chroma} {hue})" for name, (light, chroma) in named}


UNFOLD = {
    "SITE_TITLE": "Back office",
    "SITE_HEADER": "Back office",
    "SITE_SYMBOL": "storefront",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("img/favicon.svg"),
        }
    ],
    "BORDER_RADIUS": "8px",
    "DASHBOARD_CALLBACK": "orders.admin.dashboard",
    "SIDEBAR": {"navigation": "orders.admin.navigation"},
    "STYLES": [lambda request: static("css/control/parts.css")],
    "COLORS": {
        "base": shades(
            85,
            "98.4 .003, 96.4 .004, 92 .005, 86 .006, 70 .008, 53 .009, "
            "43 .009, 35 .008, 26 .007, 20 .006, 13 .005",
        ),
        "primary": shades(
            30,
            "97 .015, 94 .03, 88 .06, 81 .09, 73 .12, 66 .14, "
            "50 .14, 44 .12, 38 .1, 32 .08, 24 .06",
        ),
    },
}
