"""The pipeline's one step: a page's reviews go to the landing file, flushed, and the parent hears how far we are."""

import sys
from typing import Any, Self

from scrapy.crawler import Crawler

from core.records import CoverageStatus
from spiders.engine.forget_gate import Gate
from spiders.engine.landing import LandingFile, landing_paths, reason_of
from spiders.engine.page import Collected


class LandingPipeline:
    """Writes the landing file of a job. `scrapy crawl` has no job: its items pass on to Scrapy's feeds."""

    def __init__(self, crawler: Crawler) -> None:
        """Take the crawler."""
        self._crawler = crawler
        self._file: LandingFile | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline, as Scrapy asks for it."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Create the landing file of a job."""
        spider: Any = self._crawler.spider
        if spider.is_run_by_engine:
            job = spider.job
            self._file = LandingFile(
                landing_paths(job.home_root, job.run_id, job.listing.source, job.listing.id, job.attempt)
            )

    def process_item(self, item: Any) -> Any:
        """Write and flush one page; what cannot be written ends the crawl, because nothing may be lost in silence."""
        spider: Any = self._crawler.spider
        if self._file is None or not isinstance(item, Collected):
            return item
        try:
            gate = Gate.of(spider)
            self._file.write(gate.reviews(item.reviews), gate.quarantined(item.quarantined))
            sys.stdout.write(spider.reading.progress().model_dump_json() + "\n")
            sys.stdout.flush()
        except (OSError, ValueError) as error:
            spider.reading.fail(CoverageStatus.failed, f"the landing file cannot be written: {reason_of(error)}")
        return item

    def close_spider(self) -> None:
        """Write through to the disk."""
        if self._file is not None:
            self._file.close()
