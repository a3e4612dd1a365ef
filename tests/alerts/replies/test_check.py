"""The reply check, measured on cases written for it and on real replies known by their hashes only."""

import json
from collections import Counter, defaultdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from alerts.replies.check import PRIORITY, ReplyCheck, check
from alerts.replies.history import History
from alerts.replies.language import detect

HERE = Path(__file__).parent
FAULTS = ("discloses", "defensive", "boilerplate", "off_topic", "wrong_language")


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()]


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def is_held_out(reply_digest: str) -> bool:
    """The rules were mended on one half; the figures are those of the other."""
    return int(reply_digest[:8], 16) % 2 == 1


def measure(pairs: list[tuple[set[str], set[str]]]) -> dict[str, tuple[float, float]]:
    """Return (precision, recall) by fault of pairs (wanted, found)."""
    count = {fault: Counter((fault in want, fault in got) for want, got in pairs) for fault in FAULTS}
    return {
        fault: (
            n[True, True] / max(1, n[True, True] + n[False, True]),
            n[True, True] / max(1, n[True, True] + n[True, False]),
        )
        for fault, n in count.items()
    }


def written(name: str, faults: tuple[str, ...], *, held_out: bool) -> dict[str, tuple[float, float]]:
    rows = [row for row in cases(name) if is_held_out(digest(row["reply"])) == held_out]
    pairs = [
        (set(row["faults"]) & set(faults), set(check(row["review"], row["reply"]).faults) & set(faults)) for row in rows
    ]
    return measure(pairs)


def test_there_are_enough_cases_in_each_language() -> None:
    rows = cases("discloses") + cases("quality")
    assert len(rows) >= 300
    assert min(Counter(row["lang"] for row in rows).values()) >= 70
    assert len(cases("discloses")) >= 150
    assert len({row["reply"] for row in rows}) >= len(rows) - 6


@pytest.mark.parametrize("held_out", [False, True])
def test_disclosures_are_found_and_look_alikes_left_alone(held_out: bool) -> None:
    precision, recall = written("discloses", ("discloses",), held_out=held_out)["discloses"]
    assert recall >= 0.95
    assert precision >= 0.9


@pytest.mark.parametrize("held_out", [False, True])
def test_written_faults(held_out: bool) -> None:
    found = written("quality", FAULTS[1:], held_out=held_out)
    assert found["defensive"][0] >= 0.9
    assert found["defensive"][1] >= 0.85
    assert found["boilerplate"][1] >= 0.85
    assert found["wrong_language"] == (1.0, 1.0)


def shared() -> Path:
    import os

    given = os.environ.get("OTKLIK_SHARED")
    return Path(given) if given else HERE.parents[3] / "shared"


def firm_of(file: str) -> str:
    """Return the file, or the archive it lies in: its members are single reviews of one seller's page."""
    return file.partition(":")[0]


def corpus(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Return (review, reply) pairs by firm, with the stars' 0..1 kept inside a third place."""
    import gzip

    from pyarrow import parquet

    found: dict[str, list[Any]] = defaultdict(list)
    with gzip.open(folder / "fixtures/replies/owner_replies_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            found[firm_of(row["file"])].append((row["review"] or "", row["text"], row["rating"]))
    table = parquet.read_table(folder / "data/app_reviews_en_with_replies.parquet")
    for row in table.select(["text", "rating", "reply_text", "app"]).to_pylist():
        if row["reply_text"]:
            found[row["app"]].append((row["text"] or "", row["reply_text"], row["rating"]))
    table = parquet.read_table(folder / "data/service_reviews_ru_uk.parquet")
    for row in table.select(["text", "rating", "rating_max", "reply_text", "source_site"]).to_pylist():
        if row["reply_text"]:
            stars = row["rating"] if row["rating_max"] == 5 else None
            found[row["source_site"]].append((row["text"] or "", row["reply_text"], stars))
    return found


@pytest.mark.slow
def test_real_replies() -> None:
    folder = shared()
    if not (folder / "fixtures/replies/owner_replies_dev.jsonl.gz").exists():
        pytest.skip("the shared real replies are not here")
    labels = {(row["reply"], row["review"]): row for row in cases("real") if is_held_out(row["reply"])}
    firms = corpus(folder)
    pairs: list[tuple[set[str], set[str]]] = []
    for firm in sorted({firm_of(row["firm"]) for row in labels.values()}):
        rows = sorted(firms[firm], key=lambda row: digest(row[1]))
        labelled = {}
        for row in rows:
            key = (digest(row[1]), digest(row[0]) if row[0] else None)
            if key in labels:
                labelled[key] = row
        history = History([row[1] for row in rows[:1500]] + [row[1] for row in labelled.values()])
        for key, (review, reply, stars) in labelled.items():
            found = check(review, reply, history=history, rating=None if stars is None else (stars - 1) / 4)
            pairs.append((set(labels[key]["faults"]), set(found.faults)))
    assert len(pairs) >= 150
    figures = measure(pairs)
    for fault in ("boilerplate", "defensive"):
        precision, recall = figures[fault]
        assert precision >= 0.9, figures
        assert recall >= 0.85, figures


def test_a_good_reply_is_ok_and_its_steps_are_quoted() -> None:
    found = check(
        "Ждали горячее полтора часа",
        "Мария, спасибо, что написали. Просим прощения за полтора часа ожидания горячего. Повара на гриль мы уже"
        " добавили. Позвоните мне, Олегу: 8 900 000-00-03.",
    )
    assert found.reply_quality == "ok"
    assert found.steps == ("thanks", "apology", "promise", "invitation")
    assert found.quotes["apology"] == ("Просим прощения",)


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        ("Извиняюсь за холодный суп, кухню уже проверили.", "Извиняюсь → извините, просим прощения"),
        ("Вибачаюсь за холодний суп, кухню вже перевірили.", "Вибачаюсь → вибачте, перепрошуємо"),
    ],
)
def test_a_clumsy_apology_counts_and_is_advised_against(reply: str, hint: str) -> None:
    found = check("Холодний суп" if "холодний" in reply else "Холодный суп", reply)
    assert "apology" in found.steps
    assert found.advice == (hint,)


