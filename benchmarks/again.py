"""A night with nothing new beside the first one: what does running again cost?

    python -m benchmarks.again [--repeat 3]

The demo's site is read once (first run: crawl, model, cases, publication), then the same night is run again as a whole
process. The alternative it is measured against is the first run itself, in the same home and without a Prefect server.
Two ratios: of the runs as the ledger times them, and of the whole processes with Python's own start.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from console.demo.site import DemoSite
from console.demo.watchlist import write_home


def seconds(home: Path, now: str) -> tuple[float, float]:
    """Run the night as an operator would; return the seconds of the run itself and of the whole process."""
    began = time.monotonic()
    command = [sys.executable, "-m", "console.main", "nightly", "--no-prefect", "--home", str(home), "--now", now]
    shown = subprocess.run([*command, "--format", "json"], check=True, capture_output=True, text=True).stdout
    # The terminal channel of the demo's people writes their alerts before the report.
    report = json.loads(shown[shown.rindex("\n[\n") :] if "\n[\n" in shown else shown)
    return report[0]["seconds"], time.monotonic() - began


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="A night with nothing new beside the first one.")
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory(prefix="otklik-again-") as folder, DemoSite() as site:
        home = Path(folder)
        write_home(home, site.base_urls, year=site.night_one.year)
        now = site.nights[0].isoformat()
        first = seconds(home, now)
        later = [seconds(home, now) for _ in range(repeat)]
    for name, one, again in zip(("run", "process"), first, map(median, zip(*later, strict=True)), strict=True):
        print(f"{name}: first {one:.1f} s, again {again:.2f} s (median of {repeat}): {again / one:.1%} of the first")


if __name__ == "__main__":
    main()
