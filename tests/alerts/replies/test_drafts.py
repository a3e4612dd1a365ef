"""Drafts of replies: in the firm's voice, discreet, and clean by our own check."""

import itertools
import re
from collections.abc import Callable
from typing import Literal

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


@pytest.mark.parametrize(
    ("language", "hurts", "quoted"),
    [
        ("ru", "но курьер кинул пакет у двери и ушёл.", "«Курьер кинул пакет у двери и ушёл»"),
        ("ru", "Статус «передан в доставку» две недели.", "«Статус „передан в доставку“ две недели»"),
        ("uk", "але черга на одну касу на пів години.", "«Черга на одну касу на пів години»"),
        ("en", "The clerk was rude to us all.", "“The clerk was rude to us all”"),
        ("ru", "Звонили мне на +7 921 555-44-33 и хамили", None),
        ("ru", "Официантка Юля закатывала глаза на каждую просьбу", None),
        ("ru", "Уроды, сдохните, помойка а не ресторан", None),
        ("ru", "А как их носить, по воздуху?", None),
        ("ru", "Отличный сервис, ждал всего-то два часа", None),
        ("ru", "Заказ 55821 так и не пришёл ко мне", None),
        ("ru", "Это ПОЗОРНЫЙ магазин и точка", None),
        ("ru", "Вышла в слезах.", None),
        ("uk", "Шахраї тут працюють, будьте обережні", None),
        ("en", "Absolute joke of a company, frankly", None),
    ],
)
def test_a_sentence_is_quoted_whole_and_only_where_it_may_be_repeated(
    language: str, hurts: str, quoted: str | None
) -> None:
    text = draft(f"{hurts} {hurts}", language=language, hurts=hurts, rating=0.0).text
    assert ("«" in text or "“" in text) == (quoted is not None), text
    assert quoted is None or quoted in text


@pytest.mark.parametrize("form", ["Вы", "вы"])
def test_what_others_wrote_keeps_its_form_of_address(form: Literal["Вы", "вы"]) -> None:
    voice = Voice(address_form=form, signature="С заботой, ваша Харчевня и Ваш шеф")
    hurts = "Так вы и хлеб ваш привезли холодным"
    text = draft(hurts, language="ru", hurts=hurts, voice=voice, branch="Хлеб вам везли час.").text
    assert f"«{hurts}»" in text
    assert text.endswith("\nС заботой, ваша Харчевня и Ваш шеф")
    assert "Хлеб вам везли час." in text


@pytest.mark.parametrize(
    ("language", "review", "aspects", "said", "unsaid"),
    [
        ("ru", "Нашли таракана в номере, ужас", ["product_or_result"], "наход|увидеть", "качеств|товар"),
        ("ru", "Отравились всей семьёй роллами", ["waiting"], "пережить|случивш", "ожидан|время"),
        ("ru", "Карту заблокировали без объяснений", ["price_and_charges"], "решение без", "цен"),
        ("ru", "Продавец обозвал, жду извинений", ["staff_attitude"], "обидн|оскорбит", "ожидан|время"),
        (
            "ru",
            "Нагрубили на кассе и час не везли, курьер пропал",
            [],
            "(?:отношение|тон|разговор).*доставк",
            "ожидан",
        ),
        ("uk", "Реєстратура грубіянить, чекали дві години", [], "час|чеканн", "товар"),
        ("uk", "Кур'єр не приїхав, а подзвонити нікуди", ["other"], "доставк", "настрій"),
        ("uk", "Прострочений сир, дитина отруїлася", ["product_or_result"], "прострочен|зіпсован", "якіст"),
        (
            "uk",
            "Яка чудова ідея, годувати гостей тарганом у салаті!",
            ["product_or_result"],
            "знахідк|побачити",
            "якіст",
        ),
        ("uk", "Піца смачна, але привезли на годину пізніше", ["product_or_result"], "доставк", "якіст|страв"),
        ("ru", "Уроды, сдохните, а не ресторан", ["product_or_result"], "настроение|плохо", "товар|каждое слово|прямо"),
        ("en", "Bed bugs everywhere, covered in bites", ["product_or_result"], "discovery|see", "glitch|quality"),
        ("en", "The app crashes when I open it", [], "glitch|fault", "impression"),
        ("en", "Charged me twice and never replied", ["price_and_charges"], "charge.*silence|circles", "price"),
    ],
)
def test_it_apologises_first_and_for_what_the_review_is_about(
    language: str, review: str, aspects: list[str], said: str, unsaid: str
) -> None:
    text = draft(review, language=language, aspects=aspects, rating=0.0).text
    apology = re.split(r"(?<=[.!]) ", text)[1]
    assert re.search(r"прощения|прост|извин|перепрош|вибач|sorry|apolog", apology, re.IGNORECASE), text
    assert re.search(said, apology), apology
    assert not re.search(unsaid, text), text


