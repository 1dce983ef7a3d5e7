"""python -m orders.till --file till.sqlite3 --port 8001: the till as a process of its own."""

import argparse
import os
import signal
import threading

from .server import Till


def main() -> None:
    """Run until SIGINT or SIGTERM; the webhook secret comes from STRIPE_WEBHOOK_SECRET."""
    parser = argparse.ArgumentParser(description="A stand-in for Stripe on this machine.")
    parser.add_argument("--file", default=":memory:", help="where the till keeps its state")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--webhook-url", help="where events are posted")
    wanted = parser.parse_args()
    is_over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_over.set())
    secret = os.environ.get("STRIPE_WEBHOOK_SECRET") or "whsec_till"
    till = Till(wanted.file, wanted.webhook_url, secret, port=wanted.port).start()
    print(f"The till answers at {till.address}", flush=True)
    is_over.wait()
    till.stop()


if __name__ == "__main__":
    main()
