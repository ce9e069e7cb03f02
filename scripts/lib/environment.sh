# shellcheck shell=sh
# Sourced by the scripts: sets `root` and `python`, the interpreter of the project's own
# virtual environment (.venv), which is made from the lock file when missing or out of date.
# Usage: . scripts/lib/environment.sh; onset_environment runtime|dev

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

onset_base_python() {
    for name in "${ONSET_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    echo "Onset needs Python 3.11, 3.12 or 3.13 (set ONSET_PYTHON to its path)." >&2
    return 1
}

onset_environment() {
    case $1 in
        dev) lock=$root/requirements-dev.lock ;;
        *) lock=$root/requirements.lock ;;
    esac
    python=$root/.venv/bin/python
    stamp=$(cksum <"$lock")
    # The development lock holds every runtime package at the same version, so either stamp will do for running.
    for made in "$1" dev; do
        [ -x "$python" ] && [ "$made" = "$1" ] && [ "$(cat "$root/.venv/onset-$made" 2>/dev/null)" = "$stamp" ] && return 0
        [ "$made" = dev ] && [ -x "$python" ] && [ "$1" = runtime ] &&
            [ "$(cat "$root/.venv/onset-dev" 2>/dev/null)" = "$(cksum <"$root/requirements-dev.lock")" ] && return 0
    done
    base=$(onset_base_python) || exit 1
    echo "Preparing .venv from $(basename "$lock") ..." >&2
    "$base" -m venv "$root/.venv" || exit 1
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" || exit 1
    echo "$stamp" >"$root/.venv/onset-$1"
}
