"""The catalogues of words: every language says the same things, in the words people use."""

import string

import pytest

from alerts.details import LEVEL_OF, Rule
from alerts.wording.catalogue import LANGUAGES, catalogue
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
def test_a_case_is_never_called_a_formal_claim(language):
    said = " ".join(str(text) for text in catalogue(language).texts.values()).lower()
    assert "жалоб" not in said
    assert "скарг" not in said
