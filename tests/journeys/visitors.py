"""People with a browser each; what their pages complain about is kept, and shown at the end."""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.slow_line import SlowLine

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
PATIENCE = 30_000  # ms for anything to appear: the machine of the tests may be a busy one
# Printed where nothing is wrong: no picture yet, a card refused, no icon in the back office.
EXPECTED = re.compile(r"status of (404 .*(\.m3u8|favicon\.ico)|402 .*/confirm)$")
expect.set_options(timeout=PATIENCE)


class Visitors:
    def __init__(self, browser: Browser, folder: Path):
        self.browser, self.folder = browser, folder
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.shots = 0
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()

    def phone(self, url: str, name: str = "phone", line: SlowLine | None = None) -> Page:
        return self._arrive(name, url, PHONE, line)

    def desk(self, url: str, name: str = "desk", line: SlowLine | None = None) -> Page:
        return self._arrive(name, url, DESK, line)

    def shot(self, page: Page, what: str) -> None:
        """A picture for somebody to look at, in the order of the story."""
        self.shots += 1
        page.screenshot(path=self.folder / f"{self.shots:02d}-{what}.png")

    def leave(self) -> None:
        for context in self.contexts:
            for number, page in enumerate(context.pages):
                page.screenshot(
                    path=self.folder / f"end-{self.contexts.index(context)}-{number}.png"
                )
            context.close()
        (self.folder / "complaints.txt").write_text("\n".join(self.complaints))

    def _arrive(self, name: str, url: str, size: dict, line: SlowLine | None) -> Page:
        context = self.browser.new_context(
            **size,
            base_url=url,
            permissions=["camera", "microphone"],
            ignore_https_errors=True,
            proxy=line and line.proxy,
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        context.on("page", lambda page: self._listen(page, name))
        return context.new_page()

    def _listen(self, page: Page, name: str) -> None:
        def complain(text: str) -> None:
            if not EXPECTED.search(text):
                self.complaints.append(f"{name}: {text}")

        page.on("pageerror", lambda error: complain(f"{error} {error.stack or ''}"))
        page.on(
            "console",
            lambda said: said.type == "error" and complain(f"{said.text} {said.location['url']}"),
        )
