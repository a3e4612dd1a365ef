"""The world outside: customers who write, edit and delete, and sites that show it, or fail, shrink, vanish and lie.

All chance is drawn by name from the seed, so that a look at a site is a function of the moment and of nothing else.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from benchmarks.simulation.town import DAY, PLACES, Source, Town, listing_of, source_of

Kind = Literal["severe", "complaint", "stars", "doubtful", "faint", "praise"]
"""severe, plain and doubtful complaints; one star without words of a model; almost praise; praise."""

FAINT_BELOW = 0.05
"""What the first model says of faint words; a lower threshold or another model would call them complaints."""
Fault = Literal["fails", "vanishes", "shrinks", "lies", "hides", "none"]

_WORDS = (
    "кофе", "остыл", "бариста", "долго", "очередь", "касса", "грязный", "стол",
    "шумно", "зал", "музыка", "чек", "ошибка", "сдача", "десерт", "сухой",
)  # fmt: skip


@dataclass
class Written:
    """A review as its customer left it at some moment."""

    at: datetime
    kind: Kind
    text: str


@dataclass
class Answer:
    """What the owner's reply is from some moment on."""

    at: datetime
    state: Literal["none", "pending", "published", "rejected", "removed"]
    text: str = ""


@dataclass
class SiteReview:
    """One review on one site."""

    id: str
    place: int
    posted_at: datetime
    written: list[Written]
    answers: list[Answer] = field(default_factory=list)
    deleted_at: datetime | None = None

    @property
    def source(self) -> Source:
        """The site."""
        return source_of(self.place)

    def words(self, at: datetime) -> Written:
        """Return what stands there at a moment."""
        return [one for one in self.written if one.at <= at][-1]

    def answer(self, at: datetime) -> Answer:
        """Return the owner's reply at a moment."""
        return next((one for one in reversed(self.answers) if one.at <= at), Answer(self.posted_at, "none"))


@dataclass(frozen=True)
class Sighting:
    """What one look showed of one review."""

    id: str
    place: int
    at: datetime
    posted_at: datetime
    kind: Kind
    text: str
    state: str
    reply: str
    reply_at: datetime | None


@dataclass(frozen=True)
class Look:
    """What one reading of one listing gave."""

    place: int
    at: datetime
    status: Literal["ok", "short", "failed"]
    sightings: tuple[Sighting, ...] = ()
    gone: tuple[str, ...] = ()


