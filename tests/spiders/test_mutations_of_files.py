"""Whole files that are torn, repeated, emptied, wrongly encoded, huge, or something else altogether."""

import io
import re
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders.engine.encoding import decode
from spiders.engine.source import sources
from spiders.imports import FORMATS, read
from tests.spiders.mutating import Payload, Seen, records
from tests.spiders.mutating_forms import JsonPayload, MailPayload, RowsPayload, TreePayload, payloads
from tests.spiders.test_mutations import LABELS, RECORDINGS, WORDS, Recording, each_recording

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MANY = 10_000
SOME = 1_000
"""Pages of HTML, of which none shows ten thousand reviews and whose tree costs a millisecond each, and other forms."""
ERRORS = {
    "json": [
        b'{"error": {"code": 500, "message": "internal"}}',
        b'{"status": "error", "reviews": []}',
        b'""',
        b"[1, 2]",
    ],
    "html": [
        b"<html><head><title>Just a moment...</title></head><body></body></html>",
        b"<!doctype html><html><body><form><input type=password></form></body></html>",
        "<html><head><title>Вы не робот?</title></head><body><div id=captcha-form></div></body></html>".encode(),
    ],
}
_TIMES = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d|\d{9,13}")


def whole(recording: Recording) -> tuple[bytes, Seen, Payload, dict[Any, str | None]]:
    """Return the file, what it gives, and the form of it in which its records are found."""
    data = recording.path.read_bytes()
    base = recording.look(data)
    found = [(payload, records(payload, recording.look, base)) for payload in payloads(recording.path.name, data)]
    payload, parts = max(found, key=lambda pair: len(pair[1]))
    return data, base, payload, parts


@each_recording
@pytest.mark.parametrize("share", [0.35, 0.7, 0.97])
def test_a_torn_file_invents_nothing(recording: Recording, share: float) -> None:
    data = recording.path.read_bytes()
    base = recording.look(data)
    found = recording.look(data[: int(len(data) * share)])
    text = decode(data).text
    strange = [key for key, review in found.reviews.items() if base.reviews.get(key) != review]
    # Markup whose frame is torn away says less of each review; elsewhere only the last one can have changed.
    assert (
        len(strange) <= (data.lstrip()[:1] not in b"{[")
        or recording.path.suffix == ".jsonl"
        or (recording.source == "schema_org")
    )
    for key in strange:  # the review in which the file ends: its beginning
        words = " ".join(filter(None, (found.reviews[key]["text"], found.reviews[key]["reply_text"])))
        assert all(word in text or word in LABELS for word in WORDS.findall(words)) or recording.source == "mail"


@each_recording
@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_in_place_of_the_reviews_is_no_empty_listing(recording: Recording, kind: str) -> None:
    for body in ERRORS[kind]:
        found = recording.look(body)
        assert not found.reviews
        assert found.error is not None or found.quarantined


@each_recording
def test_a_repeated_page_brings_no_review_twice(recording: Recording) -> None:
    _, base, payload, parts = whole(recording)
    for part, review_id in parts.items():
        if part != payload.whole:
            found = recording.look(payload.repeated(part, 1, lambda text, _: text))
            extra = found.reviews.keys() - base.reviews.keys()
            if extra == {f"{review_id}-2"} and str(review_id).startswith("h-"):
                continue  # without an id, two people of one first name who say the same are two
            assert not extra
            assert {key: found.reviews.get(key) for key in base.reviews} == base.reviews


