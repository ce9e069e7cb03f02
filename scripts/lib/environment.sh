# shellcheck shell=sh
# Sourced by the scripts, then `onset_environment runtime` or `onset_environment dev`: sets `root` and `python`, the
# interpreter of the project's own virtual environment (.venv), made from the lock file when missing or out of date.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
python=$root/.venv/bin/python

onset_environment() {
    onset_is_ready "$1" && return
    base=$(onset_base_python) || exit 1
    # Of two scripts started at once the second waits here; the lock stays with descriptor 9 of this shell.
    exec 9<"$root/requirements.lock"
    "$base" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' 9<&9 || exit 1
    onset_is_ready "$1" || onset_install "$1" || exit 1
    exec 9<&-
}

# The environment keeps a copy of the lock file it was made from. The development packages hold the runtime's.
onset_is_ready() {
    [ -x "$python" ] || return
    cmp -s "$root/requirements-dev.lock" "$root/.venv/requirements-dev.lock" && return
    [ "$1" = runtime ] && cmp -s "$root/requirements.lock" "$root/.venv/requirements.lock"
}

onset_install() {
    lock=requirements.lock
    [ "$1" = dev ] && lock=requirements-dev.lock
    echo "Preparing .venv from $lock, which can take some minutes ..." >&2
    "$python" -m pip --version >/dev/null 2>&1 || "$base" -m venv --clear "$root/.venv" || return
    rm -f "$root/.venv/requirements.lock" "$root/.venv/requirements-dev.lock"
    log=$root/.venv/pip.log
    # --no-deps: the lock file is whole, and pip would otherwise prefer a newer release for a package asked with extras.
    "$python" -m pip install --disable-pip-version-check --no-input --no-deps --require-hashes -r "$root/$lock" \
        >"$log" 2>&1 ||
        { cat "$log" >&2 && return 1; }
    cp "$root/$lock" "$root/.venv/$lock"
}

onset_base_python() {
    for name in "${ONSET_PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Onset needs Python 3.11, 3.12 or 3.13 (set ONSET_PYTHON to its path)." >&2
    return 1
}
