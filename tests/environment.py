"""Loaded before Django's settings: tests write nothing outside a folder of their own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="livecommerce-tests-"))
os.environ.setdefault("STATICFILES_HASHED", "false")
os.environ.setdefault("SECRET_KEY", "tests-only")
os.environ.setdefault("STRIPE_WEBHOOK_SECRET", "whsec_tests")
Path(os.environ["VAR_DIR"], "static").mkdir(parents=True, exist_ok=True)  # else WhiteNoise warns
