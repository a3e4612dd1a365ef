"""Cleaning, truncation, sentences and languages."""

import itertools
import random

import pytest

from models.language import detect
from models.sentences import MOST, pieces
from models.text import clean, cut, head_and_tail, says_something


def shown(text):
    return [text[start:end] for start, end in pieces(text)]


def test_clean_keeps_what_is_read_and_drops_what_is_not():
    assert clean(" a\x00b\r\n\u202ec\ud800 ё 😡 ") == "a b c ё 😡"


def test_head_and_tail_drops_the_middle():
    assert head_and_tail([1, 2, 3], 3) == [1, 2, 3]
    assert head_and_tail([1, 2, 3, 4, 5, 6], 4) == [1, 2, 5, 6]
    assert head_and_tail(list(range(100)), 5) == [0, 1, 2, 98, 99]


def test_cut_leaves_short_texts_alone():
    text = "а" * 1000
    assert cut(text, 128) == text
    assert len(cut(text * 1000, 128)) == 2 * 16 * 128 + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), (" .!?", False), ("\u200b\ud800", False), ("5", True), ("да", True), ("👍", True)],
)
def test_says_something(text, expected):
    assert says_something(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Всё вкусно, но официант нахамил. Не придём!", ["Всё вкусно", "но официант нахамил.", "Не придём!"]),
        ("Все чисто і гарно, але довго чекали.", ["Все чисто і гарно", "але довго чекали."]),
        ("Great food. The staff was rude, however", ["Great food.", "The staff was rude, however"]),
        ("Достоинства: цена\nНедостатки: нет", ["Достоинства: цена", "Недостатки: нет"]),
        ("Пришёл И. И. Иванов и т.д. Помог.", ["Пришёл И. И. Иванов и т.д.", "Помог."]),
        ("Ни разу, но", ["Ни разу, но"]),
        ("", []),
        ("...\n!!!", []),
    ],
)
def test_pieces(text, expected):
    found = shown(text)
    assert found == expected


def test_pieces_of_any_text_are_spans_in_order_without_overlap():
    draw = random.Random(3)
    for _ in range(300):
        text = "".join(draw.choice("аб .!?\n,но 😡\x00(") for _ in range(draw.randrange(200)))
        spans = pieces(text)
        assert spans == sorted(spans)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
        assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)


def test_a_long_text_gives_head_and_tail():
    text = "".join(f"Предложение номер {i}. " for i in range(50_000))
    found = shown(text)
    assert len(found) == MOST
    assert found[0] == "Предложение номер 0."
    assert found[-1] == "Предложение номер 49999."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Очень долго ждали заказ, еда холодная", "ru"),
        ("Дуже довго чекали", "uk"),
        ("Якість жахлива, повернула товар", "uk"),
        ("Ціна ok", "uk"),
        ("все сподобалось", "uk"),
        ("Дякую", "uk"),
        ("Персонал грубый", "ru"),
        ("The driver was late and rude", "en"),
        ("Good", "en"),
        ("Вельмі добры магазін, дзякуй, але чакаў доўга", "be"),
        ("👍👍", "und"),
        ("12345", "und"),
        ("", "und"),
        ("这个餐厅很好", "zh"),
        ("Қызмет өте жақсы", "kk"),
    ],
)
def test_detect(text, language):
    assert detect(text) == language


def test_the_sources_own_word_decides_only_where_the_text_does_not():
    assert detect("норм", "uk-UA") == "uk"
    assert detect("норм", "ru") == detect("норм") == "ru"
    assert detect("Очень хороший магазин, быстрая доставка", "uk") == "ru"
