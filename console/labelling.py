"""`otklik label`: reviews one by one, a key each; what was answered stays answered."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

import models
from console.classifying import judged, priors_of
from console.labels import Answer, Item, LabelStore, Plan
from console.output import inert
from console.tables import read_table
from core.errors import InputError
from core.records import Prediction, ReplyState, Review
from flows.job import Job
from models.evaluation.sampling import design, draw

KEYS: Mapping[str, Answer] = {"y": "complaint", "n": "other", "s": "skip"}
BACK, QUIT = "b", "q"
LEGEND = "Is the customer unhappy about something?  y yes   n no   s skip   b back   q quit (and go on later)"
SEED = 20_260_101
LONGEST = 4_000

ReadKey = Callable[[], str]
"""Returns the next key, empty where there are no more."""


@dataclass(frozen=True, slots=True)
class Pool:
    """All reviews from which is drawn, each with what the model says of it."""

    reviews: Sequence[Review]
    p_negative: Sequence[float]
    days: float | None


def label(
    job: Job,
    *,
    file: Path | None,
    listing: str | None,
    name: str | None,
    count: int,
    alpha: float,
    prior: str,
    stars: str,
) -> None:
    """Draw reviews at the first call, then show those without an answer one by one.

    Raises:
        InputError: nothing to label, or the file is not the one that was drawn from.
        BusyError: somebody else labels under the same name.
    """
    store = LabelStore(job.home, name or _name(file, listing))
    priors_of(prior)
    with store.locked():
        if store.plan_path.exists():
            plan = store.plan()
            if (file or listing) and _where(file, listing) != (plan.origin, plan.where):
                raise InputError(
                    f"{store.plan_path}: drawn from {plan.where}; choose another --name for {file or listing}"
                )
            reviews = _reviews_again(job, plan, stars)
        else:
            if file is None and listing is None:
                raise InputError("label: name a FILE or a --listing to draw from")
            pool = _file_pool(job, file, prior, stars) if file else _listing_pool(job, str(listing))
            plan = _drawn(job, pool, _where(file, listing), count, alpha)
            store.begin(plan)
            reviews = list(pool.reviews)
        Session(store, plan, {review.content_hash: review for review in reviews}, job).run(_keys(sys.stdin))


def _name(file: Path | None, listing: str | None) -> str:
    if file is None and listing is None:
        raise InputError("label: name a FILE, a --listing, or the --name of labels begun before")
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in (file.stem if file else str(listing))).lstrip(".-")


def _where(file: Path | None, listing: str | None) -> tuple[str, str]:
    return ("file", str(file.resolve())) if file else ("listing", str(listing))


def _file_pool(job: Job, path: Path, prior: str, stars: str) -> Pool:
    table = read_table(path, stars)
    reviews = table.reviews(job.clock())
    found = judged(job, reviews, priors_of(prior))
    return Pool(reviews, [one.p_negative for one in found], table.days())


def listing_rows(job: Job, listing: str) -> list[tuple[Review, float | None]]:
    """Return the reviews of a listing and the p_negative that the model in use gave each, None where it gave none.

    Raises:
        InputError: the warehouse has no review of it.
    """
    from warehouse import ask

    rows = ask.run(job.home.published / "otklik.duckdb", "judged", {"listing": listing}).to_pylist()
    if not rows:
        raise InputError(f"--listing {listing}: the warehouse has no review of it")
    current = models.model_id(job.settings)
    fields = ("source", "listing_id", "review_id", "title", "rating", "posted_at")
    return [
        (
            Review(
                text=row["text"] or "",
                reply_state=ReplyState.unknown,
                seen_at=job.clock(),
                **{name: row[name] for name in fields},
            ),
            row["p_negative"] if row["model"] == current else None,
        )
        for row in rows
    ]


def _listing_pool(job: Job, listing: str) -> Pool:
    rows = listing_rows(job, listing)
    new: list[Prediction] = judged(job, [review for review, p in rows if p is None], None)
    rest = iter(new)
    p_negative = [next(rest).p_negative if p is None else p for _, p in rows]
    posted = [review.posted_at for review, _ in rows if review.posted_at]
    days = (max(posted) - min(posted)).days + 1.0 if posted else None
    return Pool([review for review, _ in rows], p_negative, days)


def _drawn(job: Job, pool: Pool, where: tuple[str, str], count: int, alpha: float) -> Plan:
    """Draw from the distinct reviews that have words; the pool's days shrink with what is left out."""
    low = job.settings.judging.low_rating
    distinct: dict[str, tuple[Review, float]] = {}
    for review, p in zip(pool.reviews, pool.p_negative, strict=True):
        if review.text.strip() or (review.title or "").strip():
            is_low = review.rating is not None and review.rating <= low
            distinct.setdefault(review.content_hash, (review, 1.0 if is_low else p))
    if not distinct:
        raise InputError(f"{where[1]}: there is no review with words to label")
    reviews = [review for review, _ in distinct.values()]
    score = np.array([p for _, p in distinct.values()])
    plan = design(score, count, alpha)
    drawn = draw(score, plan, count, SEED)
    origin: str = where[0]
    return Plan.model_validate(
        {
            "origin": origin,
            "where": where[1],
            "model": models.model_id(job.settings),
            "made_at": job.clock(),
            "cut": None if np.isinf(plan.cut) else plan.cut,
            "ratio": drawn.ratio,
            "days": None if pool.days is None else pool.days * len(reviews) / len(pool.reviews),
            "scores": np.sort(score).round(6).tolist(),
            "items": [
                Item(
                    source=reviews[row].source,
                    review_id=reviews[row].review_id,
                    content_hash=reviews[row].content_hash,
                    p_negative=float(score[row]),
                    chance=chance,
                )
                for row, chance in zip(drawn.rows.tolist(), drawn.chance.tolist(), strict=True)
            ],
        }
    )


