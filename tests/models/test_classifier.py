"""The mechanics of the classifier on a tiny random model: order, copies, batches, stars, sentences, hostile texts."""

import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest

import models
from core.errors import ConfigurationError
from core.records import Label, Review, content_hash
from core.settings import JudgingSettings, ModelSettings, Settings
from models.calibration import Calibration
from models.checkpoint import NEGATIVE
from models.classifier import Classifier, cheapest_label, judged_text

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = [
    "все очень плохо",
    "хорошо",
    "все хорошо, но все ужасно. дуже погано!",
    "good but bad",
    "bad " * 300,
    "добре",
]


@pytest.fixture
def classifier(tiny):
    return models.load(Settings(model=ModelSettings(path=str(tiny), dtype="fp32", threads=2)))


def score(classifier, reviews):
    return classifier.classify(reviews, now=NOW)


def constructed(text):
    """Return a review of a text that validation would not let through (a lone surrogate)."""
    return Review.model_construct(
        source="test", listing_id="one", review_id="1", text=text, title=None, rating=None, language_hint=None
    )


def counted(classifier, monkeypatch):
    """Return a list that collects the texts that run through the model."""
    seen = []
    inner = classifier.model.log_probabilities

    def count(texts, progress=None):
        seen.extend(texts)
        return inner(texts, progress)

    monkeypatch.setattr(classifier.model, "log_probabilities", count)
    return seen


def test_importing_models_costs_nothing():
    code = "import sys, models; print(any(name in sys.modules for name in ('torch', 'transformers', 'lingua')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_model_id_needs_no_torch_and_equals_the_classifiers(tiny, classifier):
    settings = Settings(model=ModelSettings(path=str(tiny)))
    assert models.model_id(settings) == classifier.name
    name, revision = classifier.name.split("@")
    assert name == "tiny"
    assert len(revision) == 12


def test_one_prediction_each_in_order(classifier, review):
    reviews = [review(text, review_id=str(i)) for i, text in enumerate(TEXTS * 3)]
    found = score(classifier, reviews)
    assert [one.review_id for one in found] == [one.review_id for one in reviews]
    for one, asked in zip(found, reviews, strict=True):
        assert one.content_hash == content_hash(None, asked.text, None)
        assert one.p_negative + one.p_neutral + one.p_positive == pytest.approx(1, abs=1e-6)
        assert one.model == classifier.name
        assert one.scored_at == NOW
        assert one.severity == "ordinary"
        assert one.risk == pytest.approx(one.p_negative)
    assert score(classifier, []) == []


def test_a_batch_says_what_one_by_one_says(classifier, review):
    reviews = [review(text, review_id=str(i)) for i, text in enumerate(TEXTS)]
    together = score(classifier, reviews)
    alone = [score(classifier, [one])[0] for one in reviews]
    for a, b in zip(together, alone, strict=True):
        assert a.p_negative == pytest.approx(b.p_negative, abs=1e-4)
        assert a.label == b.label


def test_identical_texts_run_once(classifier, review, monkeypatch):
    seen = counted(classifier, monkeypatch)
    found = score(classifier, [review("хорошо", review_id=str(i), rating=i % 2) for i in range(2000)])
    assert seen == ["хорошо"]
    assert len(found) == 2000
    assert found[0].p_negative > found[1].p_negative


def test_progress_ends_at_all_and_never_goes_back(classifier, review):
    told = []
    reviews = [review(f"{text} {i}", review_id=str(i)) for i, text in enumerate(TEXTS * 100)]
    classifier.classify(reviews, now=NOW, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (600, 600)
    assert {total for _, total in told} == {600}


def test_title_is_judged_with_the_text(classifier, review, monkeypatch):
    seen = counted(classifier, monkeypatch)
    score(classifier, [review("хорошо", title="ужасно")])
    assert seen[0] == "ужасно\nхорошо"
    assert judged_text(review("хорошо", title="")) == "хорошо"


@pytest.mark.parametrize(
    ("p", "label"),
    [
        ((1 / 11, 0.0, 10 / 11), Label.negative),
        ((0.09, 0.46, 0.45), Label.neutral),
        ((0.09, 0.45, 0.46), Label.positive),
        ((0.0, 0.5, 0.5), Label.positive),
    ],
)
def test_label_is_the_class_of_lowest_cost(p, label):
    assert cheapest_label(*p, threshold=JudgingSettings().threshold) is label


def test_the_weight_of_a_miss_moves_the_threshold(tiny, review):
    cautious, bold = (
        models.load(
            Settings(
                model=ModelSettings(path=str(tiny)),
                judging=JudgingSettings(negative_weight=weight, evidence_threshold=1),
            )
        )
        for weight in (1e6, 1)
    )
    assert score(cautious, [review("хорошо")])[0].label is Label.negative
    p = score(bold, [review("хорошо")])[0]
    assert (p.label is Label.negative) == (p.p_negative >= 0.5)


@pytest.mark.parametrize("text", ["", "   \n", "...", "\u200b\x00", "\ud800"])
def test_no_words_and_no_stars_open_nothing(classifier, review, text):
    found = score(classifier, [constructed(text)])[0]
    assert found.label is Label.neutral
    assert found.p_negative < JudgingSettings().threshold
    assert found.evidence == ()
    assert found.language == "und"


@pytest.mark.parametrize(("rating", "label"), [(0, "negative"), (0.25, "negative"), (0.5, "neutral"), (1, "positive")])
def test_stars_without_words_speak_for_themselves(classifier, review, rating, label):
    assert score(classifier, [review("", rating=rating)])[0].label == label


def test_stars_move_the_probabilities_the_right_way(classifier, review):
    ratings = [None, 0, 0.25, 0.5, 0.75, 1]
    found = score(classifier, [review("все", review_id=str(i), rating=r) for i, r in enumerate(ratings)])
    p = {rating: one.p_negative for rating, one in zip(ratings, found, strict=True)}
    assert p[0] > p[None] > p[1]
    assert p[0] > p[0.5] > p[0.75]


@pytest.mark.parametrize(
    "text",
    [
        "ужасно " * 150_000,
        "а" * 1_000_000,
        "." * 200_000 + "плохо",
        "плохо.\n" * 50_000,
        "😡😡😡",
        "\x00\x1b[31mплохо\x07\r\n",
        "плохо \ud83d хорошо \udc00",
        "\u202eохолп\u202c",
        "<script>alert(1)</script>",
        "(" * 20_000,
        "🏳️‍🌈" * 5000,
    ],
    ids=range(11),
)
def test_hostile_texts_are_judged_without_a_crash(classifier, text):
    found = score(classifier, [constructed(text)])[0]
    assert 0 <= found.p_negative <= 1
    assert all(0 <= one.start < one.end <= len(text) for one in found.evidence)
    assert len(found.evidence) <= 5


def test_evidence_is_the_worst_sentences_first(classifier, review, monkeypatch):
    hurt = {"Еда хорошая.": 0.1, "Официант нахамил!": 0.9, "но счёт неверный": 0.7}
    text = "Еда хорошая. Официант нахамил!\nСтолик чистый, но счёт неверный"

    def pretend(texts, progress=None):
        p = np.array([hurt.get(one, 0.3) for one in texts])
        return np.log(np.stack([p, (1 - p) / 2, (1 - p) / 2], axis=1))

    monkeypatch.setattr(classifier.model, "log_probabilities", pretend)
    found = score(classifier, [review(text)])[0]
    assert [text[one.start : one.end] for one in found.evidence] == ["Официант нахамил!", "но счёт неверный"]
    assert [one.p_negative for one in found.evidence] == [0.9, 0.7]
    assert found.p_negative == pytest.approx(1 - 0.7 * (1 - classifier.calibration.sentence_weight * 0.9), abs=1e-5)


def test_title_and_body_are_told_apart(classifier, review):
    texts = [review("плохо. хорошо", title="bad"), review("bad\nплохо. хорошо")]
    found = score(classifier, texts)
    for one, asked in zip(found, texts, strict=True):
        assert all(span.end <= len(asked.text) for span in one.evidence)
    assert found[0].content_hash != found[1].content_hash


def test_a_missing_calibration_is_warned_about_and_changes_nothing(tiny, caplog):
    calibration = Calibration.read(tiny)
    assert "no calibration" in caplog.text
    p = np.array([[0.2, 0.3, 0.5]])
    assert calibration.of_text(np.log(p), "ru") == pytest.approx(p)


@pytest.mark.parametrize(
    "names",
    [
        {0: "NEUTRAL", 1: "POSITIVE", 2: "NEGATIVE"},
        {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"},
        {0: "neg", 1: "pos"},
        {i: f"{i + 1} star{'s' if i else ''}" for i in range(5)},
        {i: f"LABEL_{i}" for i in range(5)},
    ],
    ids=["words", "numbers", "two", "stars", "five numbers"],
)
def test_other_checkpoints_with_labels_that_can_be_understood(tmp_path, tiny_checkpoint, review, names):
    other = models.load(Settings(model=ModelSettings(path=str(tiny_checkpoint(tmp_path / "other", names)))))
    assert isinstance(other, Classifier)
    found = score(other, [review("хорошо")])[0]
    assert found.p_negative + found.p_neutral + found.p_positive == pytest.approx(1, abs=1e-6)
    if len(names) == 2:
        assert found.p_neutral < 1e-4
    if names[0] == "NEUTRAL":
        p = np.exp(other.model.log_probabilities(["хорошо"])[0])
        assert found.p_negative == pytest.approx(p[NEGATIVE], abs=1e-3)
        assert other.model.meanings[2] == NEGATIVE


@pytest.mark.parametrize(
    "names", [{0: "joy", 1: "anger"}, {0: "a", 1: "b", 2: "c"}, {i: f"LABEL_{i}" for i in range(4)}]
)
def test_labels_that_nobody_can_understand_are_an_error(tmp_path, tiny_checkpoint, names):
    folder = tiny_checkpoint(tmp_path / "other", names)
    with pytest.raises(ConfigurationError, match="id2label"):
        models.load(Settings(model=ModelSettings(path=str(folder))))


@pytest.mark.parametrize("path", ["nowhere/at/all", "/nowhere", "./nowhere"])
def test_a_checkpoint_that_is_not_there_is_one_clear_line(path):
    with pytest.raises(ConfigurationError) as error:
        models.model_id(Settings(model=ModelSettings(path=path)))
    assert "\n" not in str(error.value)


def test_an_encoder_without_a_head_is_refused(tmp_path, tiny):
    import shutil

    from transformers import AutoModel

    folder = tmp_path / "encoder"
    shutil.copytree(tiny, folder)
    AutoModel.from_pretrained(folder).save_pretrained(folder)
    with pytest.raises(ConfigurationError, match="classifier"):
        models.load(Settings(model=ModelSettings(path=str(folder))))


def test_the_revision_follows_weights_and_calibration(tmp_path, tiny_checkpoint):
    folder = tiny_checkpoint(tmp_path / "one")
    settings = Settings(model=ModelSettings(path=str(folder)))
    first = models.model_id(settings)
    assert models.model_id(settings) == first
    Calibration(sentence_weight=0.2).write(folder)
    second = models.model_id(settings)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")
    assert len({first, second, models.model_id(settings)}) == 3
