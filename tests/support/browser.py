"""A real browser without a window: Chromium, driven through two pipes (the DevTools protocol, which needs no port)."""

import json
import os
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from select import select
from typing import Any

Json = dict[str, Any]
PATIENCE_S = 20.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"),
)

_START = "import os, sys; a = sys.argv; os.dup2(int(a[1]), 3); os.dup2(int(a[2]), 4); os.execv(a[3], a[3:])"
"""The browser reads commands from descriptor 3 and answers on 4."""


def find_browser() -> str | None:
    """The command, if the machine has one."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@dataclass(slots=True)
class Page:
    """One tab."""

    ears: int
    mouth: int
    session: str = ""
    heard: list[Json] = field(default_factory=list[Json])
    """Events, such as errors that the page threw and what it asked the network for."""
    _waiting: bytearray = field(default_factory=bytearray)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def tell(self, method: str, **params: object) -> Json:
        """The browser's answer to one command."""
        number = next(self._numbers)
        message: Json = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.mouth, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            heard = self._next(deadline)
            if heard.get("id") == number:
                assert "error" not in heard, heard
                return heard["result"]
            self.heard.append(heard)

    def run(self, script: str) -> Any:  # noqa: ANN401 - what the script answers
        """The value of an expression within the page."""
        answer = self.tell("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def visit(self, address: str) -> None:
        """Goes there, anew even where only the fragment differs, and waits for its scripts."""
        self.tell("Page.navigate", url="about:blank")
        self.tell("Page.navigate", url=address)
        self.until("location.protocol !== 'about:' && document.readyState === 'complete'")

    def until(self, condition: str) -> None:
        """Waits for something to become true within the page."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < deadline, self.run("document.body.innerText")
            time.sleep(0.02)

    def text(self) -> str:
        """What a person reads."""
        return self.run("document.body.innerText")

    def picture(self, file: Path, *, width: int, dark: bool = False, height: int = 800) -> None:
        """The whole page as a PNG."""
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", features=[theme])
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        self.tell("Emulation.setDeviceMetricsOverride", **size)
        shot = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(b64decode(shot["data"]))

    def events(self, method: str) -> list[Json]:
        self.run("0")  # so that all that came before is heard
        return [event["params"] for event in self.heard if event.get("method") == method]

    def _next(self, deadline: float) -> Json:
        while b"\0" not in self._waiting:
            ready, _, _ = select([self.ears], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, "the browser says nothing"
            told = os.read(self.ears, 1 << 16)
            assert told, "the browser has gone"
            self._waiting += told
        message, _, rest = bytes(self._waiting).partition(b"\0")
        self._waiting[:] = rest
        return json.loads(message)


@contextmanager
def browser(command: str, folder: Path) -> Generator[Page]:
    """A page of a browser that has never been anywhere."""
    told, mouth = os.pipe()
    ears, tells = os.pipe()
    arguments = [str(told), str(tells), command, *_OPTIONS, f"--user-data-dir={folder}"]
    environment = {**os.environ, "HOME": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *arguments],
        pass_fds=(told, tells),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(told)
    os.close(tells)
    page = Page(ears, mouth)
    try:
        target = page.tell("Target.createTarget", url="about:blank")["targetId"]
        page.session = page.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.tell(f"{domain}.enable")
        yield page
    finally:
        page.session = ""
        with suppress(AssertionError, OSError):
            page.tell("Browser.close")
        os.close(mouth)
        os.close(ears)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
