"""The catalogues of words: every language says the same things, in the words people use."""

import string
from datetime import timedelta

import pytest

from alerts.details import LEVEL_OF, Rule
from alerts.wording.catalogue import LANGUAGES, catalogue
from core.aspects import Aspect
from core.records import CoverageStatus


def test_all_languages_say_the_same_things():
    texts = {language: catalogue(language).texts for language in LANGUAGES}
    russian = texts["ru"]
    for language, own in texts.items():
        assert own.keys() == russian.keys()
        for key, text in own.items():
            forms = text if isinstance(text, dict) else {"other": text}
            known = russian[key] if isinstance(russian[key], dict) else {"other": russian[key]}
            assert isinstance(text, dict) is isinstance(russian[key], dict), key
            fields = {name for form in forms.values() for _, name, _, _ in string.Formatter().parse(form) if name}
            expected = {name for form in known.values() for _, name, _, _ in string.Formatter().parse(form) if name}
            assert fields == expected, (language, key)
            if isinstance(text, dict):
                assert (
                    forms.keys()
                    == {
                        "ru": {"one", "few", "many", "other"},
                        "uk": {"one", "few", "many", "other"},
                        "en": {"one", "other"},
                    }[language]
                )
    for status in CoverageStatus:
        assert status is CoverageStatus.ok or f"coverage_{status}" in russian
    for rule in Rule:
        assert LEVEL_OF[rule] == 0 or rule in russian


@pytest.mark.parametrize("language", ["ru", "uk"])
@pytest.mark.parametrize("key", ["surge", "praise"])
def test_what_is_said_of_21_is_not_said_of_one(language, key):
    """Russian and Ukrainian give 1 and 21 one form: what follows the number must fit both."""
    words = catalogue(language).count(key, 21, limit=20, place="P", places=2)
    assert not any(f" {word} " in words for word in ("Оно", "Он", "его", "Його", "він", "його"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_mixes_two_kinds_of_apostrophes(language):
    for text in catalogue(language).texts.values():
        for form in text.values() if isinstance(text, dict) else [text]:
            assert language == "en" or "'" not in form, form


COUNTS = (0, 1, 2, 5, 11, 12, 21, 111)
PLURALS = {
    ("ru", "steps_title"): "0 негативных отзывов ждут вас|1 негативный отзыв ждёт вас|2 негативных отзыва ждут вас"
    "|5 негативных отзывов ждут вас|11 негативных отзывов ждут вас|12 негативных отзывов ждут вас"
    "|21 негативный отзыв ждёт вас|111 негативных отзывов ждут вас",
    ("uk", "steps_title"): "0 негативних відгуків чекають на вас|1 негативний відгук чекає на вас"
    "|2 негативні відгуки чекають на вас|5 негативних відгуків чекають на вас|11 негативних відгуків чекають на вас"
    "|12 негативних відгуків чекають на вас|21 негативний відгук чекає на вас|111 негативних відгуків чекають на вас",
    ("en", "steps_title"): "0 negative reviews wait for you|1 negative review waits for you"
    "|2 negative reviews wait for you|5 negative reviews wait for you|11 negative reviews wait for you"
    "|12 negative reviews wait for you|21 negative reviews wait for you|111 negative reviews wait for you",
    ("ru", "digest_title"): "0 негативных отзывов ждут ответа|1 негативный отзыв ждёт ответа"
    "|2 негативных отзыва ждут ответа|5 негативных отзывов ждут ответа|11 негативных отзывов ждут ответа"
    "|12 негативных отзывов ждут ответа|21 негативный отзыв ждёт ответа|111 негативных отзывов ждут ответа",
    ("uk", "digest_title"): "0 негативних відгуків чекають на відповідь|1 негативний відгук чекає на відповідь"
    "|2 негативні відгуки чекають на відповідь|5 негативних відгуків чекають на відповідь"
    "|11 негативних відгуків чекають на відповідь|12 негативних відгуків чекають на відповідь"
    "|21 негативний відгук чекає на відповідь|111 негативних відгуків чекають на відповідь",
    ("ru", "more"): "Ждут ещё 0 отзывов.|Ждёт ещё 1 отзыв.|Ждут ещё 2 отзыва.|Ждут ещё 5 отзывов."
    "|Ждут ещё 11 отзывов.|Ждут ещё 12 отзывов.|Ждёт ещё 21 отзыв.|Ждут ещё 111 отзывов.",
    ("uk", "more"): "Чекають ще 0 відгуків.|Чекає ще 1 відгук.|Чекають ще 2 відгуки.|Чекають ще 5 відгуків."
    "|Чекають ще 11 відгуків.|Чекають ще 12 відгуків.|Чекає ще 21 відгук.|Чекають ще 111 відгуків.",
    ("ru", "days"): "0 дней|1 день|2 дня|5 дней|11 дней|12 дней|21 день|111 дней",
    ("uk", "days"): "0 днів|1 день|2 дні|5 днів|11 днів|12 днів|21 день|111 днів",
    ("en", "days"): "0 days|1 day|2 days|5 days|11 days|12 days|21 days|111 days",
}


@pytest.mark.parametrize(("language", "key"), list(PLURALS))
def test_whole_sentences_agree_with_their_number(language, key):
    said = [catalogue(language).count(key, number) for number in COUNTS]
    assert said == PLURALS[language, key].split("|")


VERBS = {"ru": {"ждёт": "ждут", "найден": "найдено"}, "uk": {"чекає": "чекають"}, "en": {"waits": "wait"}}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", COUNTS)
def test_every_sentence_with_a_number_says_it_and_its_verb_agrees(language, number):
    words = catalogue(language)
    form = words.locale.plural_form(number)
    for key, forms in words.texts.items():
        if isinstance(forms, dict):
            assert "{n}" in forms[form], (language, key, form)
            for one, many in VERBS[language].items():
                if one in forms["one"].lower().split():
                    said = forms[form].lower().split()
                    assert ((one in said), (many in said)) == (form == "one", form != "one"), (language, key, form)


@pytest.mark.parametrize(
    ("language", "hours", "words"),
    [
        ("ru", 31, "31 ч"),
        ("uk", 31, "31 год"),
        ("en", 31, "31 hr"),
        ("ru", 1, "1 ч"),
        ("uk", 1, "1 год"),
        ("en", 1, "1 hr"),
    ],
)
def test_hours_are_short(language, hours, words):
    assert catalogue(language).duration(timedelta(hours=hours, minutes=59)) == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_aspect_has_a_name(language):
    for aspect in Aspect:
        assert aspect is Aspect.other or catalogue(language).say(f"about_{aspect}")


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_a_case_is_never_called_a_formal_claim(language):
    said = " ".join(str(text) for text in catalogue(language).texts.values()).lower()
    assert "жалоб" not in said
    assert "скарг" not in said
