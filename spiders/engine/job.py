"""What a crawl is told to do and what it tells back, as it travels between the parent and the child process."""

from datetime import datetime
from pathlib import Path

from pydantic import Field

from core.records import Key, Record, UtcTime
from core.settings import CrawlSettings
from core.watchlist import Listing


class OpenReview(Record):
    """A review with an open case: it is re-read whatever its age, because a later reply never moves it up."""

    review_id: Key
    posted_at: UtcTime | None = None
    url: str | None = None


class CrawlJob(Record):
    """One crawl of one listing."""

    home_root: Path
    """The home folder; landing files are written under its data/landing."""
    run_id: str
    attempt: int = Field(1, ge=1)
    listing: Listing
    crawl: CrawlSettings = CrawlSettings()
    now: UtcTime | None = None
    """A given clock: every sighting gets this time. None takes the system's."""
    watermark: UtcTime | None = None
    """Newest posted_at of the last complete crawl: reading stops `overlap_days` behind it."""
    open_reviews: tuple[OpenReview, ...] = ()
    pulse: bool = False
    """Only what is newer than the watermark (the first page where there is none) and the open cases."""
    secret: str = Field("", repr=False, pattern=r"^([0-9a-f]{2})*$")
    """Key of the authors' hashes, in hexadecimal. Without it the hashes protect nobody."""

    credentials: dict[str, str] = Field({}, repr=False)
    """Keys of the owner that the environment lacks; they travel over the pipe to the child, and nowhere else."""

    @property
    def secret_bytes(self) -> bytes:
        """The key of the authors' hashes."""
        return bytes.fromhex(self.secret)


class Progress(Record):
    """How far a crawl is: one JSON line on the child's standard output after each page."""

    source: str
    listing_id: str
    pages: int
    collected: int
    quarantined: int = 0
    expected: int | None = None
    oldest: datetime | None = None
    """posted_at of the oldest review read so far."""
