"""A small site on the loopback that answers by script, and jobs that crawl it quickly."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.records import Coverage, Review
from core.settings import CrawlSettings
from core.watchlist import Listing
from spiders.engine.crawl import CrawlJob, Progress, crawl
from spiders.engine.landing import LandingPaths, landing_paths

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Answer:
    """What the site says to one request."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0


@dataclass
class Site:
    """Answers each path by its script: one answer, a list of which the last is repeated, or a function of the query."""

    script: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    headers_seen: list[dict[str, str]] = field(default_factory=list)
    base_url: str = ""

    def answer(self, target: str) -> Answer:
        parts = urlsplit(target)
        found = self.script.get(target, self.script.get(parts.path, Answer("not found", 404)))
        if callable(found):
            found = found({key: values[0] for key, values in parse_qs(parts.query).items()})
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Answer) else Answer(found)

    def pages(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [path for path in self.asked if path != "/robots.txt"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        site = self.site
        site.asked.append(self.path)
        site.moments.append(time.monotonic())
        site.agents.add(self.headers.get("User-Agent", ""))
        site.headers_seen.append(dict(self.headers))
        answer = site.answer(self.path)
        if answer.wait:
            time.sleep(answer.wait)
        is_text = isinstance(answer.body, str)
        if isinstance(answer.body, bytes):
            body = answer.body
        else:
            body = answer.body.encode() if is_text else json.dumps(answer.body).encode()
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", "text/html; charset=utf-8" if is_text else "application/json")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *args: Any) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512  # with the usual five, spiders that knock together are turned away


def serve(site: Site) -> ThreadingHTTPServer:
    """Start to answer on a free port, in a thread."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    site.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    return server


@dataclass
class Outcome:
    """What one crawl left behind."""

    coverage: Coverage
    paths: LandingPaths
    progress: list[Progress]

    @property
    def reviews(self) -> list[Review]:
        lines = self.paths.reviews.read_bytes().split(b"\n")[:-1]
        return [Review.model_validate_json(line) for line in lines]

    @property
    def ids(self) -> list[str]:
        return [review.review_id for review in self.reviews]

    @property
    def quarantine(self) -> list[dict[str, Any]]:
        if not self.paths.quarantine.exists():
            return []
        return [json.loads(line) for line in self.paths.quarantine.read_text().splitlines()]


def make_job(home: Path, site: Site, source: str, **changes: Any) -> CrawlJob:
    """Return a job for `source` on `site` without delay; keys of the listing, the settings and the job mix freely."""
    listing = {key: changes.pop(key) for key in ("target", "options", "base_url", "private") if key in changes}
    crawl_keys = {"delay": 0, "timeout": 60, "grace": 2, "retries": 1, "raw_days": 0}
    crawl_keys |= {key: changes.pop(key) for key in list(changes) if key in CrawlSettings.model_fields}
    listing = {"target": "570", "base_url": site.base_url, **listing}
    return CrawlJob(
        home_root=home,
        run_id=changes.pop("run_id", "nightly-20261122"),
        listing=Listing(id=changes.pop("listing_id", f"{source}-shop"), source=source, company="firm", **listing),
        crawl=CrawlSettings(**crawl_keys),
        secret="00ff",
        **changes,
    )


def run(job: CrawlJob) -> Outcome:
    progress: list[Progress] = []
    coverage = asyncio.run(crawl(job, progress.append))
    return Outcome(coverage, paths_of(job), progress)


def paths_of(job: CrawlJob) -> LandingPaths:
    return landing_paths(job.home_root, job.run_id, job.listing.source, job.listing.id, job.attempt)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def rating(number: int, days: float = 1, **changes: Any) -> dict[str, Any]:
    """One rating as addons.mozilla.org sends it."""
    return {
        "id": number,
        "addon": {"id": 7, "slug": "tabs", "name": "Tabs", "icon_url": None},
        "body": f"Отзыв {number}",
        "created": days_ago(days).isoformat().replace("+00:00", "Z"),
        "is_deleted": False,
        "is_developer_reply": False,
        "is_latest": True,
        "previous_count": 0,
        "user": {"id": 1000 + number, "name": "Somebody", "url": None, "username": "somebody"},
        "score": 2,
        "reply": None,
        "version": {"id": 3, "version": "1.2"},
        **changes,
    }


def ratings_page(ratings: list[dict[str, Any]], *, count: int | None = None, more: bool = False) -> dict[str, Any]:
    payload: dict[str, Any] = {"next": "https://elsewhere.example/?page=2" if more else None, "previous": None}
    payload |= {"count": len(ratings) if count is None else count, "results": ratings}
    return payload


def ratings(pages: list[Any]) -> Callable[[dict[str, str]], Any]:
    """Answer page N with the Nth element: a list of ratings, or an answer of its own."""
    total = sum(len(page) for page in pages if isinstance(page, list))

    def answer(query: dict[str, str]) -> Any:
        number = int(query["page"])
        page = pages[number - 1]
        return ratings_page(page, count=total, more=number < len(pages)) if isinstance(page, list) else page

    return answer
