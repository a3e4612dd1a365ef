"""Severity: written cases by language, the table of reasons, guards, sums and waits, and files of phrases."""

import hashlib
import json
import time
from pathlib import Path

import pytest

from core.aspects import Aspect
from models.severity import JudgedSentence, Severity, severity_of
from models.severity.amounts import large_loss, long_wait
from models.severity.phrases import read

LANGUAGES = ("ru", "uk", "en")


def judged(text: str, language: str, p_negative: float = 0.9, aspects: dict[Aspect, float] | None = None) -> Severity:
    return severity_of([JudgedSentence(text, p_negative, aspects or {})], language)


def cases(language: str, *, held_out: bool) -> list[dict[str, object]]:
    lines = (Path(__file__).parent / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [case for case in found if hashlib.sha256(case["text"].encode()).digest()[0] % 2 == held_out]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("held_out", [False, True])
def test_the_written_cases_are_told_apart(language: str, held_out: bool) -> None:
    found = cases(language, held_out=held_out)
    assert len(found) >= 25
    hits = misses = false = 0
    for case in found:
        severe = judged(str(case["text"]), language, float(str(case["p_negative"]))).level == "severe"
        hits += severe and bool(case["severe"])
        misses += not severe and bool(case["severe"])
        false += severe and not case["severe"]
    assert hits / (hits + misses) >= 0.95
    assert hits / (hits + false) >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_written_cases_name_their_reasons(language: str) -> None:
    for case in cases(language, held_out=False) + cases(language, held_out=True):
        text, p_negative, reasons = str(case["text"]), float(str(case["p_negative"])), case["reasons"]
        assert isinstance(reasons, list)
        assert set(reasons) <= set(judged(text, language, p_negative).reasons), text


@pytest.mark.parametrize(
    ("text", "language", "severe"),
    [
        ("отравился", "ru", True),
        ("не отравился, зря боялась", "ru", False),
        ("чуть не отравился", "ru", True),
        ("подам в суд", "ru", True),
        ("ресторанный суд присяжных", "ru", False),
        ("украли кошелёк", "ru", True),
        ("украли моё сердце", "ru", False),
        ("отравления не было", "ru", False),
        ("ледь не отруїлися", "uk", True),
        ("нічого не вкрали", "uk", False),
        ("nothing was stolen", "en", False),
        ("i did not get food poisoning", "en", False),
        ("we got food poisoning", "en", True),
    ],
)
def test_negation_and_figures_of_speech_take_a_phrase_away(text: str, language: str, severe: bool) -> None:
    assert (judged(text, language).level == "severe") is severe


def test_a_hard_fact_counts_in_a_polite_sentence_and_not_in_praise() -> None:
    text = "После салата двое попали в больницу"
    assert [judged(text, "ru", p).level for p in (0.9, 0.2, 0.01)] == ["severe", "severe", "ordinary"]
    assert [judged("Мошенники", "ru", p).level for p in (0.9, 0.2)] == ["severe", "ordinary"]
    assert severity_of([JudgedSentence("Мошенники", 0.2, {})], "ru", evidence_threshold=0.15).level == "severe"


def test_leaving_and_failed_handling_are_severe_only_together_or_with_a_loss_or_a_wait() -> None:
    leaves = JudgedSentence("Больше сюда ни ногой.", 0.9, {})
    ignored = JudgedSentence("На жалобу никто не ответил.", 0.9, {})
    loss = JudgedSentence("Потеряли на этом 180 000 рублей.", 0.9, {})
    waits = JudgedSentence("Жду уже пять недель.", 0.9, {})
    for alone in (leaves, ignored, loss, waits):
        assert severity_of([alone], "ru").level == "ordinary"
        assert len(severity_of([alone], "ru").reasons) == 1
    assert severity_of([loss, waits], "ru").level == "ordinary"
    for first, second in ((leaves, ignored), (leaves, loss), (ignored, loss), (ignored, waits)):
        assert severity_of([first, second], "ru").level == "severe"


def test_a_sure_aspect_counts_without_a_phrase_in_a_negative_sentence() -> None:
    aspects = {Aspect.safety_and_health: 0.9, Aspect.waiting: 0.9}
    assert judged("Стул для малыша дали без ремней.", "ru", 0.9, aspects).reasons == ("safety_health",)
    assert judged("Стул для малыша дали с ремнями.", "ru", 0.1, aspects).level == "ordinary"
    assert judged("Стул дали.", "ru", 0.9, {Aspect.safety_and_health: 0.5}).level == "ordinary"
    assert judged("Обошли пять кабинетов.", "ru", 0.9, {Aspect.complaint_handling: 0.9}).reasons == (
        "failed_complaint_handling",
    )


def test_quotes_are_offsets_into_their_sentence() -> None:
    sentences = [JudgedSentence("Вкусно.", 0.01, {}), JudgedSentence("Но из куртки «украли» кошелёк!", 0.9, {})]
    found = severity_of(sentences, "ru")
    assert [(quote.sentence, sentences[1].text[quote.start : quote.end]) for quote in found.quotes] == [(1, "украли")]
    latin = "Ukrali koshelek, podam v sud"
    assert {latin[quote.start : quote.end] for quote in judged(latin, "ru").quotes} == {"Ukrali", "podam v sud"}


def test_a_mixed_or_unknown_language_is_served_by_the_phrases_of_its_neighbours() -> None:
    assert judged("Звонила на гарячу лінію, украли деньги з картки", "uk").level == "severe"
    assert judged("Украли кошелёк", "und").level == "severe"
    assert severity_of([], "ru") == Severity("ordinary", (), ())


@pytest.mark.parametrize(
    ("text", "large"),
    [
        ("минус 60 000 рублей", True),
        ("сняли 180 тыс. руб", True),
        ("втратив 45 тисяч гривень", True),
        ("lost £3,400 there", True),
        ("paid $1200 in total", True),
        ("₹45,000 debited", True),
        ("заплатил 900 рублей", False),
        ("cost $15.50", False),
        ("код 180000", False),
        ("с 1 по 15 мая, 40 тысяч шагов", False),
    ],
)
def test_sums_are_weighed_by_their_currency(text: str, large: bool) -> None:
    assert bool(list(large_loss(text))) is large


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("жду уже три недели", True),
        ("чекаю другий місяць", True),
        ("waiting for 20 days", True),
        ("no reply in six weeks", True),
        ("жду три дня", False),
        ("были там три недели назад", False),
        ("waiting 40 minutes", False),
    ],
)
def test_a_wait_of_weeks_is_seen_where_somebody_waits(text: str, long: bool) -> None:
    assert bool(list(long_wait(text))) is long


def test_a_file_of_phrases_that_cannot_be_understood_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "xx.toml"
    broken.write_text(
        'unless = ["a"]\ndenied_after = ["b"]\nnegations = []\nalmost = []\nreach = 1\n[[rule]]\n', "utf-8"
    )
    with pytest.raises(ValueError, match=r"xx\.toml"):
        read([broken])
    broken.write_text("unless = [", "utf-8")
    with pytest.raises(ValueError, match=r"xx\.toml"):
        read([broken])


def test_a_megabyte_is_judged_quickly() -> None:
    judged("тепло", "ru")
    begun = time.process_time()
    judged("украл " * 2000 + "не " * 2000 + "1 000 " * 2000, "ru")
    assert time.process_time() - begun < 5