class World:
    """All that happens outside."""

    def __init__(self, seed: int, town: Town) -> None:
        self.seed, self.town = seed, town
        self.reviews: dict[str, SiteReview] = {}
        self.by_place: dict[int, list[SiteReview]] = {place: [] for place in range(PLACES)}
        chance = self._chance("plan")
        self.busy_day = town.first_day + chance.randint(3, 20) * DAY
        """The day on which far too many complain."""
        for place in range(PLACES):
            for number in range(chance.randint(1, 3)):
                age = chance.uniform(0.5, 50)
                self._write(f"h{place}-{number}", place, town.at(town.first_day, 2) - age * DAY, chance)

    def live(self, day: date) -> None:
        """Let the customers of one day write, edit and delete."""
        chance = self._chance("day", day)
        start = self.town.at(day, 0) + timedelta(hours=4)
        for review in list(self.reviews.values()):
            if review.deleted_at is None and start - review.posted_at < 25 * DAY:
                self._change(review, start, chance)
        places = [place for place in range(PLACES) if chance.random() < 0.15]
        if day == self.busy_day and self.seed % 2:
            places += [place for place in range(PLACES) for _ in range(3)]
        for number, place in enumerate(places):
            at = start + timedelta(seconds=chance.randint(0, 80_000))
            self._write(f"{day:%m%d}-{number}", place, at, chance, is_bad=day == self.busy_day)
        if chance.random() < 0.08:
            self._wave(day, start, chance)

    def reply(self, review: SiteReview, at: datetime, chance: random.Random) -> None:
        """Let the owner answer on the site: at once, after moderation, or to be rejected or lost later."""
        text = f"Здравствуйте! Спасибо, что написали. Извините нас: {chance.choice(_WORDS)} {chance.randint(1, 10**9)}."
        fate = chance.random()
        if fate < 0.15:
            review.answers.append(Answer(at, "pending", text))
            at += timedelta(hours=chance.randint(2, 60))
            state: Any = "rejected" if fate < 0.06 else "published"
            review.answers.append(Answer(at, state, text))
        else:
            review.answers.append(Answer(at, "published", text))
        if fate > 0.92:
            lost = at + chance.uniform(1, 6) * DAY
            review.answers.append(Answer(lost, "none" if fate > 0.96 else "removed"))

    def look(self, place: int, at: datetime, fault: Fault, wanted: frozenset[str], *, pulse: bool) -> Look:
        """Return what a reading of a listing shows at a moment.

        Args:
            place: whose listing.
            at: the moment.
            fault: what the site does wrong.
            wanted: reviews that are asked for by id.
            pulse: only the newest few, and the wanted ones.
        """
        source = source_of(place)
        if fault in {"fails", "vanishes"}:
            return Look(place, at, "failed")
        there = [one for one in self.by_place[place] if one.posted_at <= at]
        there.sort(key=lambda one: (one.posted_at, one.id), reverse=True)
        alive = [one for one in there if one.deleted_at is None or one.deleted_at > at]
        shown = alive[: source.window or 40]
        if pulse:
            shown = [one for number, one in enumerate(shown) if number < 3 or one.id in wanted]
        if fault == "shrinks":
            shown = shown[:1]
        gone: list[str] = []
        if source.tells_deletions and fault != "shrinks":
            gone = [one.id for one in there if one not in alive and one.id in wanted]
        sightings = tuple(self._sight(one, at, fault) for one in shown)
        return Look(place, at, "short" if fault == "shrinks" else "ok", sightings, tuple(gone))

    def fault(self, place: int, at: datetime) -> Fault:
        """Return what a site does wrong at a moment."""
        chance = self._chance("fault", place, at)
        if source_of(place).is_unstable:
            return chance.choices(("none", "fails", "shrinks", "lies", "hides"), (80, 6, 5, 5, 4))[0]
        week = self._chance("gone", place, at.date().isocalendar()[:2])
        if week.random() < 0.02 and at.date().weekday() < 4:
            return "vanishes"
        return "fails" if chance.random() < 0.015 else "none"

    def _sight(self, review: SiteReview, at: datetime, fault: Fault) -> Sighting:
        words, answer = review.words(at), review.answer(at)
        state = answer.state if review.source.shows_replies else "unknown"
        if fault == "hides":
            state = "unknown"
        if fault == "lies" and state == "published":
            state = "none"
        is_shown = state == "published"
        when = answer.at if is_shown and review.source.shows_reply_time else None
        text = answer.text if is_shown else ""
        return Sighting(review.id, review.place, at, review.posted_at, words.kind, words.text, state, text, when)

    def _write(self, name: str, place: int, at: datetime, chance: random.Random, *, is_bad: bool = False) -> SiteReview:
        kinds: tuple[Kind, ...] = ("severe", "complaint", "stars", "doubtful", "faint", "praise")
        kind = chance.choices(kinds, (10, 40, 10, 10, 12, 18) if not is_bad else (10, 80, 10, 0, 0, 0))[0]
        review = SiteReview(f"r{name}", place, at, [Written(at, kind, self._text(chance))])
        self.reviews[review.id] = review
        self.by_place[place].append(review)
        return review

    def _change(self, review: SiteReview, start: datetime, chance: random.Random) -> None:
        drawn, at = chance.random(), start + timedelta(seconds=chance.randint(0, 70_000))
        if at <= review.posted_at:
            return
        if drawn < 0.012:
            kinds: tuple[Kind, ...] = ("severe", "complaint", "doubtful", "faint", "praise")
            kind = chance.choice(kinds)
            review.written.append(Written(at, kind, self._text(chance)))
        elif drawn < 0.016:
            review.deleted_at = at

    def _wave(self, day: date, start: datetime, chance: random.Random) -> None:
        text = " ".join(chance.choice(_WORDS) for _ in range(14))
        for number in range(chance.randint(3, 8)):
            at = start + timedelta(minutes=chance.randint(0, 600))
            review = self._write(f"{day:%m%d}w{number}", chance.randrange(PLACES), at, chance)
            review.written = [Written(at, "complaint", text)]

    def _text(self, chance: random.Random) -> str:
        return f"{' '.join(chance.sample(_WORDS, 5))} {chance.randint(1, 10**9)}"

    def _chance(self, *names: object) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *names))))


def rating_of(kind: Kind) -> float | None:
    """Return the stars that go with words: one star, five, or none at all."""
    return {"stars": 0.0, "praise": 1.0, "complaint": 0.5}.get(kind)


def write_landing(look: Look, folder: Path, run_id: str, attempt: int) -> dict[str, Any]:
    """Write what a look showed as the files of a crawl, and return its coverage as JSON."""
    source, listing = source_of(look.place).name, listing_of(look.place)
    folder = folder / run_id / source
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "source": source,
            "listing_id": listing,
            "review_id": one.id,
            "url": f"https://{source}.example/{one.id}",
            "rating": rating_of(one.kind),
            "text": one.text,
            "posted_at": one.posted_at.isoformat(),
            "posted_at_precision": "exact",
            "reply_state": one.state,
            "reply_text": one.reply or None,
            "reply_at": one.reply_at.isoformat() if one.reply_at else None,
            "reply_at_kind": "exact" if one.reply_at else None,
            "seen_at": look.at.isoformat(),
        }
        for one in look.sightings
    ]
    stem = f"{listing}.{attempt}"
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / f"{stem}.jsonl").write_text(lines, encoding="utf-8")
    newest = max((one.posted_at for one in look.sightings), default=None)
    coverage = {
        "run_id": run_id,
        "source": source,
        "listing_id": listing,
        "attempt": attempt,
        "started_at": look.at.isoformat(),
        "finished_at": look.at.isoformat(),
        "pages": 1,
        "collected": len(rows),
        "status": look.status,
        "error": None if look.status == "ok" else "the site says no",
        "watermark": newest.isoformat() if newest and look.status == "ok" else None,
        "gone_ids": list(look.gone),
    }
    (folder / f"{stem}.coverage.json").write_text(json.dumps(coverage), encoding="utf-8")
    return coverage
