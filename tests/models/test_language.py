"""Language identification: letters, words, transliteration, other languages, hints, speed."""

import subprocess
import sys
import time

import pytest

from models.language import UNKNOWN, detect, supported


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ждали врача два часа, никто не извинился.", "ru"),
        ("Чекали лікаря дві години, ніхто не вибачився.", "uk"),
        ("Waited two hours for the doctor, nobody said sorry.", "en"),
        ("Чакалі лекара дзве гадзіны, ніхто не выбачыўся.", "be"),
        ("Дәрігерді екі сағат күттік, ешкім кешірім сұраған жоқ.", "kk"),
        ("Czekaliśmy na lekarza dwie godziny, nikt nie przeprosił.", "pl"),
        ("Wir haben zwei Stunden auf den Arzt gewartet, niemand hat sich entschuldigt.", "de"),
        ("On a attendu le médecin deux heures, personne ne s'est excusé.", "fr"),
        ("Doktoru iki saat bekledik, kimse özür dilemedi.", "tr"),
        ("ექიმს ორი საათი ველოდეთ", "ka"),
        ("ochen ploho, zhdali dva chasa i nikto ne izvinilsya", "ru"),
        ("vse super, spasibo", "ru"),
        ("duzhe povilno, nikhto ne vidpovidaje, ne radzhu", "uk"),
        ("Погано, довго чекала", "uk"),
        ("Samsung Galaxy A52 Ultra отличный телефон, беру второй", "ru"),
        ("good", "en"),
        ("😡😡😡", UNKNOWN),
        ("12345 !!!", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_text_itself_names_its_language(text: str, language: str) -> None:
    assert detect(text) == language


def test_a_hint_decides_where_the_text_does_not_and_never_overrules_it() -> None:
    assert detect("Норм", "uk-UA") == "uk"
    assert detect("Норм", "ru") == "ru"
    assert detect("Норм") == "ru"
    assert detect("Жодного вибачення не почула, більше не прийду", "ru") == "uk"
    assert detect("Грязно, воняет, больше не приду, всё ужасно", "uk_UA") == "ru"
    assert detect("The room was dirty and the staff was rude", "ru") == "en"


def test_of_mixed_texts_the_language_that_prevails_is_named() -> None:
    assert detect("Привезли через три дні, хоча обіцяли завтра, support мовчить") == "uk"
    assert detect("The support told me «ждите» and hung up on me twice") == "en"


def test_only_the_languages_the_model_was_measured_on_are_supported() -> None:
    assert [language for language in ("ru", "uk", "en", "be", "kk", "pl", "de", UNKNOWN) if supported(language)] == [
        "ru",
        "uk",
        "en",
    ]


def test_lingua_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys; from models.language import detect; detect('Всё плохо'); sys.exit('lingua' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_megabyte_costs_no_more_than_a_page() -> None:
    detect("Чакалі лекара")
    begun = time.process_time()
    assert detect("а" * 1_000_000) in ("ru", "uk", "be")
    assert detect("нормально та добре " * 60_000) == "uk"
    assert detect("\u200b" * 1_000_000) == UNKNOWN
    assert time.process_time() - begun < 1
