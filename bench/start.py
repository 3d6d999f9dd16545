"""How long an answer takes from a cold start.

Two promises: ``kg query 'ASK {}'`` takes at most twice what ``python -c "import pyoxigraph"``
takes, plus 60 ms; and at most half of the same question asked through rdflib, which parses the
files first. The commands run in turns, so that a busy machine slows all alike, and the medians are
compared.

    python bench/start.py [ROUNDS]
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

KG = str(Path(sys.executable).with_name("kg"))
FOLDER = Path(__file__).parent.parent
FILES = sorted(str(path) for part in ("data", "ontology") for path in FOLDER.glob(f"{part}/*.ttl"))
#: What an answer may take of the time through rdflib.
SHARE = 0.5
RDFLIB = """
import sys, rdflib
graph = rdflib.Graph()
for path in sys.argv[1:]:
    graph.parse(path)
print(graph.query("ASK {}").askAnswer)
"""
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import pyoxigraph": [sys.executable, "-c", "import pyoxigraph"],
    "kg query 'ASK {}'": [KG, "query", "ASK {}"],
    "kg run tension-raising-events": [KG, "run", "tension-raising-events"],
    "ASK {} through rdflib": [sys.executable, "-c", RDFLIB, *FILES],
}


def milliseconds(command: list[str]) -> float:
    """Run a command once and return how long it took, in milliseconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1000


def medians(rounds: int) -> dict[str, float]:
    """Run all commands in turns and return how long each took, in milliseconds."""
    milliseconds(COMMANDS["kg query 'ASK {}'"])  # builds the snapshot where there is none
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            times[name].append(milliseconds(command))
    return {name: statistics.median(values) for name, values in times.items()}


def main(rounds: int) -> None:
    """Print the table and whether the two promises are kept."""
    median = medians(rounds)
    print(f"medians of {rounds} rounds, Python {platform.python_version()}, {platform.machine()}")
    for name, value in median.items():
        print(f"{name:32}{value:8.1f} ms")
    asked, limit = median["kg query 'ASK {}'"], 2 * median["import pyoxigraph"] + 60
    share = asked / median["ASK {} through rdflib"]
    for promise, kept in (
        (f"2 x import + 60 ms = {limit:.0f} ms", asked <= limit),
        (f"{share:.2f} of rdflib's time, at most {SHARE}", share <= SHARE),
    ):
        print(f"{promise}: {'kept' if kept else 'MISSED'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
