"""Take the scripts, borders and fonts of others into the package, or check those that are there.

``tools/vendor.py`` fetches each package with the npm client, holds it against the digest below,
and writes its files and THIRD_PARTY.md; the fonts, which are in no registry, stay as they are.
``tools/vendor.py --check`` needs no network: it holds the files against the digests in
THIRD_PARTY.md.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PACKAGES", "Package", "check", "main"]

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "src" / "kg"
#: The folders in it that hold nothing of kg's own.
FOLDERS = ("plots/data", "plots/fonts", "web/static/vendor")
NOTICE = ROOT / "THIRD_PARTY.md"
LICENSES = "web/static/vendor/yasqe/LICENSES.txt"


@dataclass(frozen=True)
class Package:
    """A package of the npm registry.

    Args:
        name: as the registry has it.
        version: the one that is taken.
        integrity: SHA-512 of its archive in Base64, as the registry has it.
        license: its SPDX expression.
        files: what is taken, as path in the archive to path in kg; one that ends in .gz is
            compressed.
        notice: the path in the archive of the license text that goes into ``LICENSES``; None where
            it has none, or the text is in a file beside it.
        why: what it is here for.
    """

    name: str
    version: str
    integrity: str
    license: str
    files: dict[str, str]
    notice: str | None
    why: str


def _inside(name: str, version: str, integrity: str, notice: str = "LICENSE") -> Package:
    """Return a package that is inside the editor's script, of which the license is taken alone."""
    kind = "MPL-2.0 OR Apache-2.0" if name == "dompurify" else "MIT"
    return Package(name, version, integrity, kind, {}, notice, "part of yasqe.min.js")


#: What is taken. The digests come from the registry, once, by hand.
PACKAGES = (
    Package(
        "@zazuko/yasqe",
        "4.6.2",
        "83iCLuBIgU04KBIaibxZTjKvrXD6sEe/+aqsHxLb4+ZVD4eaUwh5hFJEetuWkiKBY6WxTjVOmhKXvh2AAOR14g==",
        "MIT",
        {
            "build/yasqe.min.js": "web/static/vendor/yasqe/yasqe.min.js",
            "build/yasqe.min.css": "web/static/vendor/yasqe/yasqe.min.css",
        },
        None,
        "the editor of queries",
    ),
    Package(
        "@triply/yasqe",
        "4.2.28",
        "5yLfgvrf9hRU3DFZvpuAOt4tZchw9u0cxBBPSCgDf5+AIKfgeO4WxaTZix+yu7aQhR8iDf1I1ewvQTXIiCUO6w==",
        "MIT",
        {},
        "LICENSE.txt",
        "what @zazuko/yasqe continues, which comes without the text of its license",
    ),
    _inside(
        "codemirror",
        "5.65.21",
        "6teYk0bA0nR3QP0ihGMoxuKzpl5W80FpnHpBJpgy66NK3cZv5b/d/HY8PnRvfSsCG1MTfr92u2WUl+wT0E40mQ==",
    ),
    _inside(
        "dompurify",
        "3.4.18",
        "ofe3wI/uNm68HInABYFJYqQxRw1EaKAjNdrFVKqjUY+UZurvNd2L/HuQe097s/4RivWiZyP6tT7aoT8atjfhwg==",
    ),
    _inside(
        "lodash-es",
        "4.18.1",
        "J8xewKD/Gk22OZbhpOVSwcs60zhd95ESDwezOFuA3/099925PdHJ7OFHNTGtajL3AlZkykD32HykiMo+BIBI8A==",
    ),
    _inside(
        "query-string",
        "6.10.1",
        "SHTUV6gDlgMXg/AQUuLpTiBtW/etZ9JT6k6RCtCyqADquApLX0Aq5oK/s5UeTUAWBG50IExjIr587GqfXRfM4A==",
        "license",
    ),
    _inside(
        "strict-uri-encode",
        "2.0.0",
        "QwiXZgpRcKkhTj2Scnn++4PKtWsH0kpzZ62L2R6c/LUVYv7hVnZqcg2+sMuT6R7Jusu1vviK/MFsu6kNJfWlEQ==",
        "license",
    ),
    _inside(
        "decode-uri-component",
        "0.2.0",
        "hjf+xovcEn31w/EUYdTXQh/8smFL/dzYjohQGEIgjyNavaJfBY2p5F527Bo1VPATxv0VYTUC2bOcXvqFwk78Og==",
        "license",
    ),
    _inside(
        "split-on-first",
        "1.1.0",
        "43ZssAJaMusuKWL8sKUBQXHWOpq8d6CfN/u1p4gUzfJkM05C8rxTmYrkIPTXapZpORA6LkkzcUulJ8FqA7Uudw==",
        "license",
    ),
    _inside(
        "filter-obj",
        "1.1.0",
        "8rXg1ZnX7xzy2NGDVkBVaAy+lSlPNwad13BtgSlLuxfIslyt5Vg64U7tFcCt4WS1R0hvtnQybT/IyCkGZ3DpXQ==",
        "license",
    ),
    _inside(
        "store",
        "2.0.12",
        "eO9xlzDpXLiMr9W1nQ3Nfp9EzZieIQc10zPPMP5jsVV7bLOziSFFBP0XoDXACEIFtdI+rIz0NwWVA/QVJ8zJtw==",
    ),
    _inside(
        "events",
        "3.3.0",
        "mQw+2fkQbALzQ7V0MY0IqdnXNOeTtP4r0lN9z7AAawCXgqea7bDii20AYrIBrFd/Hx0M2Ocz6S111CaFkUcb0Q==",
    ),
    Package(
        "world-atlas",
        "2.0.2",
        "IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/MXAYRHWJqgXOpM8IkcPBoXnyTU5lFHcYa5ChG0LQ==",
        "ISC",
        {"countries-50m.json": "plots/data/countries-50m.json.gz"},
        None,
        "the borders on maps, from Natural Earth, which is in the public domain",
    ),
)

_HEAD = """\
# Third-party files

These files of others are in the package, so that pages and pictures load nothing from elsewhere.
`tools/vendor.py` takes those of the npm registry and writes this page.
`tools/vendor.py --check` holds all of them against it.
The texts of their licenses lie beside them:
for [scripts](src/kg/web/static/vendor/yasqe/LICENSES.txt),
[fonts](src/kg/plots/fonts/LICENSES.txt) and [borders and codes](src/kg/plots/data/SOURCES.txt).

The fonts are Liberation Sans 2.1.5 (SIL OFL 1.1) and DejaVu Sans 2.37 (Bitstream Vera and Arev),
as Debian distributes them.
The codes of ISO 3166-1 are made from the npm package i18n-iso-countries 7.14.0 (MIT).

## Files

| file in src/kg | SHA-256 |
|---|---|
"""
_PACKAGES = """
## Packages of the npm registry

The script of the editor has other packages inside it; their licenses ask to be named.
The registry does not tell which of their versions went in; the script names that of codemirror.

| package | license | what for | SHA-512 of the archive |
|---|---|---|---|
"""
_ROW = re.compile(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def fetch(package: Package, folder: Path) -> dict[str, bytes]:
    """Return the files of a package, once its archive is what the registry promised.

    Args:
        package: which one.
        folder: where the archive is put.

    Raises:
        ValueError: it is another archive.
    """
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    told = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    archive = folder / told.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.integrity:
        raise ValueError(f"{package.name} {package.version}: not the archive that was promised")
    with tarfile.open(archive) as opened:
        members = ((member, opened.extractfile(member)) for member in opened if member.isfile())
        return {
            member.name.partition("/")[2]: content.read() for member, content in members if content
        }


def take() -> None:
    """Write the files of all packages, their licenses, and the page that lists them."""
    licenses = []
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            held = fetch(package, Path(folder))
            for source, target in package.files.items():
                content = held[source]
                if target.endswith(".gz"):
                    content = gzip.compress(content, mtime=0)
                (PLACE / target).parent.mkdir(parents=True, exist_ok=True)
                (PLACE / target).write_bytes(content)
            if package.notice:
                text = held[package.notice].decode().replace("\r\n", "\n").strip()
                licenses.append(f"{package.name} ({package.license})\n\n{text}\n")
    (PLACE / LICENSES).write_text(f"\n{'-' * 78}\n\n".join(licenses), "utf-8", newline="\n")
    NOTICE.write_text(notice(), "utf-8", newline="\n")


def notice() -> str:
    """Return the text of THIRD_PARTY.md for the files that are there."""
    files = "".join(f"| `{name}` | `{digest}` |\n" for name, digest in digests().items())
    packages = "".join(
        f"| {one.name} {one.version} | {one.license} | {one.why} | `{one.integrity}` |\n"
        for one in PACKAGES
    )
    return _HEAD + files + _PACKAGES + packages


def digests() -> dict[str, str]:
    """Return the SHA-256 of each file that is there, by its path."""
    return {
        path.relative_to(PLACE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in sorted((PLACE / folder).rglob("*"))
        if path.is_file()
    }


def check() -> list[str]:
    """Tell how the files differ from THIRD_PARTY.md; one sentence each, none where all is well."""
    promised = dict(_ROW.findall(NOTICE.read_text("utf-8")))
    there = digests()
    taken = {target for package in PACKAGES for target in package.files.values()} | {LICENSES}
    return [
        *(f"{name} is missing" for name in sorted((promised.keys() | taken) - there.keys())),
        *(f"{name} is not in THIRD_PARTY.md" for name in sorted(there.keys() - promised.keys())),
        *(f"{n} was changed" for n in sorted(there) if there[n] != promised.get(n, there[n])),
    ]


def main(arguments: list[str]) -> int:
    """Do what the command line says; return 1 where a check fails."""
    if arguments != ["--check"]:
        take()
    for problem in (problems := check()):
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
