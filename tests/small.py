"""A small part of the graph that kg ships, which holds together: two States and what they name.

Nobody denies any of it, so that there is one viewpoint with facts of its own.
"""

from __future__ import annotations

import re
import shutil

from kg import resources

_BLOCK = re.compile(r"^(kg:\S+)(?:\n| ).*?^\.\n", re.MULTILINE | re.DOTALL)
_DECLARED = re.compile(r"@prefix ([\w-]+):")
_PREFIX = re.compile(r"(?<![\w-])([\w-]+):(?=\w)")
_NAMED = re.compile(r"(?<![\w:-])kg:[\w.-]*\w")
_SUBJECT = re.compile(r"rdf:subject (kg:\S+)")
#: What the part begins with.
_BEGIN = ("kg:algeria", "kg:mali", "kg:embassy-of-algeria-in-bamako")


def part(folder, *things):
    """Write the part, and more things, into a new folder as files like those that kg ships."""
    shipped = resources.data()
    texts = {path.name: path.read_text("utf-8") for path in shipped.glob("*.ttl")}
    blocks = {name: [(m[1], m[0]) for m in _BLOCK.finditer(text)] for name, text in texts.items()}
    kept = _reached(blocks, (*_BEGIN, *things))
    shutil.copytree(shipped, folder)
    for name, text in texts.items():
        head = text.partition("\nkg:")[0]
        held = [block for subject, block in blocks[name] if subject in kept]
        prefixes = {found[1] for block in held for found in _PREFIX.finditer(block)}
        lines = [one for one in head.splitlines() if _is_of(one, prefixes)]
        (folder / name).write_text("\n".join(["\n".join(lines) + "\n", *held]), "utf-8")
    links = folder / "wikidata.sssom.tsv"
    rows = links.read_text("utf-8").splitlines(keepends=True)
    links.write_text(
        "".join(row for row in rows if row[:3] != "kg:" or row.split("\t")[0] in kept), "utf-8"
    )
    return folder


def _is_of(line, prefixes):
    """Tell whether a line of a file's head stays: it declares no prefix, or one that is used."""
    found = _DECLARED.match(line)
    return not found or found[1] in prefixes


def _reached(blocks, begin):
    """Return what the part holds: things, what they name, and the claims about them."""
    names, claims = {}, {}
    for file, held in blocks.items():
        for subject, block in held:
            names.setdefault(subject, set()).update(_NAMED.findall(block))
            if file == "claims.ttl" and (about := _SUBJECT.search(block)):
                claims.setdefault(about[1], set()).add(subject)
            if file == "viewpoints.ttl":
                claims.setdefault(begin[0], set()).add(subject)
    kept, waiting = set(), [*begin]
    while waiting:
        one = waiting.pop()
        if one not in kept:
            kept.add(one)
            waiting += names.get(one, set()) | claims.get(one, set())
    return kept
