"""Write a new source: its file and its first recording, which pass all tests before a word of them is changed."""

import importlib
import json
import re
from pathlib import Path
from string import Template

from core.errors import ConfigurationError
from spiders.engine.replay import recorded_output

_SPIDER = Template('''"""$title: what it is, where its format is described, and what was not verified."""

from collections.abc import Iterator
from typing import Unpack

from scrapy.http import Request, Response

from core.records import Review
from spiders.engine.document import Batch, Document, has
from spiders.engine.mapping import Fields
from spiders.engine.page import Page
from spiders.engine.parsing import Raw, Sighting
from spiders.engine.source import SourceInfo
from spiders.engine.spider import ReviewSpider

SOURCE = SourceInfo(
    name="$name",
    title="$title",
    tier="experimental",
    access="robots",
    terms_url="",
    terms_checked_on=None,
    legal_basis="The reviews are public; the site's robots.txt and terms decide.",
    shows_reply=True,
    shows_reply_time=True,
    incremental="newest first, up to the watermark",
    base_url="$base_url",
    kinds=("json",),
    marks=("has_more",),
)
FIELDS = Fields(
    source="$name",
    review_id="id",
    url="url",
    author="author",
    rating="rating",
    text="text",
    posted_at="created",
    reply_text="reply.text",
    reply_at="reply.created",
    reply_known=True,
)


def find(document: Document) -> Iterator[Batch]:
    """Find the reviews of an answer: where they are found, the document is known as this source's."""
    yield from document.batches(has("id", "text", "created", "reply"))


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; what is missing or strange raises, and that review goes to quarantine."""
    return FIELDS.review(raw, sighting)


class ${cls}Spider(ReviewSpider, source=SOURCE):
    """`target` is what the site calls the listing."""

    def first_request(self) -> Request:
        """Ask for the newest reviews."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the list."""
        payload = self.json(response)
        number = response.meta["page"]
        return Page(
            reviews=payload["reviews"],
            next=self._page(number + 1) if payload["has_more"] else None,
            total=payload["total"],
        )

    def _page(self, number: int) -> Request:
        return Request(f"{self.base_url}/{self.listing.target}/reviews.json?page={number}", meta={"page": number})
''')

_PAGE = {
    "total": 2,
    "has_more": False,
    "reviews": [
        {
            "id": 2,
            "url": None,
            "author": "example-2",
            "rating": 1,
            "text": "Ждали заказ три дня, никто не позвонил.",
            "created": "2026-01-03T10:00:00+03:00",
            "reply": {"text": "Приносим извинения.", "created": "2026-01-03T12:00:00+03:00"},
        },
        {
            "id": 1,
            "url": None,
            "author": "example-1",
            "rating": 5,
            "text": "Усе сподобалося.",
            "created": "2026-01-02T10:00:00+02:00",
            "reply": None,
        },
    ],
}


def new_source(name: str, *, title: str, base_url: str, root: Path) -> list[Path]:
    """Write `spiders/<name>.py` and `tests/recorded/<name>/first_page/` under `root`, and return the paths written.

    The spider reads an invented JSON format: change it and the recorded page to what the site sends, then run
    `pytest tests/spiders --rerecord` and look at the difference.

    Raises:
        ConfigurationError: the name or the address cannot be used, or one of the files is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise ConfigurationError(f"{name!r}: a source is named by small letters, digits and _, beginning with a letter")
    if not re.fullmatch(r"https?://[^\s\"\\/]+(/[^\s\"\\]*)?", base_url):
        raise ConfigurationError(f"{base_url!r}: expected an address such as https://reviews.example")
    if re.search(r"[\"\\\n]", title):
        raise ConfigurationError(f"{title!r}: a title has no quotes, backslashes and line breaks")
    module = root / "spiders" / f"{name}.py"
    folder = root / "tests" / "recorded" / name / "first_page"
    for path in (module, folder, root / "spiders" / name):
        if path.exists():
            raise ConfigurationError(f"{path} is there already")
    cls = "".join(part.capitalize() for part in name.split("_"))
    text = _SPIDER.substitute(name=name, title=title, base_url=base_url.rstrip("/"), cls=cls)
    module.write_text(text, encoding="utf-8")
    folder.mkdir(parents=True)
    meta = {
        "now": "2026-01-04T00:00:00Z",
        "listing": {"target": "shop"},
        "answers": [["/shop/reviews.json?page=1", "page-1.json"]],
    }
    _write_json(folder / "page-1.json", _PAGE)
    _write_json(folder / "meta.json", meta)
    importlib.invalidate_caches()
    _write_json(folder / "output.json", recorded_output(folder))
    return [module, folder / "meta.json", folder / "page-1.json", folder / "output.json"]


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
