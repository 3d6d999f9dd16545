"""How long a batch of ten names and a suggestion take, in the process itself and over HTTP.

python bench/reconciling.py [--quick]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import servers
from measure import Row
from table import machine, written

import kg
from kg.reconciliation import service
from kg.reconciliation.matching import Index

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_ROUNDS, _FEW, _WITHIN = 200, 20, 200.0
_NAMES = (
    *("Mali", "Algeria", "Gao", "Bamako", "Embassy of Mali in Algiers", "MNLA"),
    *("Tamanraset", "Adrar", "National Movement for the Liberation of Azawad", "nothing like it"),
)


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median of a few runs."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return 1 where a suggestion over HTTP takes longer than promised."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few rounds")
    options = parser.parse_args(arguments)
    rounds = _FEW if options.quick else _ROUNDS
    store = kg.load().store
    making = milliseconds(lambda: Index(store), 3)
    index = Index(store)
    batch = json.dumps({f"q{n}": {"query": name} for n, name in enumerate(_NAMES)})
    opener = build_opener(ProxyHandler({}))
    here = milliseconds(lambda: service.reconcile(index, batch), rounds)
    with TemporaryDirectory() as folder, servers.kg(Path(folder)) as served:
        url = served.url.removesuffix("sparql") + "reconcile"
        form = urlencode({"queries": batch}).encode()
        there = milliseconds(lambda: opener.open(url, form).read(), rounds)
        suggesting = f"{url}/suggest/entity?prefix=al"
        suggested = milliseconds(lambda: opener.open(suggesting).read(), rounds)
    rows = [
        Row(
            "a batch of 10 names",
            "milliseconds",
            f"{here:.1f} ms in the process, {there:.1f} ms over HTTP",
            kept=True,
            equal=True,
            details=(f"{len(index.things)} things; the index is made in {making:.0f} ms",),
        ),
        Row(
            "a suggestion over HTTP",
            f"< {_WITHIN:.0f} ms",
            f"{suggested:.1f} ms",
            kept=suggested < _WITHIN,
            equal=True,
            details=("a new connection for each; answers may be remembered",),
        ),
    ]
    print(written(rows, machine(), "python bench/reconciling.py"))
    return int(not all(row.kept for row in rows))


if __name__ == "__main__":
    sys.exit(main())
