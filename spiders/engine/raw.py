"""Raw responses, kept for some days as WARC, so that a night can be parsed again when a parser is mended.

What belongs to an erased person is never written; see `spiders.engine.forgetting`.
"""

import zlib
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response

from core.clock import Clock
from spiders.engine.forget_gate import Gate
from spiders.engine.forgetting_raw import clean_response, erase_warc
from spiders.engine.landing import landing_paths
from spiders.engine.page import address_of
from spiders.engine.secrecy import is_secret_header, scrub, scrub_known, scrub_url

JOB = "urn:otklik:job"
"""Address of the record that holds the job, as JSON."""
ASKED = "WARC-Otklik-Asked"
"""Header of the address that was asked for, where a redirect led to another one."""

_LEVEL, _GZIP = 6, 31
"""Of zlib: the ninth level takes half as long again and gives no less."""
# What no longer describes the body, which is stored unpacked; headers that are secrets are left out, too.
_LEFT_OUT = {"content-encoding", "transfer-encoding", "content-length", "connection"}


class RawMiddleware:
    """Writes each response of a job, also of failed tries, as one gzip member of a WARC file. Requests are not kept."""

    def __init__(self, crawler: Crawler) -> None:
        """Take the crawler; the file is opened when the spider is."""
        self._crawler = crawler
        self._file: BinaryIO | None = None
        self._writer: Any = None
        self._record: BytesIO
        self._clock: Clock
        self._gate: Gate
        self._path: Path

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware, or none where nothing is to be kept."""
        if not crawler.settings.getbool("OTKLIK_KEEP_RAW"):
            raise NotConfigured
        middleware = cls(crawler)
        crawler.signals.connect(middleware.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(middleware.spider_closed, signal=signals.spider_closed)
        return middleware

    def spider_opened(self, spider: Any) -> None:
        """Open the file of the job."""
        from warcio.warcwriter import WARCWriter

        job = spider.job
        path = landing_paths(job.home_root, job.run_id, job.listing.source, job.listing.id, job.attempt).raw
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock = spider.clock
        self._gate = Gate.of(spider)
        self._path = path
        self._file = path.open("xb")
        self._record = BytesIO()
        self._writer = WARCWriter(self._record, gzip=False)
        # What was asked for, without which nobody could tell later which answer is which. No key and no machine's path.
        asked = job.model_dump_json(exclude={"secret", "credentials", "home_root"}).encode()
        record = self._writer.create_warc_record(
            JOB, "metadata", payload=BytesIO(asked), warc_content_type="application/json"
        )
        self._write(record)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep the response and pass it on."""
        if self._file is None:
            return response
        from warcio.statusandheaders import StatusAndHeaders

        body = response.body
        if self._gate.forgotten:
            kept = clean_response(response.url, body, self._gate.trail)
            if kept is None:
                return response
            body = kept
        headers = [
            (name.decode("latin-1"), scrub(value.decode("latin-1")))
            for name, values in response.headers.items()
            if name.decode("latin-1").lower() not in _LEFT_OUT and not is_secret_header(name.decode("latin-1"))
            for value in values
        ]
        record = self._writer.create_warc_record(
            scrub_url(address_of(request) if request.body else response.url),
            "response",
            payload=BytesIO(scrub_known(body)),
            http_headers=StatusAndHeaders(f"{response.status}", headers, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": self._clock().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                ASKED: scrub_url(request.meta.get("redirect_urls", [address_of(request)])[0]),
            },
        )
        self._write(record)
        return response

    def _write(self, record: Any) -> None:
        """Hand a record to the operating system as a gzip member of its own, packed at once."""
        self._writer.write_record(record)
        if self._file is not None:
            self._file.write(zlib.compress(self._record.getvalue(), _LEVEL, _GZIP))
            self._file.flush()
        self._record.seek(0)
        self._record.truncate()

    def spider_closed(self) -> None:
        """Close the file. What only the parser recognised as an erased person's goes now."""
        if self._file is not None:
            self._file.close()
            if self._gate.dropped:
                erase_warc(self._path, self._gate.trail)
