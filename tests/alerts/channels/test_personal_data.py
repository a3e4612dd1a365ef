"""The written texts with personal data: nothing of them leaves in an alert or a log, by kind."""

import json
import logging
import re
from collections import defaultdict
from pathlib import Path

import pytest

from alerts.channels import send
from core.channel import Channel

FOLDER = Path(__file__).parents[2] / "core" / "redaction"
ROWS = [
    json.loads(line)
    for path in sorted(FOLDER.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
RECALL = 0.98


def is_left(piece, said):
    telling = r"\d{3,}" if any(character.isdecimal() for character in piece) else r"\w{4,}"
    parts = [piece, *re.findall(telling, piece)]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", said) for part in parts)


@pytest.mark.slow
def test_nothing_of_a_person_leaves_in_an_alert_or_a_log(person, compose, view, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "alerts.jsonl"
    reader = person(Channel(url=f"file://{path}"), Channel(url="json://127.0.0.1:1/"), channel_use="all")
    found, missed = defaultdict(int), defaultdict(list)
    for number, row in enumerate(ROWS):
        said = compose(view(row["text"] + ".", review_id=f"n{number}x", url=None))()
        caplog.clear()
        send(reader, said, key="k" * 32)
        written = path.read_text(encoding="utf-8")
        path.unlink()
        everything = " ".join([said.text, said.html, written, caplog.text])
        for kind, pieces in row["gone"].items():
            for piece in pieces:
                found[kind] += 1
                if is_left(piece, everything):
                    missed[kind].append((piece, said.text))
    assert set(found) == {"phone", "email", "card", "passport", "iban", "handle", "name", "inn", "rnokpp", "snils"}
    for kind, count in found.items():
        assert len(missed[kind]) <= (1 - RECALL) * count, (kind, missed[kind])
