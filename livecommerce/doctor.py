"""What is configured, what is missing, what that means: in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.checks import Warning as CheckWarning
from django.core.checks import run_checks
from django.core.files.storage import default_storage
from django.db import connection

from livecommerce import health
from orders import gateway
from streams.video import ffmpeg
from streams.video.engines import cloud


@dataclass(frozen=True)
class Finding:
    level: str  # ok, note, wrong
    what: str
    words: str


def examine() -> Iterator[Finding]:
    yield _database()
    yield _redis()
    yield _storage()
    yield _money()
    yield _webhook()
    yield _mail()
    yield _site()
    yield _video()
    yield _encoders()
    yield _large_audiences()
    for name, check in health.CHECKS.items():
        answer = health.answer_of(check)
        yield Finding("ok" if answer == "ok" else "wrong", f"ready: {name}", answer)
    for problem in run_checks(include_deployment_checks=settings.IS_SECURE):
        level = "note" if isinstance(problem, CheckWarning) else "wrong"
        yield Finding(level, problem.id or "check", str(problem.msg))


def _database() -> Finding:
    if connection.vendor == "sqlite":
        return Finding("note", "database", "SQLite. One machine; set DATABASE_URL to grow.")
    return Finding("ok", "database", f"{connection.display_name}.")


def _redis() -> Finding:
    if not settings.REDIS_URL:
        return Finding("note", "redis", "None. One process only; set REDIS_URL for more.")
    return Finding("ok", "redis", "Carries room news, cache and the task queue.")


def _storage() -> Finding:
    if settings.FILES["BACKEND"].endswith("S3Storage"):
        return _bucket()
    return Finding("note", "files", f"In {settings.MEDIA_ROOT}. Set AWS_STORAGE_BUCKET_NAME.")


def _bucket() -> Finding:
    if not settings.MEDIA_FROM:
        return Finding("ok", "files", "An S3 bucket, read through here.")
    begins = default_storage.url("x").partition("?")[0].removesuffix("/x")
    if begins != settings.MEDIA_FROM:
        words = f"The bucket's addresses begin with {begins}, MEDIA_FROM says something else."
        return Finding("wrong", "files", words)
    return Finding("ok", "files", f"An S3 bucket; segments are read from {begins}.")


def _money() -> Finding:
    if settings.IS_STAND_IN:
        level = "wrong" if settings.IS_SECURE else "note"
        return Finding(level, "money", "The stand-in till: nobody pays. Set STRIPE_SECRET_KEY.")
    if not settings.STRIPE_PUBLISHABLE_KEY:
        return Finding("wrong", "money", "STRIPE_PUBLISHABLE_KEY is missing: no page can pay.")
    try:
        gateway.ping()
    except gateway.GatewayUnavailable as error:
        return Finding("wrong", "money", f"Stripe does not answer: {error.detail}")
    except gateway.PaymentRefused as error:
        return Finding("wrong", "money", f"Stripe refuses the key: {error.detail}")
    return Finding("ok", "money", "Stripe answers.")


def _webhook() -> Finding:
    if not settings.STRIPE_WEBHOOK_SECRET:
        return Finding("wrong", "webhook", "STRIPE_WEBHOOK_SECRET is missing: the door is shut.")
    return Finding("ok", "webhook", f"{settings.SITE_URL}/webhooks/stripe")


def _mail() -> Finding:
    if not settings.MAIL_URL:
        words = f"Files in {settings.MAIL_DIR}: nobody gets a letter. Set MAIL_URL."
        return Finding("note", "mail", words)
    return Finding("ok", "mail", f"{settings.EMAIL_HOST}, from {settings.DEFAULT_FROM_EMAIL}.")


def _site() -> Finding:
    if not settings.IS_SECURE:
        return Finding("note", "site", f"{settings.SITE_URL}: plain HTTP. Cameras need HTTPS.")
    return Finding("ok", "site", settings.SITE_URL)


def _video() -> Finding:
    return Finding("ok", "video", ffmpeg.executable())


def _encoders() -> Finding:
    if not settings.RTMP_URL:
        return Finding("note", "encoders", "None: hosts send from a browser. Set RTMP_PORT.")
    if settings.RTMP_PORT:
        return Finding("ok", "encoders", f"{settings.RTMP_URL}, by our own server.")
    words = f"{settings.RTMP_URL}, by nginx; fetched from {settings.RTMP_PULL_URL}."
    return Finding("ok", "encoders", words)


def _large_audiences() -> Finding:
    if not settings.IVS_REGION:
        return Finding("note", "large audiences", "By this house alone. Set IVS_REGION for more.")
    try:
        cloud.ping()
    except cloud.CloudTrouble as trouble:
        return Finding("wrong", "large audiences", trouble.detail)
    names = ("IVS_RECORDING_ARN", "IVS_RECORDING_URL", "IVS_EVENTS_SECRET")
    if missing := [name for name in names if not getattr(settings, name)]:
        words = f"Amazon IVS answers, but its shows have no replay without {', '.join(missing)}."
        return Finding("wrong", "large audiences", words)
    return Finding("ok", "large audiences", f"Amazon IVS answers in {settings.IVS_REGION}.")