@pytest.mark.parametrize(
    "reply",
    [
        "Разлитый суп вытерли, официанта Пётра поменяли на Ивана, меню поправили.",
        "Сожалеем, если вам показалось, что суп разлит, официанта Ивана расспросим.",
    ],
)
def test_a_negative_review_without_an_apology(reply: str) -> None:
    assert "no_apology" in check("Суп разлили на брюки, никто не помог", reply, rating=0.0).faults


def test_praise_needs_no_apology() -> None:
    found = check("Прекрасный суп, спасибо!", "Спасибо! Суп варит Ирина, рецепт её бабушки из Полтавы.", rating=1.0)
    assert found.reply_quality == "ok"


def test_support_alone_is_no_invitation() -> None:
    assert "invitation" not in check("Bad lamp", "Sorry about the lamp! Please contact our support team.").steps
    assert "invitation" in check("Bad lamp", "Sorry about the lamp! Please call Ann at 555-010-0003.").steps


def test_near_copies_are_boilerplate_whatever_name_stands_in_them() -> None:
    body = "{}, ваш борщ с пампушками варит шеф Тарас, приходите в четверг на вареники с вишней!"
    history = History([body.format(name) for name in ("Ольга", "Иван", "Пётр")])
    reply = body.format("Зоя")
    assert check("Вкусный борщ", reply).reply_quality == "ok"
    assert check("Вкусный борщ", reply, history=history).reply_quality == "boilerplate"


def test_a_reply_is_no_copy_of_itself() -> None:
    reply = "Борщ с пампушками варит шеф Тарас, приходите в четверг на вареники с вишней!"
    assert History([reply]).near_copies(reply) == 0
    assert History([reply] * 3).near_copies(reply) == 2


def test_the_gravest_fault_names_the_reply() -> None:
    found = check(
        "Дуже довго чекали на лікаря, жах",
        "Вы были у нас на приёме 3 мая и сами опоздали. Факты не подтвердились.",
    )
    assert found.reply_quality == "discloses"
    assert found.faults == tuple(sorted(found.faults, key=PRIORITY.index))
    assert {"discloses", "wrong_language", "defensive", "no_apology"} <= set(found.faults)


def test_a_clinic_may_not_even_thank_for_the_visit() -> None:
    reply = "Thank you for visiting us, the waiting room gets new chairs on Monday."
    assert "discloses" not in check("Hard chairs", reply).faults
    assert "discloses" in check("Hard chairs", reply, vertical="clinic").faults


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Дуже смачний борщ і привітні офіціанти", "uk"),
        ("Очень вкусный борщ и приветливые официанты", "ru"),
        ("Very tasty borscht and kind waiters", "en"),
        ("👍👍👍", "und"),
        ("ok", "und"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "   ", "…", "{имя}", "<email>", "a" * 20_000, "((((" * 500, "вы " * 5000])
def test_odd_texts_do_no_harm(text: str) -> None:
    assert isinstance(check(text, text, history=History([text])), ReplyCheck)


def test_quotes_are_whole_words() -> None:
    count = 0
    for row in cases("quality") + cases("discloses"):
        for words in (one for some in check(row["review"], row["reply"]).quotes.values() for one in some):
            start = row["reply"].find(words)
            assert start >= 0, (words, row["reply"])
            if len(words) < 80:  # the start of a reply may be cut
                before, after = row["reply"][max(0, start - 1) : start], row["reply"][start + len(words) :][:1]
                assert not (before.isalnum() and words[0].isalnum()), (words, row["reply"])
                assert not (after.isalnum() and words[-1].isalnum()), (words, row["reply"])
                count += 1
    assert count > 300
