"""Every recording is changed in every way that sites change: nothing is lost, nothing invented, and nothing crashes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.spiders.mutating import HOWS, NUMBER, STRANGE, Key, Payload, Seen, records, seen
from tests.spiders.mutating_forms import MailPayload, TreePayload, payloads

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
WORDS = re.compile(r"\w+")
LABELS = {
    "Достоинства", "Недостатки", "Комментарий", "Переваги", "Недоліки", "Коментар", "Pros", "Cons", "Comment",
    "История", "пациента", "Понравилось", "Не", "понравилось",
}  # fmt: skip
"""What stands before the parts of a review that a site splits."""


class Recording(NamedTuple):
    """One file of a recording, and what an import of it is told."""

    source: str
    path: Path
    told: dict[str, Any]

    def look(self, data: bytes) -> Seen:
        return seen(self.source, data, str(self.path), self.told)


def recordings() -> Iterator[Any]:
    """Yield every recorded file that `find` can read; of a crawl the answers that hold reviews."""
    for meta in sorted(RECORDED.glob("*/*/meta.json")):
        told = json.loads(meta.read_text(encoding="utf-8"))
        names = [told["file"]] if "file" in told else [name for _, name in told["answers"] if isinstance(name, str)]
        for name in dict.fromkeys(names):
            recording = Recording(meta.parent.parent.name, meta.parent / name, told if "file" in told else {})
            yield pytest.param(recording, id=f"{recording.source}/{meta.parent.name}/{name}")


RECORDINGS = list(recordings())
each_recording = pytest.mark.parametrize("recording", RECORDINGS)


@each_recording
def test_a_field_that_is_missing_null_or_of_another_type_costs_that_review_alone(recording: Recording) -> None:
    data = recording.path.read_bytes()
    base = recording.look(data)
    faults: list[str] = []
    for payload in payloads(recording.path.name, data):
        for part, review_id in records(payload, recording.look, base).items():
            record = payload.narrowed(part)
            for field in payload.fields(record):
                for how in (*HOWS, "extra"):
                    changed = payload.changed(field, how)
                    if changed is None or is_exempt(recording, payload, field):
                        continue
                    where = f"{how} {field if isinstance(payload, TreePayload) else field[len(record) :]}"
                    found = recording.look(changed)
                    said = b"" if isinstance(payload, MailPayload) else changed
                    faults += [f"{where}: {fault}" for fault in judged(base, found, review_id, said, how, data)]
    assert not faults, f"{len(faults)} of them:\n" + "\n".join(faults[:40])


def is_exempt(recording: Recording, payload: Payload, field: Key) -> bool:
    """Tell what nobody can know: each with its reason."""
    if recording.source == "schema_org":
        # Without its type a node is no review, and one without an author may say nothing more than a date. What is said
        # in two syntaxes is told to be one review by its words alone.
        return "@type" in field or field[-1] in ("review", "author") or "microdata" in str(recording.path)
    if recording.source == "app_store_connect" and field[-3:] == ("relationships", "response", "data"):
        return True  # Apple's document says so of a review without an answer: nobody can tell the two apart.
    # A reply whose class was renamed cannot be told from text of the page; the share of answers is watched instead.
    is_class = isinstance(payload, TreePayload) and field[1:] == ("class",)
    # A column that is empty throughout tells nothing of answers: its first value does, for all rows.
    return is_class or "nobody_was_answered" in str(recording.path)


def judged(base: Seen, found: Seen, review_id: str | None, changed: bytes, how: str, data: bytes) -> Iterator[str]:
    """Yield what is wrong with a reading after one value of one review in `data` was changed."""
    if found.error is not None:
        if base.total > 1:
            yield f"the whole file is refused: {found.error[-120:]}"
        return
    if found.total != base.total:
        yield f"{base.total} became {found.total}"
    for key, review in base.reviews.items():
        if key != review_id and found.reviews.get(key) != review:
            after = found.reviews.get(key) or {}
            yield f"another review, {key}, changed: {[n for n in review if review[n] != after.get(n)]}"
    was = base.reviews.get(review_id or "", {})
    for key in (key for key in found.reviews if key == review_id or key not in base.reviews):
        yield from invented(was, found.reviews[key], changed, how, data)


def invented(was: dict[str, Any], now: dict[str, Any], changed: bytes, how: str, data: bytes) -> Iterator[str]:
    """Yield what a review says that its file does not."""
    if now == was:
        return
    if how == "extra" and was:
        yield f"a field that nobody knows changed {[name for name in now if now[name] != was[name]]}"
    said = f"{was.values()} {' '.join(LABELS)}"
    for name in ("text", "title", "reply_text"):
        words = WORDS.findall(re.sub(f"{STRANGE}|{NUMBER}", " ", now[name] or ""))
        extra = [word for word in words if word not in said and not _stands_in(word, changed)]
        if extra and changed:
            yield f"{name} says {extra[:5]}"
    if was and was["reply_state"] == "published" and now["reply_state"] == "none" and how in ("missing", "null"):
        words = WORDS.findall(was["reply_text"] or "")
        # Another review may have been answered in the same words: as often as before, they are this one's, too.
        if changed and all(_stands_in(word, changed) >= max(1, _stands_in(word, data)) for word in words):
            yield "a reply that stands in the file counts as none"
    if was and was["reply_state"] != "published" and now["reply_state"] == "published" and not now["reply_text"]:
        yield "a reply without words"
    if was and was["posted_at"] and now["posted_at"] and now["posted_at"][:10] > "2026-11-23":
        yield f"posted at {now['posted_at']}"


def _stands_in(word: str, data: bytes) -> int:
    """Return how often a word stands in a file."""
    return data.count(word.encode()) or data.count(json.dumps(word)[1:-1].encode())
