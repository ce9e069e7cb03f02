"""What `serve` writes where: its standard error is the log, and nothing else."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.process import ROOT


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
