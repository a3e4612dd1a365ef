"""Archives of Steam reviews, as download tools keep them: {"reviews": {id: {...}} or [...], "query_summary": ...}.

One file is one app, named by its app id (`review_291480.json`); a tar archive holds many of them.
"""

import re
import tarfile
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath

from core.records import Review
from spiders.engine.parsing import UnknownValue
from spiders.imports.base import Imported, Reading
from spiders.imports.fields import file_slug
from spiders.imports.payload import DOCUMENT_BYTES, Sample, parse_json

SOURCE = "steam"
EXPECTED = 'an object {"reviews": {id: {recommendationid, review, voted_up, ...}}}'
_APP_ID = re.compile(r"(?:^|[^0-9])(\d{1,10})$")


def matches(sample: Sample) -> bool:
    """Whether it is such an object, or a tar archive (only reading it can tell what is in it)."""
    return sample.kind == "tar" or (sample.kind == "json" and _reviews_of(sample.document) is not None)


def read(sample: Sample, reading: Reading) -> Imported:
    """Read one app's archive, or a tar of many; in a tar a bad file is put into quarantine and the rest goes on.

    Raises:
        InputError: no Steam review archive; a tar that is damaged or holds none (also while walking it).
    """
    if sample.kind == "tar":
        return _imported(reading, reading.listing(), _from_tar(sample, reading))
    items = _reviews_of(sample.document) if sample.is_json else None
    if items is None:
        raise reading.error(f"no steam review in it; expected {EXPECTED}")
    app_id = _app_id(reading.path.name)
    listing_id = reading.listing(app_id)
    return _imported(reading, listing_id, _parsed(items, listing_id, app_id, reading, ""))


def _imported(reading: Reading, listing_id: str, reviews: Iterator[Review]) -> Imported:
    return Imported(
        path=reading.path,
        format="steam",
        source=SOURCE,
        listing_id=listing_id,
        reviews=reviews,
        quarantined=reading.quarantined,
        notes=reading.notes,
    )


def _reviews_of(document: object) -> list[tuple[str, object]] | None:
    """Return the reviews of an app's archive with their places, or None where it is none."""
    body = document.get("response", document) if isinstance(document, dict) else None
    if not isinstance(body, dict):
        return None
    reviews = body.get("reviews")
    if isinstance(reviews, dict):
        items = [(f"reviews.{key}", value) for key, value in reviews.items()]
    elif isinstance(reviews, list):
        items = [(f"reviews[{number}]", value) for number, value in enumerate(reviews)]
    else:
        return None
    is_steam = any(isinstance(raw, dict) and "recommendationid" in raw for _, raw in items)
    return items if is_steam or (not items and "query_summary" in body) else None


def _app_id(name: str) -> str | None:
    found = _APP_ID.search(file_slug(Path(name)))
    return found[1] if found else None


def _parsed(
    items: list[tuple[str, object]], listing_id: str, app_id: str | None, reading: Reading, inside: str
) -> Iterator[Review]:
    from spiders.steam import parse_review  # brings Scrapy, which no other import needs

    seen_at = reading.sighting()
    unknown: Counter[str] = Counter()
    for where, raw in items:
        try:
            if not isinstance(raw, dict):
                raise TypeError("not an object")
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", UnknownValue)
                review = parse_review(raw, listing_id=listing_id, seen_at=seen_at, secret=reading.secret, app_id=app_id)
            unknown.update(str(warning.message) for warning in caught)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            cause = f"{error} is missing" if isinstance(error, KeyError) else error
            reading.reject(f"{inside}{where}", cause, _nameless(raw), source=SOURCE, listing_id=listing_id)
        else:
            yield review
    reading.notes.extend(f"{message} ({count} times)" for message, count in unknown.items())


def _nameless(raw: object) -> object:
    return {key: value for key, value in raw.items() if key != "author"} if isinstance(raw, dict) else raw


def _from_tar(sample: Sample, reading: Reading) -> Iterator[Review]:
    apps = 0
    try:
        with closing(sample.open()) as handle, tarfile.open(fileobj=handle, mode="r|") as archive:
            for member in archive:
                if not member.isfile():
                    continue
                name = PurePosixPath(member.name).name
                app_id = _app_id(name)
                listing_id = reading.listing(app_id or file_slug(Path(name)))
                try:
                    items = _member_reviews(archive, member)
                except ValueError as error:
                    reading.reject(member.name, error, "", source=SOURCE, listing_id=listing_id)
                    continue
                apps += 1
                yield from _parsed(items, listing_id, app_id, reading, f"{member.name}: ")
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise reading.error(f"the tar archive is damaged or cut off: {error}") from error
    if not apps:
        raise reading.error(f"a tar archive without a Steam review archive in it; expected {EXPECTED}")


def _member_reviews(archive: tarfile.TarFile, member: tarfile.TarInfo) -> list[tuple[str, object]]:
    if member.size > DOCUMENT_BYTES:
        raise ValueError(f"larger than {DOCUMENT_BYTES >> 20} MiB")
    handle = archive.extractfile(member)
    items = _reviews_of(parse_json(handle.read())) if handle else None
    if items is None:
        raise ValueError(f"no Steam review archive; expected {EXPECTED}")
    return items
