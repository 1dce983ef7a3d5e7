"""nginx with the configuration that we ship, on this machine: own folder, own ports.

Run as a script it gets one where apt-get can: unpacked beside the interpreter, not installed, so
that no service starts. Tests that need it warn where it is missing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SHIPPED = Path(__file__).parents[1] / "deploy" / "nginx.conf"
HOST = "shop.example.com"  # the name that is in it
UPSTREAMS = ("livecommerce", "livecommerce_rooms", "livecommerce_picture")
UNPACKED = Path(sys.prefix, "nginx")
PACKAGES = ("nginx", "libnginx-mod-rtmp")
PROGRAMS = (UNPACKED / "usr" / "sbin", "/usr/sbin", "/usr/local/sbin")
MODULES = (
    UNPACKED / "usr" / "lib" / "nginx" / "modules",
    *("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/nginx/modules"),
)
MAIN = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path       {folder}/proxy;
    fastcgi_temp_path     {folder}/fastcgi;
    uwsgi_temp_path       {folder}/uwsgi;
    scgi_temp_path        {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def program() -> str | None:
    return shutil.which("nginx", path=os.pathsep.join(map(str, PROGRAMS))) or shutil.which("nginx")


def module(name: str) -> Path | None:
    """The file of a module that nginx loads, as "rtmp"."""
    places = (Path(folder, f"ngx_{name}_module.so") for folder in MODULES)
    return next((place for place in places if place.exists()), None)


def command(folder: Path) -> list[str]:
    """What starts the nginx that was written there."""
    return [program(), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]


def write(
    folder: Path, *, port: int, secure: int, behind: dict[str, int], hls: str | None = None
) -> None:
    """The shipped file with paths and ports of this machine. `behind`: {name: port}.

    The site answers in plain HTTP at `port` too, so that TLS is not what is measured.
    `hls` takes the place of what the file says for parts and playlists.
    """
    text = SHIPPED.read_text()
    for name, at in behind.items():
        text = re.sub(rf"(upstream {name} {{\s+server )[\d.:]+", rf"\g<1>127.0.0.1:{at}", text)
    text = re.sub(r"listen (\[::\]:)80;", "", text)
    text = re.sub(r"listen \[::\]:443 ssl http2;", f"listen 127.0.0.1:{port};", text)
    text = text.replace("listen 80;", f"listen unix:{folder}/redirect.sock;")
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;")
    text = text.replace("/etc/ssl/shop.example.com/", f"{folder}/")
    text = text.replace("/var/cache/nginx/", f"{folder}/cache-")
    text = text.replace("/var/lib/livecommerce/static/", f"{folder}/static/")
    if hls is not None:
        text = re.sub(r"location /hls/ {.*?\n    }", hls, text, flags=re.DOTALL)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    if not certificate(folder).exists():
        certify(folder)


def certificate(folder: Path) -> Path:
    """What a client has to trust to believe it."""
    return folder / "fullchain.pem"


def certify(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", str(folder / "key.pem"), "-out", str(certificate(folder))),
            *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )


def fetch() -> None:
    """Debian's packages, unpacked; what goes wrong is told by apt-get itself."""
    if os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-q"])
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg", "--extract", package, UNPACKED], check=True)
    if UNPACKED.exists() and subprocess.run([program(), "-v"], capture_output=True).returncode:
        shutil.rmtree(UNPACKED)  # a library of it is not here


def main() -> None:
    if not (program() and module("rtmp")) and shutil.which("apt-get"):
        print("nginx is missing: apt-get download", *PACKAGES, flush=True)
        fetch()


if __name__ == "__main__":
    main()
