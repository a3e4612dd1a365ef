"""A simulated year: the real flows against customers, managers, sites, channels and kills, held against the truth.

    python -m benchmarks.simulate [--seeds 200] [--nights 30] [--seed N] [--results FILE] [--file | --no-file]

Each seed is a town of its own, every chance in it is drawn from the seed, and every violation prints seed and day and
the command that plays it again. Results are kept, a line a seed, in the file of results: what stands there is not
played again, so that a long run can be interrupted. Exit code 0 means that every promise held.

Measured 2026-11-23 on two cores that both played, with jemalloc: seeds 30 to 90 of 30 nights .71 nights per second of
processor time (every tenth of them on a file, at .34), seeds 1001 to 1004 of 365 nights .61; every promise held. Three
quarters of that is DuckDB, which prepares some 580 small statements a night.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.simulation.checks import Violation
from benchmarks.simulation.play import Play, Result

KILLED_FOR_REAL = 10
"""Every tenth seed runs on a file and is killed by SIGKILL in a process of its own."""


def play(seed: int, nights: int, *, is_file: bool | None = None) -> tuple[Result, float]:
    """Play one seed and return what it came to, and the seconds of processor time."""
    begun = sum(os.times()[:4])
    memory = Path("/dev/shm")  # noqa: S108  a folder that costs no disk, where there is one
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None, prefix="otklik-simulation-") as folder:
        on_file = seed % KILLED_FOR_REAL == 0 if is_file is None else is_file
        tell = partial(show_violation, seed, nights)
        result = Play(seed, nights, Path(folder) / "home", is_file=on_file, tell=tell).run()
    return result, sum(os.times()[:4]) - begun


def show_violation(seed: int, nights: int, found: Violation) -> None:
    """Print what did not hold, and how to see it again."""
    print(f"seed {seed}: {found.promise} at {found.at:%Y-%m-%d %H:%M} UTC: {found.what}")
    print(f"  again: python -m benchmarks.simulate --seed {seed} --nights {nights}", flush=True)


def show(result: Result, seconds: float) -> None:
    """Print what one seed came to."""
    nights = result.counts.get("nights", 0)
    counts = ", ".join(f"{number} {name}" for name, number in sorted(result.counts.items()) if name != "nights")
    print(f"seed {result.seed}: {nights} nights in {seconds:.1f} s of processor time; {counts}", flush=True)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, help="play this one again, whatever stands in the results")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--results", type=Path, help="what was played before, and what is played now")
    parser.add_argument("--file", action=argparse.BooleanOptionalAction, help="a warehouse on disk, and real kills")
    options = parser.parse_args()
    if options.seed is not None:
        result, seconds = play(options.seed, options.nights, is_file=options.file)
        show(result, seconds)
        return 1 if result.violations else 0
    path = options.results or Path(tempfile.gettempdir()) / "otklik-simulation.jsonl"
    done = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        row = json.loads(line)
        done[row["seed"], row["nights"]] = row
    print(f"results: {path}")
    begun = time.monotonic()
    for seed in range(options.first, options.first + options.seeds):
        if (seed, options.nights) in done:
            continue
        result, seconds = play(seed, options.nights, is_file=options.file)
        show(result, seconds)
        row = {"seed": seed, "nights": options.nights, "seconds": round(seconds, 2), "counts": result.counts}
        row["violations"] = [f"{one.promise} at {one.at.isoformat()}: {one.what}" for one in result.violations]
        done[seed, options.nights] = row
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return summary([row for (_, nights), row in done.items() if nights == options.nights], time.monotonic() - begun)


def summary(rows: list[dict[str, object]], wall: float) -> int:
    """Print what all seeds came to and return the exit code."""
    nights = sum(row["counts"]["nights"] for row in rows)  # type: ignore[index]
    seconds = sum(float(str(row["seconds"])) for row in rows)
    bad = [row["seed"] for row in rows if row["violations"]]
    pace = nights / seconds if seconds else 0.0
    print(f"{len(rows)} seeds, {nights} nights, {pace:.2f} nights per second of processor time, {wall:.0f} s now")
    print(f"violations in seeds {bad}" if bad else "every promise held")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
