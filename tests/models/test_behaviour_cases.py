"""The written evaluation cases are legal, apart from each other and many enough."""

import json
import re
from collections import Counter
from pathlib import Path

CASES = Path(__file__).resolve().parents[2] / "models/behaviour/cases.jsonl"
FIELDS = ["id", "language", "capability", "text", "label", "note"]
LANGUAGES = {"ru", "uk", "en", "mixed", "other"}
LABELS = {"negative", "neutral", "positive"}
CAPABILITIES = {
    "negation", "contrast", "irony", "polite_severe", "praise_one_anger_firm", "competitor", "quoted_speech",
    "question", "no_negative_word", "negative_words_praise", "solved_problem", "broken_promise", "wrong_stars",
    "numbers_dates", "typos", "transliteration", "surzhyk", "emoji_only", "one_word", "long_middle",
    "other_language", "lukewarm",
}  # fmt: skip
SHARED = 6


def cases():
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def test_fields_are_legal():
    for case in cases():
        assert list(case) == FIELDS, case
        assert all(isinstance(value, str) and value.strip() for value in case.values()), case
        assert case["language"] in LANGUAGES, case
        assert case["label"] in LABELS, case
        assert case["capability"] in CAPABILITIES, case
        assert case["id"].startswith(f"{case['capability'].replace('_', '-')}-{case['language']}-"), case


def test_ids_are_unique():
    assert [one for one, times in Counter(case["id"] for case in cases()).items() if times > 1] == []


def test_texts_are_unique():
    texts = Counter(" ".join(case["text"].casefold().split()) for case in cases())
    assert [one for one, times in texts.items() if times > 1] == []


def test_no_two_cases_share_more_than_six_words_in_a_row():
    owner: dict[tuple[str, ...], str] = {}
    shared = []
    for case in cases():
        words = re.findall(r"\w+", case["text"].casefold().replace("ё", "е"))
        for start in range(len(words) - SHARED):
            first = owner.setdefault(tuple(words[start : start + SHARED + 1]), case["id"])
            if first != case["id"]:
                shared.append((first, case["id"], " ".join(words[start : start + SHARED + 1])))
    assert shared == []


def test_there_are_enough_cases_of_every_capability():
    counts = Counter(case["capability"] for case in cases())
    assert sum(counts.values()) >= 400
    assert {one: counts[one] for one in sorted(CAPABILITIES) if counts[one] < 8} == {}


def test_every_label_and_language_is_there():
    assert {case["label"] for case in cases()} == LABELS
    assert {case["language"] for case in cases()} == LANGUAGES


def test_long_cases_are_long_and_some_hide_no_complaint():
    long = [case for case in cases() if case["capability"] == "long_middle"]
    assert min(len(case["text"]) for case in long) >= 3000
    labels = Counter(case["label"] for case in long)
    assert labels["negative"] >= 8
    assert len(long) - labels["negative"] >= 4
