"""Labelling by hand and measuring on one's own reviews: what is kept, what is promised, what is written."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from console.evaluating import Sample, Wishes, evaluate, from_labels
from console.labelling import Session
from console.labels import Item, LabelStore, Plan, as_labels
from console.options import Format
from console.tables import Table, label_of_stars, read_table
from core.errors import BusyError, InputError
from core.records import Label, ReplyState, Review
from core.settings import load_settings
from flows.job import Job
from models.evaluation.guarantee import Labels
from models.evaluation.measures import Judged

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXTS = ["Ждали два часа.", "Всё отлично!", "\x1b[31mХамство\u202e", "Ок", "Never again"]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job.open(tmp_path, now=NOW)


def review(number: int, text: str) -> Review:
    return Review(
        source="file", listing_id="file", review_id=str(number), text=text, reply_state=ReplyState.unknown, seen_at=NOW
    )


REVIEWS = {one.content_hash: one for one in (review(number, text) for number, text in enumerate(TEXTS, 1))}


def plan(model: str = "m@1", scores: int = 5) -> Plan:
    items = [
        Item(source="file", review_id=one.review_id, content_hash=key, p_negative=0.1 * at, chance=0.5)
        for at, (key, one) in enumerate(REVIEWS.items(), 1)
    ]
    pool = tuple(np.linspace(0.1, 0.5, scores).tolist())
    return Plan(
        origin="file", where="x.csv", model=model, made_at=NOW, cut=0.35, ratio=4.0, days=2, scores=pool, items=items
    )


def sit(job: Job, keys: str) -> LabelStore:
    store = LabelStore(job.home, "mine")
    with store.locked():
        if not store.plan_path.exists():
            store.begin(plan())
        typed = iter([*keys, "q"])
        Session(store, store.plan(), REVIEWS, job).run(lambda: next(typed))
    return store


def test_answers_are_kept_one_by_one_and_taken_back(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    store = sit(job, "yn?bs")
    given = [json.loads(line) for line in store.path.read_text(encoding="utf-8").splitlines()]
    assert [line["answer"] for line in given] == ["complaint", "other", "skip"], "every key was appended"
    assert list(store.answers().values()) == ["complaint", "skip"], "the last answer counts"
    shown = capsys.readouterr().out
    assert "Keys are y, n, s, b and q." in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "Ждали" not in store.path.read_text(encoding="utf-8") + store.plan_path.read_text(encoding="utf-8")


def test_it_goes_on_where_it_was_left(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    sit(job, "yn")
    capsys.readouterr()
    store = sit(job, "yyy")
    shown = capsys.readouterr().out
    assert "[3/5]" in shown
    assert "[1/5]" not in shown
    assert "5 of 5 labelled: 4 complaints, 1 others, 0 skipped" in shown
    assert len(store.answers()) == 5


def test_a_crash_costs_at_most_the_answer_that_was_being_written(job: Job) -> None:
    store = sit(job, "yn")
    with store.path.open("a", encoding="utf-8") as file:
        file.write('{"content_hash": "torn')
    assert len(store.answers()) == 2
    assert len(sit(job, "y").answers()) == 3
    whole = store.path.read_text(encoding="utf-8")
    store.path.write_text("nonsense\n" + whole, encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.jsonl:1"):
        store.answers()


def test_two_people_do_not_label_at_once(job: Job) -> None:
    store = LabelStore(job.home, "mine")
    with store.locked(), pytest.raises(BusyError, match="somebody"), LabelStore(job.home, "mine").locked():
        pass
    with pytest.raises(InputError, match="--name"):
        LabelStore(job.home, "../etc")
    with pytest.raises(InputError, match=r"no such labels; known are: none"):
        store.plan()


def test_labels_carry_how_they_were_drawn_and_what_was_passed_over_counts_as_skipped() -> None:
    keys = list(REVIEWS)
    labels, items = as_labels(plan(), {keys[0]: "complaint", keys[3]: "other"})
    assert [item.key for item in items] == keys[:4], "what was not reached is no part of the sample"
    assert labels.is_complaint.tolist() == pytest.approx([1, np.nan, np.nan, 0], nan_ok=True)
    assert labels.weight.tolist() == [1, 1, 1, 4]


def sample(n: int = 600, days: float | None = 30) -> Sample:
    rng = np.random.default_rng(0)
    bad = rng.random(n) < 0.4
    score = np.clip(rng.beta(1, 8, n) + 0.7 * bad * rng.random(n) ** 0.2, 0, 1)
    p = np.stack([score, 0.3 * (1 - score), 0.7 * (1 - score)], axis=1)
    labels = np.where(bad, 0, 2)
    return Sample(
        judged=Judged(p, labels, score >= 1 / 11, rng.random(n) < 0.5, np.ones(n)),
        groups={"language ru": np.arange(n // 2), "language uk": np.arange(n // 2, n)},
        labels=Labels.evenly(score, bad),
        scores=score,
        days=days,
        told=(f"{n} rows with labels",),
    )


def printed(job: Job, capsys: pytest.CaptureFixture[str], given: Sample, **wishes: Any) -> dict[str, Any]:
    evaluate(job, given, Wishes(**wishes), Format.json)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)[0]
    return found


def test_measures_thresholds_and_the_promise_are_printed(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(job, capsys, sample(), capacity=5, guarantee=0.05)
    assert [row["rows of"] for row in found["measures"]] == ["all", "language ru", "language uk"]
    for row in found["measures"]:
        assert row["average_precision_low"] <= row["average_precision"] <= row["average_precision_high"]
    named = {row["threshold"]: row for row in found["thresholds"]}
    assert set(named) == {"in use", "cheapest here", "capacity", "guarantee"}
    assert 4 < named["capacity"]["a day"] <= 5
    assert named["cheapest here"]["cost"] <= named["in use"]["cost"]
    assert named["guarantee"]["recall"] >= 0.95
    assert found["guarantee"]["bound"] <= 0.05


def test_the_table_says_it_in_words(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate(job, sample(), Wishes(capacity=5, guarantee=0.05), Format.table)
    words = " ".join(capsys.readouterr().out.split())
    assert "Recommended for 5 a day: threshold" in words
    assert "Guarantee: at threshold" in words
    assert "at most 5.0% of complaints are missed, with 95% confidence" in words
    assert "a day. It holds for reviews like these" in words
    evaluate(job, sample(40), Wishes(guarantee=0.01), Format.table)
    assert "Not proved: with" in capsys.readouterr().out


def test_the_promised_threshold_is_written_and_used_and_the_rest_of_the_file_stays(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    path = job.home.root / "otklik.toml"
    path.write_text("# mine\n[judging]\nnegative_weight = 7  # why not\n", encoding="utf-8")
    found = printed(job, capsys, sample(), guarantee=0.05, write=True)
    text = path.read_text(encoding="utf-8")
    assert "# mine" in text
    assert "negative_weight = 7  # why not" in text
    threshold = load_settings(job.home.root).judging.threshold
    assert threshold == pytest.approx(found["guarantee"]["threshold"], abs=1e-6)
    assert threshold <= found["guarantee"]["threshold"], "rounded to the safe side"


@pytest.mark.parametrize(
    ("given", "wishes", "message"),
    [
        (sample(days=None), {"capacity": 5}, "how many days"),
        (sample(), {"write": True}, "say which threshold"),
        (sample(30), {"guarantee": 0.01, "write": True}, "nothing was proved"),
    ],
)
def test_what_cannot_be_done_is_said(job: Job, given: Sample, wishes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        evaluate(job, given, Wishes(**wishes), Format.json)
    assert not (job.home.root / "otklik.toml").exists()


def test_plots_are_png_files(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("vl_convert", reason="the extra `notebooks` is not installed")
    found = printed(job, capsys, sample(200), plots=job.home.root / "plots")
    assert [Path(name).name for name in found["plots"]] == ["reliability.png", "threshold.png"]
    for name in found["plots"]:
        assert Path(name).read_bytes().startswith(b"\x89PNG")
        assert Path(name).stat().st_size > 10_000


def test_labels_of_another_model_are_not_written(job: Job) -> None:
    store = sit(job, "ynnny")
    found = from_labels(job, "mine", None)
    assert found.judged.weight.tolist() == [1, 1, 1, 4, 4]
    assert (found.days, len(found.scores)) == (2, 5)
    assert "the scores are those of m@1" in found.stale
    with pytest.raises(InputError, match="label anew"):
        evaluate(job, found, Wishes(capacity=1, write=True), Format.json)
    assert store.path.exists()


def test_stars_are_labels_and_dates_are_days(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "text,rating,label,date,source\na,1,,2026-11-01,x\nb,3,Negative,2026-11-10T23:00:00Z,\nc,5,neutral,,y\n",
        encoding="utf-8",
    )
    table = read_table(path, "auto")
    assert table.days() == 10
    assert table.labels() == [None, Label.negative, Label.neutral]
    assert [label_of_stars(one) for one in table.ratings() if one is not None] == list(Label)
    assert [one.source for one in table.reviews(NOW)] == ["x", "file", "y"]
    assert [one.rating for one in table.reviews(NOW, with_rating=False)] == [None] * 3


@pytest.mark.parametrize(
    ("row", "call", "message"),
    [
        ({"text": "a", "label": "bad"}, Table.labels, "row 1: label 'bad'; expected negative, neutral or positive"),
        ({"text": "a", "date": "yesterday"}, Table.days, "row 1: date 'yesterday'"),
        ({"text": "a", "rating": 9}, Table.ratings, "row 1: rating 9 is outside 1 to 5"),
    ],
)
def test_a_row_that_is_wrong_is_named(row: dict[str, Any], call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(Table(Path("f.csv"), [row], (1, 5)))
