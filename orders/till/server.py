"""The till over HTTP: Till(path).start() answers at .address until .stop()."""

import base64
import ipaddress
import secrets
import socket
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from . import shapes
from .controls import Controls
from .desk import Answer, Call, Desk, Dropped, refused
from .faults import Faults
from .ledger import Ledger
from .redirects import Redirects
from .refusals import Refusal, broken
from .store import Store
from .visits import PATH
from .webhooks import Postman

MAX_BODY = 256 * 1024
DRAINED = 4 * MAX_BODY  # read and thrown away, so that the sender hears why
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Stripe-Version",
    "Access-Control-Max-Age": "600",
}


class Till:
    """Another party: its own threads and file, and nothing in common with the shop but HTTP."""

    def __init__(
        self,
        path: str,
        webhook_url: str | None = None,
        webhook_secret: str = "whsec_till",
        host: str = "127.0.0.1",
        port: int = 0,
    ):
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError("The till listens on this machine only.")
        self._store = Store(path)
        ledger, faults = Ledger(self._store, has_webhook=bool(webhook_url)), Faults()
        secret = webhook_secret.partition(",")[0].strip()  # the shop may know several
        self._postman = Postman(ledger, faults, webhook_url, secret) if webhook_url else None
        self._server = _Server((host, port), _Handler)
        self._server.desk = Desk(ledger, faults, self._ring)
        self._server.controls = Controls(ledger, faults)
        self._server.redirects = Redirects(ledger)
        ledger.address = self.address
        self._server.ring = self._ring
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="till", daemon=True
        )

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    def start(self) -> "Till":
        """Answer calls, and post what an earlier till left unposted."""
        self._thread.start()
        if self._postman:
            self._postman.start()
        return self

    def stop(self) -> None:
        """Close the door, end the calls that are open, and let go of the file."""
        self._server.shutdown()
        self._thread.join()
        self._server.close_all()
        if self._postman:
            self._postman.stop()
        self._store.close()

    def _ring(self) -> None:
        if self._postman:
            self._postman.ring()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *args):
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request, client_address):
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """A caller that went away is no news; anything else is a fault of the till."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def close_all(self) -> None:
        """A kept-alive connection would otherwise be served by its thread after the end."""
        for connection in list(self._open):
            with suppress(OSError):  # gone already
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "till/1"
    sys_version = ""
    timeout = 60
    wbufsize = -1  # head and body leave in one piece
    disable_nagle_algorithm = True

    def do_GET(self):
        url = urlsplit(self.path)
        try:
            body = self._body()
            if url.path.startswith("/_till/"):
                self._refuse_strangers()
                answer = self.server.controls.serve(self.command, url.path, body)
                self.server.ring()
            elif url.path.startswith(PATH):
                answer = self.server.redirects.serve(self.command, url.path, body)
                self.server.ring()
            else:
                form = url.query if self.command == "GET" else body
                answer = self.server.desk.serve(
                    Call(
                        self.command,
                        url.path,
                        form,
                        api_key=self._api_key(),
                        idempotency_key=self.headers.get("Idempotency-Key", ""),
                    )
                )
        except Dropped:
            self.close_connection = True
            return
        except Refusal as refusal:
            answer = refused(refusal)
        except Exception:
            self._answer(refused(broken()))
            raise
        self._answer(answer)

    do_POST = do_DELETE = do_GET

    def do_OPTIONS(self):
        self._answer(Answer(204, ""))

    def _body(self) -> str:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            raise Refusal("Say with Content-Length how long the body is.", status=411)
        try:
            if int(length) > MAX_BODY:
                self.close_connection = True
                self.rfile.read(min(int(length), DRAINED))
                raise Refusal(f"A body has {MAX_BODY} bytes at most.", status=413)
            body = self.rfile.read(int(length))
            if len(body) < int(length):  # cut off: half a form must not be taken for a whole one
                raise Dropped
            return body.decode()
        except TimeoutError:
            self.close_connection = True
            raise Refusal("The body did not come in time.", status=408) from None
        except UnicodeDecodeError:
            raise Refusal("The body is not UTF-8.") from None

    def _api_key(self) -> str:
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                return base64.b64decode(key).decode().partition(":")[0]
            except ValueError:
                return ""
        return key.strip() if scheme.lower() == "bearer" else ""

    def _refuse_strangers(self) -> None:
        """Any page in a browser on this machine may send a plain form here, or point a name of
        its own at 127.0.0.1: neither may set faults or read the ledger."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        is_json = self.headers.get_content_type() == "application/json"
        if host not in ("127.0.0.1", "localhost", "::1") or "Origin" in self.headers:
            raise Refusal("This path is for this machine only.", status=403)
        if self.command == "POST" and not is_json:
            raise Refusal("This takes application/json.", status=415)

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        body = answer.body.encode()
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Request-Id": f"req_{secrets.token_hex(7)}",
            "Stripe-Version": shapes.API_VERSION,
            **answer.headers,
            **(CORS if self.path.startswith("/v1/") else {}),
        }
        if answer.status == 204:
            del headers["Content-Type"], headers["Content-Length"]
        if self.close_connection:
            headers["Connection"] = "close"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Silent: a log of the till would hold keys and client secrets."""
