"""The hand-written evaluation texts: legal fields, independent wording, enough of each kind."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from core.aspects import Aspect

FOLDER = Path(__file__).resolve().parents[2] / "models" / "behaviour"
ASPECTS = {aspect.value for aspect in Aspect}
SHARED_WORDS = 6


def _cases(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


MIXED = _cases("mixed")
SENTENCES = _cases("aspects")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _share(cases: list[dict[str, Any]], language: str) -> float:
    return sum(case["language"] == language for case in cases) / len(cases)


def test_ids_are_unique() -> None:
    ids = Counter(case["id"] for case in MIXED + SENTENCES)
    assert [name for name, times in ids.items() if times > 1] == []


def test_no_two_texts_share_more_than_six_words_in_a_row() -> None:
    first: dict[tuple[str, ...], str] = {}
    shared = []
    for case in MIXED + SENTENCES:
        words = _words(case["text"])
        for at in range(len(words) - SHARED_WORDS):
            run = tuple(words[at : at + SHARED_WORDS + 1])
            if first.setdefault(run, case["id"]) != case["id"]:
                shared.append((first[run], case["id"], " ".join(run)))
    assert shared == []


def test_no_text_stands_twice() -> None:
    texts = Counter(" ".join(_words(case["text"])) for case in MIXED + SENTENCES)
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize("case", MIXED, ids=lambda case: case["id"])
def test_a_mixed_review_is_legal_and_its_complaint_stands_in_it_once(case: dict[str, Any]) -> None:
    assert list(case) == ["id", "language", "text", "complaint", "note"]
    assert case["language"] in {"ru", "uk", "en", "mixed"}
    assert case["text"] == case["text"].strip()
    assert case["text"].count(case["complaint"]) == 1
    rest = case["text"].replace(case["complaint"], "")
    assert len(_words(case["complaint"])) >= 2
    assert len(_words(rest)) >= 2, "nothing but the complaint"


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: case["id"])
def test_a_sentence_is_legal(case: dict[str, Any]) -> None:
    assert list(case) == ["id", "language", "text", "aspects", "polarity"]
    assert case["language"] in {"ru", "uk", "en"}
    assert case["text"] == case["text"].strip()
    assert _words(case["text"])
    assert case["aspects"]
    assert set(case["aspects"]) <= ASPECTS
    assert len(case["aspects"]) == len(set(case["aspects"]))
    assert case["polarity"] in {"negative", "neutral", "positive"}


def test_there_are_enough_mixed_reviews_of_each_language_and_the_complaint_moves_about() -> None:
    assert len(MIXED) >= 220
    assert _share(MIXED, "ru") >= 0.45
    assert _share(MIXED, "uk") >= 0.18
    assert _share(MIXED, "en") >= 0.22
    assert _share(MIXED, "mixed") >= 0.04
    first = sum(case["text"].startswith(case["complaint"]) for case in MIXED)
    last = sum(case["text"].endswith(case["complaint"]) for case in MIXED)
    assert first >= 10
    assert last >= 10
    assert len(MIXED) - first - last >= 100


def test_there_are_enough_sentences_of_each_language_aspect_and_polarity() -> None:
    assert len(SENTENCES) >= 430
    assert _share(SENTENCES, "ru") >= 0.45
    assert _share(SENTENCES, "uk") >= 0.18
    assert _share(SENTENCES, "en") >= 0.27
    for aspect in sorted(ASPECTS):
        tones = Counter(case["polarity"] for case in SENTENCES if aspect in case["aspects"])
        assert tones.total() >= 25, aspect
        assert tones["negative"] >= 5, aspect
        assert tones["positive"] >= 5, aspect
