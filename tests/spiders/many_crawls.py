"""Many crawls in one process: jobs as JSON lines come in, a JSON line of coverage for each goes out.

Each crawl is what `spiders.engine.child` runs, with the same settings; only the process is shared, because starting one
for each of a hundred mutations would take a minute.
"""

import logging
import os
import sys
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from spiders.engine import settings as engine_settings
from spiders.engine.guard import allowed_places
from spiders.engine.job import CrawlJob
from spiders.engine.loader import load_spider
from spiders.engine.settings import job_settings


def main() -> None:
    """Crawl all jobs at once and print their coverage in the order of the jobs."""
    jobs = [CrawlJob.model_validate_json(line) for line in sys.stdin]
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the pipelines' progress
    places = sorted({place for job in jobs for place in allowed_places(job.listing)})
    settings = Settings()
    settings.setmodule(engine_settings, priority="project")
    settings.setdict(
        {**job_settings(jobs[0].crawl), "OTKLIK_KEEP_RAW": False, "OTKLIK_ALLOWED_PLACES": places}, priority="cmdline"
    )
    process = AsyncCrawlerProcess(settings)
    logging.disable(logging.CRITICAL)
    crawlers = []
    for job in jobs:
        crawler = process.create_crawler(load_spider(job.listing.source))
        process.crawl(crawler, job=job)
        crawlers.append(crawler)
    process.start()
    with os.fdopen(answers, "w") as out:
        for crawler in crawlers:
            spider: Any = crawler.spider
            out.write(spider.reading.coverage(spider.clock()).model_dump_json() + "\n")


if __name__ == "__main__":
    main()