@pytest.mark.parametrize(
    ("language", "review", "unsaid"),
    [
        ("uk", "Переваги: довго тримає заряд. Швидка доставка Недоліки: шумить і гріється щодня", "доставк|чекан|час"),
        ("uk", "Доставили швидко, дякую. А от сам девайс виявився жахливим, не раджу нікому", "доставк"),
        ("ru", "Достоинства: курьер вежливый Недостатки: звук пропадает, связь ужасная, всё плохо", "доставк"),
        ("ru", "Сколько неудобств мне доставила эта халтура, просто ужас какой-то", "доставк"),
        ("ru", "Несоразмерные штрафы за просрочку платежа, это ужасно и неприятно", "полк|товар|продукт"),
        ("en", "Pros: quick delivery. Cons: the sound is awful and it overheats every day", "delivery"),
    ],
)
def test_what_is_praised_or_only_sounds_alike_is_not_apologised_for(language: str, review: str, unsaid: str) -> None:
    assert not re.search(unsaid, draft(review, language=language, rating=0.0).text)


def test_a_long_tale_without_a_known_matter_is_not_asked_to_be_told_again() -> None:
    review = "Купил здесь велосипед, а потом полгода спорил с ними о копейках, и никто так ничего и не решил."
    text = draft(review, language="ru", rating=0.0).text
    assert not re.search("Без подробностей|что именно случилось|дали знать|такой знак", text)
    assert re.search("Без подробностей|что именно случилось", draft("Ужас", language="ru", rating=0.0).text)


def test_what_the_customer_tells_of_himself_is_not_quoted_as_a_grievance() -> None:
    text = draft("Начиталась отзывов и купила. Аромат ужасный", language="ru", hurts="Начиталась отзывов и купила").text
    assert "«" not in text


def test_what_is_denied_is_not_what_the_review_is_about() -> None:
    text = draft("Никто не хамил, не ждали ни минуты, но суп кислый", language="ru", rating=0.25).text
    assert not re.search(r"тон|отношение|ожидан|время", text)
    assert re.search(r"блюдо|еду", text)


@pytest.mark.parametrize(("language", "wrote"), [("ru", "написали"), ("uk", "написали"), ("en", "wrot|open|words")])
@pytest.mark.parametrize("vertical", [None, "clinic", "bank"])
def test_a_rating_without_words_is_not_thanked_for_words(language: str, wrote: str, vertical: str | None) -> None:
    signed = Voice(signature="Харчевня на Садовой улице", contact="Марина, 8 812 000-11-22")
    written = draft("", language=language, voice=signed, vertical=vertical, rating=0.0)
    assert not re.search(wrote, written.text)
    assert check("", written.text, rating=0.0, lang=language, vertical=vertical).reply_quality == "ok"


