#!/bin/sh
# Make a virtual environment from a lock file: environment.sh FOLDER LOCK.
# PYTHON names the interpreter; the Makefile chooses it.
set -eu
folder=$1
lock=$2

if [ -z "${PYTHON:-}" ]; then
    echo "kg needs Python 3.11 or later, and found none on the path." >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3 ..." >&2
    exit 2
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "kg needs Python 3.11 or later; $PYTHON is $("$PYTHON" --version 2>&1)." >&2
    exit 2
fi
if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$PYTHON has no venv module: install it (on Debian or Ubuntu: apt install python3-venv)." >&2
    exit 2
fi

total=$(grep -c '==' "$lock")
log=$folder/install.log

# Tell how far pip is, one line that is written over on a terminal and every tenth step elsewhere.
progress() {
    if [ -t 2 ]; then every=1 end='\r'; else every=10 end='\n'; fi
    awk -v total="$total" -v every="$every" -v end="$end" '
        /^Collecting / { n++; if (n % every == 0) show() }
        /^Installing collected/ { printf "  unpacking them (about a minute) ...          %s", end; fflush() }
        function show() { printf "  %d of about %d packages%s", n, total, end; fflush() }
        END { if (end == "\r") printf "\n" }' >&2
}

echo "[1/3] Making the environment $folder with $("$PYTHON" --version)" >&2
# Afresh, so that nothing stays of an older lock.
"$PYTHON" -m venv --clear "$folder"
echo "[2/3] Installing what $lock pins; the first time it is downloaded" >&2
{
    "$folder/bin/python" -m pip install --disable-pip-version-check --progress-bar off \
        --require-hashes -r "$lock" 2>&1 && touch "$folder/.installed"
} | tee "$log" | progress
if [ ! -e "$folder/.installed" ]; then
    grep -v '^Collecting\|^  ' "$log" | tail -n 5 >&2
    echo "the packages could not be installed; all that pip said is in $log" >&2
    exit 2
fi
echo "[3/3] Installing kg itself" >&2
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-deps \
    --no-build-isolation --editable .
touch "$folder/.ready"
