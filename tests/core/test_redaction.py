import random
import time
from pathlib import Path

import phonenumbers
import pytest
from stdnum import luhn

from core.redaction import find, redact
from core.redaction.numbers import _is_luhn, _is_valid

CASES = Path(__file__).with_name("redaction_cases.txt")


def written_cases():
    for line in CASES.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            before, arrow, after = line.replace("\\n", "\n").partition(" => ")
            yield before, after if arrow else before


@pytest.mark.parametrize(("before", "after"), list(written_cases()))
def test_written_cases(before, after):
    assert redact(before) == after
    assert redact(after) == after


def test_there_are_enough_written_cases():
    assert len(list(written_cases())) >= 120


def test_spans_are_offsets_into_the_text_as_it_was_given():
    text = "\u200b\u200bтел.\u00a08\u200b916\u200b1234567\u200b, почта a\u200b@b.ru!"
    spans = find(text)
    assert [(span.kind, text[span.start : span.end].replace("\u200b", "")) for span in spans] == [
        ("phone", "89161234567"),
        ("email", "a@b.ru"),
    ]
    assert redact(text) == "\u200b\u200bтел.\u00a0[phone]\u200b, почта [email]!"


def test_a_text_without_personal_data_is_the_same_object():
    text = "Хорошее место"
    assert redact(text) is text
    assert find("") == []


HOSTILE = {
    "digits": "1",
    "groups": "1 ",
    "card starts": "4 1 1 1 ",
    "phone starts": "7 9 ",
    "phone middles": "8 9",
    "dots": "1.1.",
    "brackets": "(9",
    "plus": "+7916",
    "dates": "12-11-2026-",
    "letters": "a",
    "signs": "a@",
    "spelt": "a собака b точка ",
    "iban": "UA21 ",
    "cues": "тел 12 34 паспорт ",
    "greetings": "Здравствуйте, ",
    "names": "Здравствуйте, Иван Иван ",
    "capitals": "ААА ",
    "signatures": "с уважением, аб аб аб ",
    "invisible": "\u200b1",
}


@pytest.mark.parametrize("piece", list(HOSTILE.values()), ids=list(HOSTILE))
def test_time_is_linear_in_the_length_of_a_hostile_text(piece):
    def seconds(length):
        text = piece * (length // len(piece))
        begin = time.process_time()
        find(text)
        return time.process_time() - begin

    small = max(seconds(25_000), 0.005)
    assert seconds(200_000) < 8 * small * 4


@pytest.mark.slow
def test_a_megabyte_of_hostile_text_ends():
    text = "".join(piece * (1_000_000 // len(HOSTILE) // len(piece)) for piece in HOSTILE.values())
    assert len(text) > 900_000
    begin = time.process_time()
    redact(text)
    assert time.process_time() - begin < 60


@pytest.mark.slow
def test_a_megabyte_of_hostile_digits_takes_seconds():
    rng = random.Random(7)
    sevens = "".join(f"{rng.choice('78')} {rng.randint(100, 999)} " for _ in range(40_000))
    anything = "".join(rng.choices("0123456789 .-()/+", k=250_000))
    text = "x".join([sevens, anything, "8 9" * 85_000, "4 1 1 1 " * 31_000])
    assert len(text) > 980_000
    begin = time.process_time()
    redact(text)
    assert time.process_time() - begin < 15, "about four seconds on a quiet core"


def test_the_short_ways_say_what_the_libraries_say():
    rng = random.Random(3)
    for _ in range(3000):
        number = "".join(rng.choices("0123456789", k=rng.randint(13, 19)))
        assert _is_luhn(number) is luhn.is_valid(number)
    russian = ["7" + "".join(rng.choices("0123456789", k=10)) for _ in range(3000)]
    assert {_is_valid(number) for number in russian} == {True, False}
    for number in russian:
        assert _is_valid(number) is phonenumbers.is_valid_number(phonenumbers.parse("+" + number))
