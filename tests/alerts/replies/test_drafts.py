"""Drafts of replies: in the firm's voice, discreet, and clean by our own check."""

import itertools
import re

import pytest

from alerts.replies.check import check
from alerts.replies.drafts import NoCleanDraftError, draft, learn_address_form
from alerts.replies.vocative import vocative
from core.aspects import Aspect
from core.watchlist import Voice

REVIEWS = {
    "ru": ("Ждали час, кассир хамила и обсчитала. Телефон мой 8 900 000-00-09", "кассир хамила и обсчитала"),
    "uk": ("Чекали годину, касирка хамила й обрахувала", "касирка хамила й обрахувала"),
    "en": ("Waited an hour, the cashier was rude and overcharged us", "the cashier was rude and overcharged us"),
}
VOICES = (
    Voice(),
    Voice(
        contact="Анна, 8 800 000-00-00", signature="Кав'ярня", address_form="Вы", promises=("look_into", "call_back")
    ),
    Voice(promises=()),
)


@pytest.mark.parametrize("language", sorted(REVIEWS))
@pytest.mark.parametrize("vertical", [None, "clinic", "bank"])
def test_every_draft_passes_our_own_check(language: str, vertical: str | None) -> None:
    review, hurts = REVIEWS[language]
    for aspect, severity, voice, sentence in itertools.product(Aspect, ("ordinary", "severe"), VOICES, (hurts, None)):
        written = draft(
            review,
            language=language,
            severity=severity,
            aspects=[aspect],
            hurts=sentence,
            voice=voice,
            vertical=vertical,
            rating=0.0,
        )
        found = check(review, written.text, rating=0.0, vertical=vertical)
        assert found.reply_quality == "ok", (written.text, found)
        assert {"thanks", "apology", "invitation"} <= set(found.steps), written.text
        assert ("promise" in found.steps) == bool(voice.promises), written.text
        assert written.marked.startswith(f"[{written.mark}]")


@pytest.mark.parametrize("language", sorted(REVIEWS))
@pytest.mark.parametrize("vertical", ["clinic", "bank"])
def test_a_discreet_draft_repeats_nothing_of_the_review(language: str, vertical: str) -> None:
    review, hurts = REVIEWS[language]
    for aspect in Aspect:
        text = draft(review, language=language, aspects=[aspect], hurts=hurts, vertical=vertical).text
        assert hurts not in text
        assert not re.search(r"час\b|годину|hour", text)


def test_the_quoted_sentence_is_redacted() -> None:
    text = draft("Ужас", language="ru", hurts="Звонили мне на +7 921 555-44-33 и хамили").text
    assert "хамили" in text
    assert "555-44-33" not in text
    assert "[" not in text


def test_of_the_branch_only_what_names_nobody_goes_into_the_reply() -> None:
    branch = "Касса стояла полчаса. Смену вела Мария Иваненко, 8 916 123-45-67."
    written = draft("Долго ждали у кассы", language="ru", branch=branch)
    assert "Касса стояла полчаса." in written.text
    assert "[" not in written.text
    assert "[name], [phone]" in written.marked
    assert "Мария" not in written.marked
    alone = draft("Долго ждали у кассы", language="ru", branch="Смену вела Мария Иваненко")
    assert "выяснили" not in alone.text
    assert "[" not in alone.text


def test_no_stamp_phrases_and_the_gap_is_left_to_the_manager() -> None:
    text = draft(REVIEWS["ru"][0], language="ru", aspects=["waiting"]).text
    assert text.startswith("{имя}, здравствуйте!")
    assert not re.search(r"обратил(?:ся|ась|ись)|Уважаем|клиент", text)


def test_the_form_of_address_is_never_mixed() -> None:
    polite = draft(
        REVIEWS["ru"][0], language="ru", hurts=None, voice=Voice(address_form="Вы", contact="Вам ответит Анна")
    )
    assert not re.search(r"\bв(?:ы|ам|ас|аш\w*)\b", polite.text)


@pytest.mark.parametrize(
    ("replies", "form"),
    [
        (["Спасибо, что Вы написали, ждём Вас!"], "Вы"),
        (["Спасибо, что вы написали. Вы правы, ждём вас!"], "вы"),
        ([], "вы"),
    ],
)
def test_the_form_of_address_is_learnt(replies: list[str], form: str) -> None:
    assert learn_address_form(replies) == form


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Оксана", "Оксано"),
        ("Марія", "Маріє"),
        ("Андрій", "Андрію"),
        ("Олег", "Олегу"),
        ("Ігор", "Ігорю"),
        ("Богдан", "Богдане"),
        ("Дмитро", "Дмитре"),
        ("Ілля", "Ілле"),
        ("Софія", "Софіє"),
        ("Василь", "Василю"),
        ("Соломія", "Соломіє"),
        ("John", "John"),
    ],
)
def test_ukrainian_vocative(name: str, called: str) -> None:
    assert vocative(name) == called
    assert draft("Довго чекали", language="uk", name=name, aspects=["waiting"]).text.startswith(f"{called}, вітаємо!")


def test_wording_that_was_posted_too_often_is_not_drafted_again() -> None:
    posted = draft("Долго ждали", language="ru", aspects=["waiting"]).text
    with pytest.raises(NoCleanDraftError, match="boilerplate"):
        draft("Долго ждали", language="ru", aspects=["waiting"], replies=[posted] * 3)
