"""The shipped checkpoint: that it is whole and ordinary, and that it judges plain sentences rightly.

The sentences are written for this test, none is from the training data. What irony or faint praise would need is
not asserted: the model card says how often that fails.
"""

import json
import logging

import pytest

import models
from core.records import Label
from core.settings import ModelSettings, Settings
from models.calibration import FILE
from models.checkpoint import SHIPPED, hash_file

NEGATIVE = [
    "Отвратительное обслуживание, больше сюда ни ногой.",
    "Ждали врача два часа, а в регистратуре нахамили.",
    "Посылку потеряли, деньги не возвращают, поддержка молчит.",
    "В номере грязно, кондиционер не работает, администратору всё равно.",
    "Курьер опоздал на три часа и привёз холодную еду.",
    "Списали комиссию без предупреждения и отказались вернуть.",
    "Зуб после лечения болит ещё сильнее, зря потраченные деньги.",
    "Сломался через неделю, в гарантии отказали.",
    "Жахливе обслуговування, більше ніколи сюди не прийду.",
    "Товар прийшов зламаний, гроші не повертають.",
    "Чекали замовлення дві години, їжа була холодна.",
    "Менеджер грубив і кинув слухавку.",
    "Якість жахлива, не раджу нікому.",
    "Terrible service, nobody answers the phone.",
    "They charged me twice and refuse to refund the money.",
    "The app crashes every time I open it, useless.",
    "My parcel was lost and support ignores my emails.",
    "Worst hotel ever: dirty room and rude staff.",
]
STARS_ALONE = pytest.param(
    "Якщо можна поставити нуль зірок, поставила б нуль.",
    marks=pytest.mark.xfail(
        strict=True, reason="p_negative .047: a complaint by the number of stars alone, in Ukrainian"
    ),
)
POSITIVE = [
    "Отличный магазин, быстрая доставка, всем рекомендую!",
    "Врач внимательная, всё объяснила, огромное спасибо.",
    "Очень уютное кафе, вкусный кофе и приветливый персонал.",
    "Всё пришло вовремя, упаковано аккуратно, качество супер.",
    "Хороший банк, всегда быстро решают вопросы.",
    "Чудовий заклад, смачна їжа і привітний персонал.",
    "Дуже задоволена покупкою, якість відмінна, дякую!",
    "Швидка доставка, все працює чудово, рекомендую.",
    "Great app, easy to use, I love it.",
    "Excellent service and very friendly staff.",
    "Fast delivery and great quality, highly recommend.",
]


@pytest.fixture(scope="module")
def shipped():
    return models.load(Settings())


def judge(shipped, review, now, texts, **fields):
    return shipped.classify([review(text, review_id=str(i), **fields) for i, text in enumerate(texts)], now=now)


def test_the_folder_is_whole_small_and_says_nothing_of_where_it_was_made():
    names = {path.name for path in SHIPPED.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "README.md", FILE} <= names
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 100e6
    for path in SHIPPED.iterdir():
        if path.suffix in (".json", ".md") and path.name != "tokenizer.json":
            text = path.read_text(encoding="utf-8")
            assert "/work" not in text
            assert "/home" not in text
            assert "_name_or_path" not in text


def test_the_recorded_hash_is_that_of_the_weights():
    record = json.loads((SHIPPED / "revision.json").read_text())
    weights = SHIPPED / "model.safetensors"
    assert record == {"sha256": hash_file(weights), "bytes": weights.stat().st_size}


def test_transformers_alone_can_load_it():
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(SHIPPED)
    tokenizer = AutoTokenizer.from_pretrained(SHIPPED)
    assert model.config.architectures == ["BertForSequenceClassification"]
    assert model.config.id2label == {0: "negative", 1: "neutral", 2: "positive"}
    assert model.config.label2id == {"negative": 0, "neutral": 1, "positive": 2}
    logits = model(**tokenizer("Отвратительное обслуживание.", return_tensors="pt")).logits
    assert model.config.id2label[int(logits.argmax())] == "negative"


def test_it_is_calibrated_in_each_language(shipped, caplog):
    with caplog.at_level(logging.WARNING):
        models.load(Settings())
    assert "no calibration" not in caplog.text
    assert set(shipped.calibration.languages) == {"ru", "uk", "en", "other"}
    assert 0 < shipped.calibration.sentence_weight < 2 / 11


def test_its_name_needs_no_weights(shipped):
    assert models.model_id(Settings()) == shipped.name
    assert shipped.name.startswith("otklik-quality@")


@pytest.mark.parametrize("text", [*NEGATIVE, STARS_ALONE])
def test_plain_complaints(shipped, review, now, text):
    found = judge(shipped, review, now, [text])[0]
    assert found.label is Label.negative
    assert found.evidence


def test_most_plain_complaints_are_more_likely_than_not(shipped, review, now):
    found = judge(shipped, review, now, NEGATIVE)
    assert sum(one.p_negative > 0.5 for one in found) >= 0.8 * len(NEGATIVE)


@pytest.mark.parametrize("text", POSITIVE)
def test_plain_praise(shipped, review, now, text):
    found = judge(shipped, review, now, [text])[0]
    assert found.label is Label.positive
    assert found.p_negative < 1 / 11
    assert found.evidence == ()


def test_stars_help_and_do_not_silence(shipped, review, now):
    complaint = "Деньги списали дважды, поддержка хамит и не отвечает."
    praise = "Всё отлично, спасибо, рекомендую!"
    five, one, none = (judge(shipped, review, now, [complaint], rating=rating)[0] for rating in (1.0, 0.0, None))
    assert five.label is Label.negative
    assert five.p_negative < none.p_negative <= one.p_negative
    happy, odd = (judge(shipped, review, now, [praise], rating=rating)[0].p_negative for rating in (1.0, 0.0))
    assert happy < 0.02
    assert odd > 0.02


def test_the_sentence_that_hurts_is_found_inside_praise(shipped, review, now):
    text = "Прекрасный ресторан, вкусные десерты. Но обслуживание ужасное, ждали час. Музыка приятная."
    found = judge(shipped, review, now, [text])[0]
    first = found.evidence[0]
    assert text[first.start : first.end] == "Но обслуживание ужасное, ждали час."
    assert found.label is Label.negative


def test_bf16_and_fp32_agree(shipped, review, now):
    texts = NEGATIVE + POSITIVE
    exact = models.load(Settings(model=ModelSettings(dtype="fp32")))
    for a, b in zip(judge(shipped, review, now, texts), judge(exact, review, now, texts), strict=True):
        assert a.label == b.label
        assert a.p_negative == pytest.approx(b.p_negative, abs=0.05)
