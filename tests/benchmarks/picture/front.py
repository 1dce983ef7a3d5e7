"""nginx as deploy/nginx.conf has it, on this machine: own folder, own ports, a made-up name."""

import re
import subprocess
from pathlib import Path

SHIPPED = Path(__file__).parents[3] / "deploy" / "nginx.conf"
HOST = "shop.example.com"
UPSTREAMS = ("livecommerce", "livecommerce_rooms", "livecommerce_picture")
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


def command(program: str, folder: Path) -> list[str]:
    return [program, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]


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
    text = text.replace("listen 80;", "listen 127.0.0.1:80;").replace(
        "listen 127.0.0.1:80;\n", f"listen unix:{folder}/redirect.sock;\n"
    )
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;")
    text = text.replace("/etc/ssl/shop.example.com/", f"{folder}/")
    text = text.replace("/var/cache/nginx/", f"{folder}/cache-")
    text = text.replace("/var/lib/livecommerce/static/", f"{folder}/static/")
    if hls is not None:
        text = re.sub(r"location /hls/ {.*?\n    }", hls, text, flags=re.DOTALL)
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    if not (folder / "key.pem").exists():
        certify(folder)


def certify(folder: Path) -> None:
    """A certificate that nobody has to believe."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem")),
            *("-subj", f"/CN={HOST}"),
        ],
        check=True,
        capture_output=True,
    )
