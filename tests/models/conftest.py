"""A tiny random classifier, built once, so that the mechanics are tested without the shipped weights."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.records import ReplyState, Review

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = [
    "все",
    "очень",
    "плохо",
    "хорошо",
    "ужасно",
    "но",
    "дуже",
    "погано",
    "добре",
    "bad",
    "good",
    "but",
    ",",
    ".",
    "!",
]


def make_tiny(folder: Path, labels: dict[int, str] | None = None) -> Path:
    """Write a random two-layer BERT with a word tokenizer as a checkpoint folder."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(7)
    names = labels or {0: "negative", 1: "neutral", 2: "positive"}
    vocabulary = {word: i for i, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        pad_token_id=1,
        initializer_range=0.6,
        id2label=names,
        label2id={name: i for i, name in names.items()},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    return make_tiny(tmp_path_factory.mktemp("checkpoint") / "tiny")


@pytest.fixture
def tiny_checkpoint():
    return make_tiny


@pytest.fixture
def review():
    """Return a function that makes a Review of a text, with any other field by name."""

    def make(text: str, **fields) -> Review:
        key = {"source": "test", "listing_id": "one", "review_id": fields.pop("review_id", "1")}
        return Review(text=text, reply_state=ReplyState.none, seen_at=NOW, **key, **fields)

    return make


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW
