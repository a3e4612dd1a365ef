"""Erasing a person from raw responses: WARC files are written anew without what is theirs."""

import gzip
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from spiders.engine.forgetting import Trail, prune_json, rewrite


def erase_raw(raw: Path, trail: Trail) -> Iterator[tuple[Path, int]]:
    """Rewrite the WARC files under `raw`; yield each changed one with the number of responses that changed or went."""
    for path in sorted(raw.rglob("*.warc.gz")):
        gone = erase_warc(path, trail)
        if gone:
            yield path, gone


def erase_warc(path: Path, trail: Trail) -> int:
    """Rewrite one WARC file without what is theirs and return how many responses changed or went.

    A file that was torn by a kill and mentions them is cut at its last whole response; raw responses are no archive.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.warcwriter import WARCWriter

    changed = 0
    target = BytesIO()
    writer = WARCWriter(target, gzip=True)
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                body = record.content_stream().read()
                kept = clean_response(record.rec_headers.get_header("WARC-Target-URI") or "", body, trail)
                changed += kept is not body
                if kept is not None:
                    writer.write_record(_like(writer, record, kept))
        except (ArchiveLoadFailed, EOFError, OSError, zlib.error, gzip.BadGzipFile):
            changed += 1  # whatever the torn end holds, nobody will ever look for it
    if changed:
        rewrite(path, target.getvalue())
    return changed


def clean_response(url: str, body: bytes, trail: Trail) -> bytes | None:
    """Return a response's body without what is theirs, the same object if nothing is; None for all of it."""
    return None if trail.names_in_url(url) else prune_json(body, trail)


def _like(writer: Any, record: Any, body: bytes) -> Any:
    kept = ("WARC-Date", "WARC-Otklik-Asked")
    headers = {name: value for name in kept if (value := record.rec_headers.get_header(name)) is not None}
    return writer.create_warc_record(
        record.rec_headers.get_header("WARC-Target-URI"),
        record.rec_type,
        payload=BytesIO(body),
        http_headers=record.http_headers,
        warc_content_type=record.content_type,
        warc_headers_dict=headers,
    )