@pytest.mark.parametrize(
    ("language", "review"),
    [("ru", "Ужас"), ("ru", "Деньги на ветер"), ("uk", "Не раджу"), ("en", "Very poor quality"), ("en", "👎👎")],
)
@pytest.mark.parametrize("vertical", [None, "bank"])
@pytest.mark.parametrize("voice", VOICES)
def test_a_review_of_few_words_gets_a_draft_too(language: str, review: str, vertical: str | None, voice: Voice) -> None:
    assert draft(review, language=language, vertical=vertical, voice=voice, rating=0.0).found.reply_quality == "ok"


def test_praise_in_a_mixed_review_is_heard() -> None:
    text = draft("Кухня отличная, но очередь на полчаса", language="ru", aspects=["waiting"], rating=0.75).text
    assert re.search(r"хорош|добрые слова", text)


@pytest.mark.parametrize("language", sorted(REVIEWS))
@pytest.mark.parametrize(("vertical", "least"), [(None, 6), ("clinic", 6)])
def test_a_firm_gets_many_drafts_before_they_are_boilerplate(language: str, vertical: str | None, least: int) -> None:
    posted: list[str] = []
    for number in range(least):
        review = f"{REVIEWS[language][0]} {number}"
        written = draft(review, language=language, vertical=vertical, replies=posted, rating=0.0)
        posted.append(written.text)
    openings = {re.split(r"(?<=[.!]) ", text)[1] for text in posted}
    assert len(openings) >= 3


@pytest.mark.parametrize(
    ("contact", "asked"),
    [
        ("Анна, 8 800 000-00-00", "позвоните"),
        ("Анна, care@firm.example", "апишите"),
        ("Анна, t.me/anna_firm.", "апишите"),
    ],
)
def test_it_asks_to_call_only_where_there_is_a_number(contact: str, asked: str) -> None:
    text = draft("Долго ждали", language="ru", voice=Voice(contact=contact)).text
    assert asked in text
    assert ("позвоните" in text) == ("8 800" in contact)
    assert ".." not in text


@pytest.mark.parametrize(("vertical", "secrecy"), [("clinic", "рачебн"), ("bank", "анковск")])
def test_secrecy_has_its_right_name(vertical: str, secrecy: str) -> None:
    assert f"{secrecy}" in draft("Нахамили", language="ru", vertical=vertical, rating=0.0).text


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


def test_an_answer_of_the_branch_in_another_language_stays_with_the_manager() -> None:
    said = "Касса стояла полчаса, кассир заболел, и смену вызвать не успели."
    written = draft("Довго чекали біля каси, ніхто не допоміг", language="uk", branch=said)
    assert said not in written.text
    assert said in written.marked
    assert said in draft("Долго ждали у кассы, никто не помог", language="ru", branch=said).text


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
        ("Зоя", "Зоє"),
        ("Майя", "Майє"),
        ("Дар'я", "Дар'є"),
        ("Оля", "Олю"),
        ("Марко", "Марку"),
        ("Марк", "Марку"),
        ("Федір", "Федоре"),
        ("Ніколь", "Ніколе"),
        ("Олена Петрівна", "Олено Петрівно"),
        ("Іван Петрович", "Іване Петровичу"),
    ],
)
def test_ukrainian_vocative(name: str, called: str) -> None:
    assert vocative(name) == called
    assert draft("Довго чекали", language="uk", name=name, aspects=["waiting"]).text.startswith(
        f"{called}, добрий день!"
    )


def test_wording_that_was_posted_too_often_is_not_drafted_again(worn_out: Callable[[str], list[str]]) -> None:
    posted = draft("Долго ждали", language="ru", aspects=["waiting"]).text
    other = draft("Долго ждали", language="ru", aspects=["waiting"], replies=[posted] * 3)
    assert other.text != posted
    worn = worn_out("Долго ждали")
    assert len(set(worn)) > 5
    with pytest.raises(NoCleanDraftError, match="boilerplate"):
        draft("Долго ждали", language="ru", rating=0.0, replies=worn)
