"""The nightly files as snapshots and as landing files, and the truth about them in plain Python."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

Snapshot = tuple[str, dict[str, dict[str, Any]]]


def stars(value: int) -> float:
    return (value - 1) / 4


def wire_google_play(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "review_id": key,
        "url": raw["url"],
        "rating": stars(raw["score"]),
        "title": raw["title"],
        "text": raw["text"] or "",
        "posted_at": raw["date"],
        "reply_state": "published" if raw["replyText"] else "none",
        "reply_text": raw["replyText"],
        "reply_at": raw["replyDate"],
        "helpful_votes": raw["thumbsUp"],
    }


def wire_app_store(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "review_id": key,
        "rating": stars(raw["score"]),
        "title": raw["title"],
        "text": raw["text"] or "",
        "reply_state": "unknown",
    }


def jodii(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    posted_at = datetime.fromtimestamp(raw["date"] / 1000, UTC).isoformat()
    return {
        "review_id": key,
        "rating": stars(raw["rating"]),
        "text": raw["review"] or "",
        "posted_at": posted_at,
        "reply_state": "unknown",
    }


def ai_apps(key: str, raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "review_id": key,
        "rating": stars(raw["rating"]),
        "title": raw["title"],
        "text": raw["text"] or "",
        "posted_at": raw["review_date"] + "T00:00:00Z",
        "posted_at_precision": "day",
        "reply_state": "published" if raw["reply_text"] else "none",
        "reply_text": raw["reply_text"],
    }


@dataclass(frozen=True)
class Source:
    """One nightly file: how it names reviews, and how an object of it becomes a review."""

    file: str
    key: Callable[[dict[str, Any]], str]
    convert: Callable[[str, dict[str, Any]], dict[str, Any]]


SOURCES = {
    "wire_google_play": Source("wire_google_play.dev_to_2023-12", lambda raw: raw["id"], wire_google_play),
    "wire_app_store": Source("wire_app_store", lambda raw: raw["id"], wire_app_store),
    "jodii": Source("jodii_google_play", lambda raw: str(raw["date"]) + raw["user"], jodii),
    "ai_apps": Source("ai_apps_google_play", lambda raw: raw["review_id"], ai_apps),
}


class Replay:
    """The nights of one file."""

    def __init__(self, source: Source, folder: Path, nights: int | None) -> None:
        self.source, self.folder, self.limit = source, folder, nights
        self.truth: Counter[str] = Counter()
        self.sightings = 0
        self.nights = 0

    def snapshots(self) -> Iterator[Snapshot]:
        window: dict[str, dict[str, Any]] = {}
        path = self.folder / "nightly" / f"{self.source.file}.deltas.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file):
                if self.limit is not None and number >= self.limit:
                    return
                night = json.loads(line)
                if night.get("unparseable"):
                    continue
                for key in night["removed"]:
                    del window[key]
                for raw in night["added"]:
                    window[self.source.key(raw)] = raw
                for change in night["changed"]:
                    fields = {name: new for name, (_, new) in change["fields"].items()}
                    window[change["id"]] = {**window[change["id"]], **fields}
                assert len(window) == night["n"]
                yield night["at"], dict(window)

    def write(self, landing: Path) -> list[Path]:
        """Write a landing file for each night, count the truth on the way, and return the files."""
        files = []
        last: dict[str, dict[str, Any]] = {}
        for number, (at, window) in enumerate(self.snapshots()):
            lines = []
            for key, raw in window.items():
                review = self.source.convert(key, raw)
                self._count(last.get(key), review)
                last[key] = review
                base = {"source": "replayed", "listing_id": "app", "seen_at": at}
                lines.append(json.dumps(base | review, ensure_ascii=False))
            path = landing / f"night{number:04}" / "replayed" / "app.1.jsonl"
            path.parent.mkdir(parents=True)
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            files.append(path)
            self.sightings += len(lines)
            self.nights += 1
        return files

    def _count(self, before: dict[str, Any] | None, now: dict[str, Any]) -> None:
        """Tell what happened between two nights on which a review was in the window."""
        replied = now["reply_state"] == "published"
        if before is None:
            self.truth["seen"] += 1
            self.truth["reply_seen"] += replied
            return
        was_replied = before["reply_state"] == "published"
        self.truth["edited"] += (before.get("title") or "", before["text"]) != (now.get("title") or "", now["text"])
        self.truth["rating_changed"] += before["rating"] != now["rating"]
        self.truth["reply_seen"] += replied and not was_replied
        self.truth["reply_appeared"] += replied and not was_replied
        self.truth["reply_edited"] += replied and was_replied and before["reply_text"] != now["reply_text"]
        self.truth["reply_missing"] += was_replied and not replied


@pytest.fixture
def replay_of(shared: Path) -> Callable[[str, int | None], Replay]:
    def make(name: str, nights: int | None) -> Replay:
        return Replay(SOURCES[name], shared / "fixtures", nights)

    return make


@pytest.fixture(params=sorted(SOURCES))
def source_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)
