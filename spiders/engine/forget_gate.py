"""The gate in front of the landing folder: what belongs to an erased person is dropped before it reaches the disk."""

from collections.abc import Iterable
from typing import Any

from core.forgotten import Forgotten, load_forgotten
from core.home import Home
from core.records import Review
from spiders.engine.forgetting import Trail, phrases
from spiders.engine.job import CrawlJob
from spiders.engine.landing import Quarantined


class Gate:
    """Lets through what belongs to nobody who was erased; remembers the words that it kept out, in memory only."""

    def __init__(self, forgotten: Forgotten) -> None:
        """Take the tombstones."""
        self.forgotten = forgotten
        self.dropped = 0
        self._sources: set[str] = set()
        self._words: list[str] = []

    @classmethod
    def of(cls, spider: Any) -> "Gate":
        """Return the gate of a crawl: the pipeline and the keeper of raw responses share one."""
        gate: Gate | None = getattr(spider, "forget_gate", None)
        if gate is None:
            job: CrawlJob = spider.job
            gate = cls(load_forgotten(Home(job.home_root), job.secret_bytes))
            gate._sources.add(job.listing.source)
            spider.forget_gate = gate
        return gate

    @property
    def trail(self) -> Trail:
        """How the people whom this gate knows, and kept out so far, are recognised in raw responses."""
        return Trail(self.forgotten, frozenset(self._sources), phrases(self._words))

    def reviews(self, reviews: Iterable[Review]) -> list[Review]:
        """Return the reviews that may be kept."""
        if not self.forgotten:
            return list(reviews)
        return [review for review in reviews if self.lets_in(review)]

    def lets_in(self, review: Review) -> bool:
        """Tell whether a review may be kept."""
        if not self.forgotten.covers(review.source, review.review_id, review.author_key):
            return True
        self.dropped += 1
        self._sources.add(review.source)
        self._words += [words for words in (review.title, review.text) if words]
        return False

    def quarantined(self, lines: Iterable[Quarantined]) -> list[Quarantined]:
        """Return the lines for the quarantine that may be kept."""
        if not self.forgotten:
            return list(lines)
        kept = []
        for line in lines:
            if Trail(self.forgotten, frozenset({line.source}), phrases(self._words)).in_text(line.fragment):
                self.dropped += 1
            else:
                kept.append(line)
        return kept
