"""What `serve` writes where: its standard error is the log, and nothing else."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Settings
from tests.support.process import ROOT


def test_receipts_and_mails_name_the_port_that_serves_unless_an_address_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ONSET_PUBLIC_URL", raising=False)
    served = Settings(mail_from="diary@example.org").served_at(4321)
    assert (served.public_url, served.mail_from) == ("http://127.0.0.1:4321", "diary@example.org")
    assert "public_url" not in served.model_fields_set, "links go by the address of the request"
    assert Settings().served_at(0).public_url == "http://127.0.0.1:8000"
    monkeypatch.setenv("ONSET_PUBLIC_URL", "https://diary.example.org")
    assert Settings().served_at(4321).public_url == "https://diary.example.org"


def test_standard_error_holds_json_lines_alone(tmp_path: Path) -> None:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("ONSET_")}
    command = [sys.executable, "-m", "app.cli", "serve", "--demo", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            assert started.stdout
            told = next((line for line in started.stdout if line.startswith("Demonstration account: ")), "")
            started.send_signal(signal.SIGTERM)
            _, logged = started.communicate(timeout=60)
        finally:
            started.kill()
    assert told
    lines = [json.loads(line) for line in logged.splitlines()]
    assert lines
    assert all(line["level"] == "info" for line in lines)
