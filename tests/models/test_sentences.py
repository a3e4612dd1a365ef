"""Sentences and clauses: offsets into the original text, careless punctuation, contrasts, emoji."""

import re
import time
from itertools import pairwise

import pytest

from models.sentences import MOST, pieces


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in pieces(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ткань не просвечивает. упаковано хорошо", ["Ткань не просвечивает.", "упаковано хорошо"]),
        ("Пришла рано.Врача не было ещё час.", ["Пришла рано.", "Врача не было ещё час."]),
        ("Ждали долго.потом нагрубили", ["Ждали долго.", "потом нагрубили"]),
        ("Still broken after a week. nobody answers", ["Still broken after a week.", "nobody answers"]),
        ("The room was fine.The shower was not.", ["The room was fine.", "The shower was not."]),
        ("Як так можна!! більше не прийду", ["Як так можна!!", "більше не прийду"]),
        ("Цена 500 руб. за штуку", ["Цена 500 руб. за штуку"]),
        ("Купила на сайт.рф за два дня", ["Купила на сайт.рф за два дня"]),
        ("Смотрите shop.example.com там всё", ["Смотрите shop.example.com там всё"]),
        ("Версия 2.5 работает", ["Версия 2.5 работает"]),
        ("Взяли 3 шт. по акции и т.д. все довольны", ["Взяли 3 шт. по акции и т.д. все довольны"]),
    ],
)
def test_careless_full_stops_end_a_sentence_and_abbreviations_do_not(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Еда вкусная, но официант нахамил.", ["Еда вкусная", "но официант нахамил."]),
        ("Ждали долго, зато врач внимательный", ["Ждали долго", "зато врач внимательный"]),
        ("Место хорошее, правда парковки нет", ["Место хорошее", "правда парковки нет"]),
        ("Все добре, тільки чай холодний", ["Все добре", "тільки чай холодний"]),
        ("Усе сподобалося, щоправда дорого як для нас", ["Усе сподобалося", "щоправда дорого як для нас"]),
        ("Nice rooms, except the shower leaks", ["Nice rooms", "except the shower leaks"]),
        ("It was cheap, yet nobody helped us", ["It was cheap", "yet nobody helped us"]),
        ("Old building, still the staff is lovely", ["Old building", "still the staff is lovely"]),
        ("Молодой курьер, правда, опоздал на час", ["Молодой курьер, правда, опоздал на час"]),
        ("Ответили, только когда я пригрозил", ["Ответили, только когда я пригрозил"]),
        ("Ordered in May, still waiting for it", ["Ordered in May, still waiting for it"]),
        ("The last kit, though, had odd colours", ["The last kit, though, had odd colours"]),
        ("Да, но нет", ["Да, но нет"]),
    ],
)
def test_a_contrast_is_cut_where_both_sides_have_words(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("😡😡😡", ["😡😡😡"]),
        ("🤮🤮 👎", ["🤮🤮 👎"]),
        ("Отлично всё! 👍", ["Отлично всё! 👍"]),
        ("Маникюр супер ❤️ Но в зале холодно 🥶", ["Маникюр супер ❤️", "Но в зале холодно 🥶"]),
        ("соус острый 🌶️ хлеб забыли положить 🙃", ["соус острый 🌶️", "хлеб забыли положить 🙃"]),
        ("we really ❤️ this little place", ["we really ❤️ this little place"]),
        ("Плюсы: вкусно\n💩💩", ["Плюсы: вкусно", "💩💩"]),
        ("...", []),
        ("", []),
    ],
)
def test_emoji_close_the_words_before_them_or_stand_alone(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_spans_are_offsets_in_order_that_lose_no_word() -> None:
    text = "  Пришли.\r\n\r\nЖдали час. никто не вышел 😡 Потом извинились, но поздно уже было.\tВсё.  "
    spans = pieces(text)
    assert spans == sorted(spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    kept = " ".join(text[start:end] for start, end in spans)
    assert re.findall(r"\w+", kept) == re.findall(r"\w+", text)


def test_a_long_text_gives_its_head_and_its_tail() -> None:
    text = " ".join(f"Это предложение номер {number}." for number in range(1000))
    found = split(text)
    assert len(found) == MOST
    assert found[0] == "Это предложение номер 0."
    assert found[-1] == "Это предложение номер 999."


def test_a_megabyte_without_a_stop_is_split_quickly() -> None:
    begun = time.process_time()
    assert pieces("слово, " * 150_000)
    assert pieces("но, " * 250_000)
    assert pieces("😡 " * 300_000)
    assert time.process_time() - begun < 3
