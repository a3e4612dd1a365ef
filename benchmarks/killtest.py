"""Kill -9 at random moments of a nightly run, run it again, and compare with a night that nobody disturbed.

    python -m benchmarks.killtest [--kills 20] [--seed 1] [--home FOLDER]

Night 1 of the demo's site is read once. Then night 2 is run once undisturbed, which gives the state hash to reach and
the messages to expect, and again for each kill: the process is killed at a moment drawn evenly over the undisturbed
run's duration, and started again as it was. It must reach the same state, no process of the killed run may live on,
and a webhook on loopback counts the messages: each alert once, at most one of them twice and then marked as a possible
repeat. Exit code 0 means that all of it held.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from console.demo.site import DemoSite
from console.demo.watchlist import write_home
from warehouse.state import state_hash

_MARK = "OTKLIK_KILLTEST"


class Webhook:
    """Counts the messages that a JSON webhook is sent: alert key -> (times, marked as a repeat)."""

    def __init__(self) -> None:
        hook = self
        self.messages: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                hook.messages.append({"key": self.headers.get("Idempotency-Key"), **json.loads(body)})
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The address as a channel of the watchlist."""
        return f"json://127.0.0.1:{self._server.server_port}/"

    def take(self) -> Counter[str]:
        """Return how often each message came since the last call, and forget them."""
        taken, self.messages = self.messages, []
        return Counter(str(message["key"]) for message in taken)


@dataclass(frozen=True)
class Outcome:
    """What one killed night came to."""

    moment: float
    died: bool
    same_state: bool
    missing: int
    repeated: int
    orphans: int

    @property
    def held(self) -> bool:
        """Whether everything that must hold held."""
        return self.same_state and not self.missing and self.repeated <= 1 and not self.orphans


def night(home: Path, now: datetime) -> subprocess.Popen[bytes]:
    """Start the nightly flow as an operator's cron would, without a server."""
    command = [sys.executable, "-m", "console.main", "nightly", "--home", str(home), "--now", now.isoformat()]
    environment = {**os.environ, _MARK: str(home)}
    return subprocess.Popen(
        [*command, "--no-prefect"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def run(kills: int, seed: int, folder: Path) -> list[Outcome]:
    """Run the whole test in `folder` and return what each kill came to."""
    chance = random.Random(seed)
    hook = Webhook()
    with DemoSite() as site:
        start = folder / "start"
        write_home(start, site.base_urls, year=site.night_one.year)
        watchlist = start / "watchlist.toml"
        watchlist.write_text(watchlist.read_text(encoding="utf-8").replace("terminal://", hook.url), encoding="utf-8")
        first, _, third = site.nights
        night(start, first).wait()
        hook.take()
        site.set_night(3)

        calm = folder / "calm"
        shutil.copytree(start, calm, symlinks=True)
        began = time.monotonic()
        night(calm, third).wait()
        duration = time.monotonic() - began
        wanted_state, wanted = state_hash(calm / "data" / "otklik.duckdb"), hook.take()
        sys.stdout.write(f"undisturbed: {duration:.1f} s, {sum(wanted.values())} messages\n")

        outcomes = []
        for number in range(1, kills + 1):
            home = folder / f"kill-{number}"
            shutil.copytree(start, home, symlinks=True)
            moment = chance.uniform(0, duration)
            outcome = _one(home, third, moment, wanted_state, wanted, hook)
            sys.stdout.write(f"{number:3} killed at {moment:5.1f} s: {'held' if outcome.held else outcome}\n")
            sys.stdout.flush()
            outcomes.append(outcome)
            shutil.rmtree(home)
    return outcomes


def _one(home: Path, now: datetime, moment: float, state: str, wanted: Counter[str], hook: Webhook) -> Outcome:
    process = night(home, now)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    died = process.wait() == -signal.SIGKILL
    orphans = _processes_of(home)
    # A child that was only just being started notices its parent's death when its interpreter is up.
    for _ in range(50 if orphans else 0):
        time.sleep(0.1)
        orphans = _processes_of(home)
    night(home, now).wait()
    got = hook.take()
    return Outcome(
        moment=moment,
        died=died,
        same_state=state_hash(home / "data" / "otklik.duckdb") == state,
        missing=sum((wanted - got).values()),
        repeated=sum((got - wanted).values()),
        orphans=orphans,
    )


def _processes_of(home: Path) -> int:
    """Count living processes that were started for this home: children inherit the mark in the environment."""
    mark = f"{_MARK}={home}\0".encode()
    count = 0
    for folder in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                count += mark in (folder / "environ").read_bytes()
            except OSError:
                continue  # it ended while we looked
    return count


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="keep the folders here")
    options = parser.parse_args()
    folder = options.home or Path(tempfile.mkdtemp(prefix="otklik-kill-"))
    outcomes = run(options.kills, options.seed, folder)
    held = sum(outcome.held for outcome in outcomes)
    sys.stdout.write(
        f"{held} of {len(outcomes)} held; {sum(o.died for o in outcomes)} died in the middle,"
        f" {sum(o.repeated for o in outcomes)} possible repeats\n"
    )
    if not options.home:
        shutil.rmtree(folder)
    return 0 if held == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
