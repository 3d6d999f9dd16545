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

echo "Making the environment $folder from $lock ..." >&2
# Afresh, so that nothing stays of an older lock.
"$PYTHON" -m venv --clear "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-deps \
    --no-build-isolation --editable .
touch "$folder/.ready"
