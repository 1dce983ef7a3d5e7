"""A virtualenv for django-oscar, made once: never in ours, with the versions that ours has."""

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

OSCAR = "4.2.1"
SHARED = ("django", "psycopg", "psycopg-binary", "psycopg-pool", "granian", "daphne", "asgiref")


def python(folder: Path) -> str:
    """The interpreter that has it; the first call takes half a minute."""
    home = folder / f"oscar-{OSCAR}"
    program, mark = home / "bin" / "python", home / "complete"
    if not mark.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pins = [f"{name}=={version(name)}" for name in SHARED]
        _install(str(program), [f"django-oscar[sorl-thumbnail]=={OSCAR}", *pins])
        mark.touch()
    return str(program)


def _install(program: str, wanted: list[str]) -> None:
    command = [program, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise OSError(done.stderr[-600:])


def place(root: Path) -> Path:
    """Where it is kept: beside what the product writes, or else with what comes and goes."""
    kept = root / "var" / "benchmarks"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.gettempdir()) / "livecommerce-benchmarks"
    return kept