def _reviews_again(job: Job, plan: Plan, stars: str) -> list[Review]:
    if plan.origin == "file":
        return read_table(Path(plan.where), stars).reviews(job.clock())
    return [review for review, _ in listing_rows(job, plan.where)]


def _keys(stream: TextIO) -> ReadKey:
    """Return a reader of keys: single ones from a terminal, else the first letter of each line."""
    if not stream.isatty():
        return lambda: (stream.readline() or QUIT).strip().lower()[:1] or " "
    import click

    def read() -> str:
        try:
            return click.getchar().lower()
        except (KeyboardInterrupt, EOFError):
            return QUIT

    return read


class Session:
    """One sitting: asks about the reviews of a plan that have no answer yet."""

    def __init__(self, store: LabelStore, plan: Plan, reviews: Mapping[str, Review], job: Job) -> None:
        self._store, self._plan, self._reviews, self._job = store, plan, reviews, job
        self._answers = store.answers()

    def run(self, read_key: ReadKey) -> None:
        """Ask until all is answered or the person leaves."""
        gone = [item for item in self._plan.items if item.key not in self._answers and item.key not in self._reviews]
        items = [item for item in self._plan.items if item.key in self._reviews]
        at = next((n for n, item in enumerate(items) if item.key not in self._answers), len(items))
        self._say(LEGEND)
        while at < len(items):
            self._show(items[at], at, len(items))
            key = self._key(read_key)
            if key == QUIT:
                break
            if key == BACK:
                at = max(0, at - 1)
                continue
            self._store.add(items[at], KEYS[key], self._job.clock())
            self._answers[items[at].key] = KEYS[key]
            at += 1
        if gone:
            self._say(f"{len(gone)} of the reviews changed or are gone since they were drawn; they count as skipped.")
        self._sum_up()

    def _key(self, read_key: ReadKey) -> str:
        while (key := read_key()) not in (*KEYS, BACK, QUIT):
            self._say("Keys are y, n, s, b and q.")
        return key

    def _show(self, item: Item, at: int, of: int) -> None:
        review = self._reviews[item.key]
        facts = [f"[{at + 1}/{of}]"]
        if review.rating is not None:
            facts.append("★" * (1 + round(review.rating * 4)))
        if review.posted_at:
            facts.append(f"{review.posted_at:%Y-%m-%d}")
        if item.key in self._answers:
            facts.append(f"(answered: {self._answers[item.key]})")
        self._say("\n" + "  ".join(facts))
        if review.title:
            self._say(inert(review.title))
        text = inert(review.text)
        self._say(text if len(text) <= LONGEST else f"{text[:LONGEST]} […]")

    def _sum_up(self) -> None:
        given = [self._answers[item.key] for item in self._plan.items if item.key in self._answers]
        self._say(
            f"\n{len(given)} of {len(self._plan.items)} labelled: {given.count('complaint')} complaints, "
            f"{given.count('other')} others, {given.count('skip')} skipped. Kept in {self._store.path}"
        )
        self._say(f"Next: otklik evaluate --labels {self._store.name} --guarantee 0.03")

    def _say(self, words: str) -> None:
        sys.stdout.write(words + "\n")
        sys.stdout.flush()
