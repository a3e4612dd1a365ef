"""The training rows and the schedule: what is read, what is kept apart, what a run repeats."""

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pytest

import models
from core.aspects import Aspect
from models.training.data import (
    Row,
    label_of_stars,
    read_apps,
    read_books,
    read_service,
    readable,
    same_text,
    split_of,
    training_rows,
    without,
)
from models.training.examples import Opinion, mixture, of_row, offsets
from models.training.train import Recipe, pace_at, plan, train
from models.training.written import Case, Sentence, read_written

CASE = Case(
    "c-1",
    "ru",
    "shop",
    "contrast",
    0,
    (
        Sentence("все хорошо", 2, frozenset({Aspect.product_or_result})),
        Sentence("но ужасно!", 0, frozenset({Aspect.staff_attitude})),
    ),
)


def row(text, label=0, split="train"):
    return Row(text, label, None, "shop", "ru", split)


@pytest.mark.parametrize("text", ["Плохо", "  Плохо \n", "Good app", "Добре", "", "\ud800"])
def test_the_split_is_the_documented_hash(text):
    number = int(hashlib.sha1(text.strip().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:8], 16) % 10
    assert split_of(text) == {0: "test", 1: "validation"}.get(number, "train")


@pytest.mark.parametrize(
    ("stars", "best", "label"),
    [(1, 5, 0), (2, 5, 0), (3, 5, 1), (4, 5, 2), (5, 5, 2), (4, 10, 0), (6, 10, 1), (3.5, 5, 1)],
)
def test_labels_of_stars(stars, best, label):
    assert label_of_stars(stars, best) == label


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Оценка:4.0\nНазвание:Книга\nРецензия:\nХорошо", "Хорошо"),
        ("Имя Автора\n3.5\nНазвание\nХорошо", "Хорошо"),
        ("Хорошо, мы придём...Еще", "Хорошо, мы придём"),
        ("Мест осталось 5\nХорошо", "Мест осталось 5\nХорошо"),
    ],
)
def test_stars_do_not_stand_in_the_text(raw, clean):
    assert readable(raw) == clean


def test_copies_are_one_row_with_the_label_of_most():
    rows = [row("Good app", 2), row("good app!", 2), row("Good app", 0), row("Плохо"), row("😡"), row("😡")]
    found = without(rows, {same_text("плохо.") + "x", same_text("Плохо")})
    assert [(one.text, one.label) for one in found] == [("Good app", 2), ("😡", 0)]


def test_a_plan_repeats_and_covers_every_row_once_an_epoch():
    lengths = [random.Random(i).randrange(3, 128) for i in range(1000)]
    recipe = Recipe(epochs=2, batch_size=10)
    batches = plan(lengths, recipe)
    assert batches == plan(lengths, recipe)
    assert len(batches) == 200
    for epoch in (batches[:100], batches[100:]):
        assert sorted(i for batch in epoch for i in batch) == list(range(1000))
    spread = [max(lengths[i] for i in batch) - min(lengths[i] for i in batch) for batch in batches]
    assert sum(spread) / len(spread) < 30


def test_the_learning_rate_warms_up_and_falls_to_zero():
    rates = [pace_at(step, 10, 100) for step in range(101)]
    assert rates[0] == 0
    assert rates[10] == 1 == max(rates)
    assert rates[100] == 0
    assert rates[55] == pytest.approx(0.5)


def test_a_stopped_run_goes_on_and_ends_as_if_never_stopped(tmp_path, tiny, monkeypatch):
    import torch
    from safetensors.torch import load_file

    import models.training.train as module

    words = ["плохо", "но", "хорошо"]
    rows = [row(f"{word} {more}", label) for label, word in enumerate(words) for more in ("и", "не", ",", ".", "!")]
    rows = mixture(
        rows, [CASE], {}, trust=0.3, smoothing=0.05, written_times=2, spoilt_share=0.1, seed=1
    )  # fifteen rows and a case twice
    recipe = Recipe(epochs=3, batch_size=3, learning_rate=1e-2)
    train(str(tiny), rows, tmp_path / "whole", recipe, resume=True, save_every=1000)

    save = module.save_state

    def save_and_die(folder, state):
        save(folder, state)
        if state["step"] == 12:
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "save_state", save_and_die)
    with pytest.raises(KeyboardInterrupt):
        train(str(tiny), rows, tmp_path / "parts", recipe, resume=True, save_every=4)
    monkeypatch.setattr(module, "save_state", save)
    train(str(tiny), rows, tmp_path / "parts", recipe, resume=True, save_every=4)
    whole, parts = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.allclose(whole[name].float(), parts[name].float(), atol=1e-3) for name in whole)
    assert whole["classifier.weight"].dtype == torch.float16
    assert (tmp_path / "whole" / "heads.safetensors").is_file()
    assert not (tmp_path / "parts" / "state.pt").exists()


def test_targets_of_a_row_a_teacher_and_a_case():
    offset = offsets(["shop"] * 4, [0, 0, 0, 2])["shop"]
    assert offset[0] > 0 > offset[1]
    opinion = Opinion(np.array([0.0, 0.0, 1.0], dtype=np.float32))
    softened = of_row(row("все очень хорошо. но ужасно."), opinion, offset, trust=0.3, smoothing=0.0)
    assert softened.target == pytest.approx([0.7, 0.0, 0.3])
    assert len(softened.sentences) == 0
    alone = of_row(row("все ужасно"), None, offset, trust=0.3, smoothing=0.0)
    assert alone.sentences == pytest.approx(np.array([[1.0, 0.0, 0.0]]))
    case = mixture([], [CASE], {}, trust=0, smoothing=0, written_times=1, spoilt_share=0, seed=1)[0]
    assert "".join(text for text, _ in case.parts) == CASE.text
    assert case.sentences.argmax(axis=1).tolist() == [2, 0]
    assert case.aspects.sum() == 2


def test_written_cases_can_be_read_and_differ_from_those_that_judge():
    cases = list(read_written())
    assert len({case.id for case in cases}) == len(cases) > 4_000
    assert {case.language for case in cases} == {"ru", "uk", "en", "mixed", "other"}
    folder = Path(models.__file__).parent / "behaviour"
    judged = [json.loads(line)["text"] for path in folder.glob("*.jsonl") for line in path.open(encoding="utf-8")]
    assert not {same_text(case.text) for case in cases if len(case.text) > 40} & set(map(same_text, judged))
    runs = {run for text in judged for run in runs_of_words(text, 8)}
    shared = [case.id for case in cases if runs & set(runs_of_words(case.text, 8))]
    assert shared == []


def runs_of_words(text, length):
    words = same_text(text).split()
    return [" ".join(words[at : at + length]) for at in range(len(words) - length + 1)]


@pytest.mark.slow
def test_no_text_of_test_or_validation_is_trained_on(shared):
    folder = shared / "data"
    rows = training_rows(folder)
    assert 50_000 < len(rows) < 70_000
    every = [one for read in (read_service, read_apps, read_books) for one in read(folder)]
    held_out = {same_text(one.text) for one in every if one.split != "train"}
    trained = [same_text(one.text) for one in rows]
    assert not held_out.intersection(trained)
    assert len(set(trained)) == len(trained)
    assert {one.split for one in rows} == {"train"}
