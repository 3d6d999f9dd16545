"""The colours of the pictures: by what they stand for, on light paper and on dark."""

from __future__ import annotations

__all__ = ["ROLES", "colour", "stylesheet"]

#: What a colour stands for, with the colour on light paper and on dark. Text and marks keep at
#: least 4.5:1 against the paper; that raising and easing differ is also told by their shapes.
ROLES: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#1b1f26"),
    "ink": ("#1c2128", "#e7e9ec"),
    "muted": ("#555c67", "#a7afba"),
    "rule": ("#dcd8d0", "#343b46"),
    "faint": ("#f1efea", "#232832"),
    "edge": ("#8b8f96", "#78818e"),
    "raising": ("#b3401f", "#f0906e"),
    "raising-wash": ("#f7ddd4", "#4a2a20"),
    "easing": ("#0b63a0", "#7db8ea"),
    "easing-wash": ("#d6e7f5", "#1b344a"),
    "other": ("#5b6068", "#b4bac3"),
    "other-wash": ("#e4e4e2", "#363c46"),
    "doubt": ("#7a4300", "#f3bd72"),
    "sea": ("#e3edf2", "#18242c"),
    "land": ("#f6f4ee", "#242a32"),
    "first": ("#e6dcc3", "#4a4433"),
    "second": ("#d9e0cd", "#38452f"),
    "border": ("#b9b4a8", "#4d5561"),
    "halo": ("#ffffff", "#14171c"),
}


def colour(role: str) -> str:
    """Return the colour of a role on light paper.

    >>> colour("paper"), colour("none")
    ('#ffffff', 'none')
    """
    return role if role == "none" else ROLES[role][0]


def stylesheet() -> str:
    """Return the rules that give a picture in a page its colours, also on dark paper.

    A picture carries its light colours as attributes, which any rule outweighs.

    >>> ".plot .f-ink { fill: #1c2128; }" in stylesheet()
    True
    """
    lines = [
        "/* The colours of the pictures in a page; kg.plots.palette writes this file. */",
        *_rules(0, ""),
        "@media (prefers-color-scheme: dark) {",
        *_rules(1, "  "),
        "}",
        ".plot { display: block; width: 100%; height: auto; }",
        ".plot a { text-decoration: none; }",
        ".plot a:hover text, .plot a:focus text { text-decoration: underline; }",
        ".plot.narrow { display: none; }",
        "@media (max-width: 44rem) {",
        "  .plot.wide { display: none; }",
        "  .plot.narrow { display: block; }",
        "}",
        ".plot.larger { cursor: grab; touch-action: none; }",
        ".plot-tools { display: flex; gap: 0.4rem; align-items: center; margin-bottom: 0.6rem; }",
        ".picture figcaption li { max-width: none; }",
        "@media print { .plot-tools { display: none; } }",
        "@media print { .plot.wide { display: block; } .plot.narrow { display: none; } }",
    ]
    return "\n".join(lines) + "\n"


def _rules(which: int, indent: str) -> list[str]:
    rules = []
    for role, colours in ROLES.items():
        for letter, name in (("f", "fill"), ("s", "stroke"), ("c", "stop-color")):
            rules.append(f"{indent}.plot .{letter}-{role} {{ {name}: {colours[which]}; }}")
    return rules
