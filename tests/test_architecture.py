"""Who may import whom, read from the source itself. Each test lists the offenders."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
ABOVE = {"shops": {"streams", "orders"}, "streams": {"orders"}, "orders": set()}
WIRING = {
    *("settings", "urls", "asgi", "wsgi", "celery", "embedded", "doctor", "fixtures", "demo"),
    "management",
}
EDGES = {
    *("consumers", "views", "api", "admin", "management", "webhooks"),
    *("browser", "relay", "rtmp", "app", "playlists"),  # of the picture
}
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for app in ("livecommerce", *ABOVE)
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
}
TREES = {name: ast.parse(path.read_text()) for name, path in FILES.items()}


def imported(name: str) -> set[str]:
    """Everything a module imports by its full name; a module out of a package is that module."""
    found = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = name.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            inner = {f"{base}.{alias.name}" for alias in node.names} & FILES.keys()
            found |= inner or {base}
    return found


IMPORTS = {name: imported(name) for name in FILES}


def app_of(name: str) -> str:
    return name.partition(".")[0]


def is_wiring(name: str) -> bool:
    return app_of(name) == "livecommerce" and bool(WIRING & set(name.split(".")))


def edge_of(name: str) -> str | None:
    """Where the outside comes in: streams.api of streams.api.shows; None for a noun."""
    parts = name.split(".")
    words = [place for place, part in enumerate(parts) if part in EDGES]
    is_ours = parts[0] in ABOVE and "till" not in parts
    return ".".join(parts[: words[0] + 1]) if words and is_ours else None


def importers_of(library: str) -> set[str]:
    return {name for name in FILES if any(app_of(other) == library for other in IMPORTS[name])}


def pairs():
    return ((name, other) for name, others in IMPORTS.items() for other in others)


def test_calls_go_down_never_up():
    bedrock = {name for name in FILES if app_of(name) == "livecommerce" and not is_wiring(name)}
    bedrock.remove("livecommerce")  # the package itself has to name the Celery application
    assert [
        (name, other)
        for name, other in pairs()
        if app_of(other) in (ABOVE if name in bedrock else ABOVE.get(app_of(name), ()))
        or (is_wiring(other) and (name in bedrock or app_of(name) in ABOVE))
    ] == []


def test_models_know_no_other_module_of_their_app():
    assert [
        (name, other)
        for name, other in pairs()
        if "models" in name.split(".")
        and app_of(other) == app_of(name)
        and "models" not in other.split(".")
    ] == []


def test_edges_are_imported_by_nobody_but_the_addresses_and_the_wiring():
    assert [
        (name, other)
        for name, other in pairs()
        if edge_of(other) not in (None, edge_of(name))
        and not name.endswith(".urls")
        and not is_wiring(name)
    ] == []


def test_nobody_imports_in_a_circle():
    ours = {name: others & FILES.keys() - {name} for name, others in IMPORTS.items()}
    assert list(TopologicalSorter(ours).static_order())  # raises CycleError


def test_each_sdk_and_each_flag_is_known_in_one_place():
    assert importers_of("stripe") == {"orders.gateway"}
    assert importers_of("unfold") == {"shops.backoffice"}
    assert importers_of("boto3") == importers_of("botocore") == {"streams.video.engines.cloud"}
    assert importers_of("imageio_ffmpeg") == {"streams.video.ffmpeg.words"}
    flags = {
        name.rpartition(".")[0]
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in ("-i", "-c:v", "-f", "-vf", "-map")
    }
    assert flags == {"streams.video.ffmpeg"}


def test_the_till_is_another_party():
    strangers = {
        (name, other)
        for name, other in pairs()
        if name.startswith("orders.till")
        and app_of(other) in {"django", "livecommerce", *ABOVE}
        and not other.startswith("orders.till")
    }
    assert strangers == set()


def test_nothing_is_imported_inside_a_function():
    assert [
        (name, inner.lineno)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ] == []


def test_a_module_is_short_enough_to_be_read():
    lengths = {name: len(path.read_text().splitlines()) for name, path in FILES.items()}
    del lengths["livecommerce.settings"]  # a list, one line per thing
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}
