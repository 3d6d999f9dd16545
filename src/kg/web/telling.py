"""What happened, told to people elsewhere: without the way to a file on this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kg import resources

if TYPE_CHECKING:
    from kg.web.settings import Settings

__all__ = ["discreet"]


def discreet(text: str, settings: Settings) -> str:
    """Take the folders of this machine out of a text; the names of the files stay.

    Args:
        text: a message that may name files.
        settings: say what is served.

    >>> from kg.web.settings import Settings
    >>> discreet("/srv/kg/mine/claims.ttl:3: no dot", Settings(data=(Path("/srv/kg/mine"),)))
    'claims.ttl:3: no dot'
    >>> discreet("relations-kg/g/claims.ttl, g/x.ttl", Settings(data=(Path("g"),)))
    'relations-kg/g/claims.ttl, x.ttl'
    """
    named = [*settings.data, *(settings.ontology or ())]
    if settings.dataset is not None:
        named.append(settings.dataset)
    own = [resources.data(), *resources.ontology(), *resources.shapes()]
    folders: set[str] = set()
    for path in (*named, *own):
        for one in (path, path.absolute(), path.resolve(), _from_here(path)):
            folders.update((f"{one}/", f"{one.parent}/"))
    folders -= {"./", "/"}
    for folder in sorted(folders, key=len, reverse=True):
        # A folder is not the end of the name of another.
        text = re.sub(rf"(?<![\w./-]){re.escape(folder)}", "", text)
    return text


def _from_here(path: Path) -> Path:
    whole, here = path.absolute(), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole
