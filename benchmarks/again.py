"""A night with nothing new beside the first one: what does running again cost?

    python -m benchmarks.again [--repeat 3]

The demo's site is read once (first run: crawl, model, cases, publication), then the same night is run again as a whole
process. The alternative it is measured against is the first run itself, in the same home and without a Prefect server.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from console.demo.site import DemoSite
from console.demo.watchlist import write_home


def seconds(home: Path, now: str) -> float:
    """Run the night as an operator would and return the seconds of the whole process."""
    began = time.monotonic()
    command = [sys.executable, "-m", "console.main", "nightly", "--no-prefect", "--home", str(home), "--now", now]
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began


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
        again = median(seconds(home, now) for _ in range(repeat))
    print(f"first run {first:.1f} s, again {again:.2f} s (median of {repeat}): {again / first:.1%} of the first")


if __name__ == "__main__":
    main()
