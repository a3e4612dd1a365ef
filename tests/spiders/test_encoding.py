"""Bytes that contradict what they declare, entities, invisible marks and mojibake come out as a person reads them."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.engine.encoding import clean_text, decode

SHARED = Path(os.environ.get("OTKLIK_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
CORPUS = sorted((SHARED / "fixtures" / "encoding").glob("cp1251*"))
TEXT = "Отличный сервис, но очень долго ждали заказ, минут сорок. Їжак з ґанку каже: дякую!"
RUSSIAN = "Отличный сервис, но очень долго ждали заказ, минут сорок. Больше не приду, и вам не советую."


@pytest.mark.parametrize("declared", ["", "utf-8", "windows-1251", "iso-8859-1", "koi8-r"])
@pytest.mark.parametrize("real", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_bytes_decide_and_not_what_they_declare(real: str, declared: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    page = f"<html><head>{meta}</head><body>{TEXT}</body></html>"
    content_type = f"text/html; charset={declared}" if declared else None
    assert TEXT in decode(page.encode(real), content_type).text


@pytest.mark.parametrize("real", ["koi8_r", "cp866", "iso8859_5"])
@pytest.mark.parametrize("declared", ["", "utf-8"])
def test_older_encodings_are_recognised(real: str, declared: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body>{RUSSIAN}</body></html>'
    assert RUSSIAN in decode(page.encode(real)).text


def test_koi8_under_a_windows_declaration() -> None:
    page = f'<html><head><meta charset="windows-1251"></head><body>{RUSSIAN}</body></html>'
    assert RUSSIAN in decode(page.encode("koi8_r")).text


@pytest.mark.skipif(not CORPUS, reason=f"the shared fixtures are not at {SHARED}")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_real_windows_1251_also_under_a_utf8_declaration(path: Path) -> None:
    data = path.read_bytes()
    expected = data.decode("cp1251")
    assert decode(data).text == expected
    lying = data.replace(b"windows-1251", b"utf-8").replace(b"Windows-1251", b"utf-8")
    assert decode(lying).text == lying.decode("cp1251")


def test_one_torn_letter_does_not_turn_a_page_into_another_alphabet() -> None:
    data = (TEXT * 20).encode()
    decoded = decode(data[:1] + data[2:])
    assert decoded.encoding == "utf-8"
    assert decoded.text == "\ufffd" + (TEXT * 20)[1:]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("РћС‚Р»РёС‡РЅРѕ, СЂРµРєРѕРјРµРЅРґСѓСЋ", "Отлично, рекомендую"),
        ("ÐžÑ‚Ð»Ð¸Ñ‡Ð½Ð¾", "Отлично"),
        ("Ой&amp;nbsp;&quot;всё&quot; &lt;3", 'Ой "всё" <3'),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("при\u200bвет\u200f мир\ufeff \u00adздесь\u2060", "привет мир здесь"),
        ("\u202bшалом\u202c", "шалом"),
        ("семья 👨\u200d👩\u200d👧", "семья 👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("РСФСР, ООО «Рис и Сыр», ЁЖ", "РСФСР, ООО «Рис и Сыр», ЁЖ"),
        ("Ціна 100\u00a0грн", "Ціна 100 грн"),
        ("AT&T; R&D; 5 < 6 && 7", "AT&T; R&D; 5 < 6 && 7"),
        ("Łódź, naïve café, Größe", "Łódź, naïve café, Größe"),
    ],
)
def test_words_come_out_as_a_person_reads_them(raw: str, read: str) -> None:
    assert clean_text(raw) == read


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ ,.!?-\n", min_size=1, max_size=300))
def test_ordinary_texts_are_left_alone(text: str) -> None:
    assert clean_text(text) == text


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(decode(data).text, str)