@each_recording
def test_an_emptied_page_among_full_ones_loses_none_of_them(recording: Recording, tmp_path: Path) -> None:
    data, base, payload, parts = whole(recording)
    if payload.whole in parts or not parts:
        pytest.skip("one review is all that it holds")
    if recording.source not in FORMATS:
        pytest.skip("its pages are read by its spider only")
    empty = payload.without(*parts)
    archive = tmp_path / "pages.tar"
    with tarfile.open(archive, "w") as target:
        for number, page in enumerate((data, empty, data)):
            info = tarfile.TarInfo(f"{number}/{recording.path.name}")
            info.size = len(page)
            target.addfile(info, io.BytesIO(page))
    imported = read(
        archive,
        format=recording.source,
        seen_at=None,
        tz=None,
        now=NOW,
        secret=b"key",
        listing_id=recording.told.get("listing_id"),
    )
    reviews = list(imported.reviews)
    assert {
        one.review_id for one in reviews if one.source == recording.source or one.review_id in base.reviews
    } == base.reviews.keys()
    assert len(imported.quarantined) in (2 * base.quarantined, 2 * base.quarantined + 1)


@each_recording
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_another_encoding_gives_the_same_words_or_is_refused(recording: Recording, encoding: str) -> None:
    data = recording.path.read_bytes()
    base, text = recording.look(data), decode(data).text
    if recording.source == "mail" and encoding != "utf-8-sig":
        pytest.skip("mail says its encoding in each part")
    try:
        changed = text.encode(encoding)
    except UnicodeEncodeError:
        changed = text.encode("cp1251", "xmlcharrefreplace") if text.lstrip()[:1] == "<" else b""
    if not changed:
        pytest.skip("it holds letters that windows-1251 has not")
    found = recording.look(changed)
    if found.error is None:
        assert {key: review["text"] for key, review in found.reviews.items()} == {
            key: review["text"] for key, review in base.reviews.items()
        }


FIRST_OF_FORM = {(one.values[0].source, one.values[0].path.suffix): one for one in reversed(RECORDINGS)}


@pytest.mark.parametrize("recording", [one for _, one in sorted(FIRST_OF_FORM.items())])
def test_ten_thousand_reviews_all_come_out(recording: Recording) -> None:
    _, base, payload, parts = whole(recording)
    several = [(part, key) for part, key in parts.items() if key is not None and part != payload.whole]
    # A place under a name cannot be copied beside itself, and a short id stands in dates and counts, too.
    chosen = next((one for one in several if isinstance(one[0][-1], int) and len(str(one[1])) >= 4), None)
    if chosen is None:
        pytest.skip("no review of a list with an id of its own")
    part, review_id = chosen
    own = payload.text_of(part)
    if str(review_id) not in own and not str(review_id).startswith("h-"):
        pytest.skip("its id is put together from two values")
    text = base.reviews[str(review_id)]["text"]
    mark = next((word for word in re.findall(r"\w{4,}", text) if word in own), None)

    def renewed(copy: str, number: int) -> str:
        if review_id is not None and review_id in copy:
            return copy.replace(review_id, _numbered(review_id, number))
        return copy.replace(mark, f"{mark}{number}") if mark else copy

    is_first = next(one for (source, _), one in sorted(FIRST_OF_FORM.items()) if source == recording.source)
    is_slow = isinstance(payload, TreePayload | MailPayload)
    count = MANY if recording is is_first.values[0] and not is_slow else SOME
    found = recording.look(payload.repeated(part, count, renewed))
    assert found.error is None
    assert found.total == base.total + count
    assert len(found.reviews) >= len(base.reviews) + count * 0.99


def _numbered(review_id: str, number: int) -> str:
    """Return an id of the same form: the digits of its end changed, in base 16 where it is a hash."""
    tail = re.search(r"[0-9a-f]{6,}$", review_id)
    if tail and not tail[0].isdigit():
        return f"{review_id[:-6]}{0x900000 + number:06x}"
    return f"{review_id[:-1]}{review_id[-1]}{number:06d}" if not review_id.isdigit() else f"{review_id}{number:06d}"


def test_every_source_is_mutated() -> None:
    assert {one.values[0].source for one in RECORDINGS} == sources().keys()
    assert {
        type(payload)
        for one in RECORDINGS
        for payload in payloads(one.values[0].path.name, one.values[0].path.read_bytes())
    } == {
        JsonPayload,
        MailPayload,
        RowsPayload,
        TreePayload,
    }
