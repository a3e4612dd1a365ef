"""Reviews as sequences of tokens: nothing is lost, every sentence keeps its place, long texts are read in windows."""

import pytest

from models.segments import OUTSIDE, encode_segments, segments
from models.sentences import pieces


@pytest.fixture(scope="module")
def tokenizer(tiny):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny)


@pytest.mark.parametrize(
    "body", ["", "плохо", "Все хорошо. Но ужасно!\n\nплохо", "...", "хорошо" + " " * 50 + "плохо."]
)
@pytest.mark.parametrize("title", ["", "ужасно\n"])
def test_segments_are_the_text(title, body):
    spans = pieces(body)
    found = segments(title, body, spans)
    assert "".join(text for text, _ in found) == title + body
    assert [index for _, index in found if index != OUTSIDE] == list(range(len(spans)))
    for (start, end), text in zip(spans, [text for text, index in found if index != OUTSIDE], strict=True):
        assert text.startswith(body[start:end])


def test_sequences_are_framed_and_keep_to_the_room(tokenizer):
    texts = ["хорошо", "", "плохо " * 50 + "good", "\ud800"]
    found = encode_segments(tokenizer, [[(text, OUTSIDE)] for text in texts], 10, windows=False)
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    assert [len(one.main.ids) for one in found] == [3, 2, 10, 2]
    assert all(one.main.ids[0] == start and one.main.ids[-1] == end for one in found)
    assert found[2].main.ids[-2] == tokenizer.convert_tokens_to_ids("good")
    assert all(one.windows == [] for one in found)


def test_each_sentence_of_a_long_text_stands_in_the_main_sequence_or_in_a_window(tokenizer):
    parts = [(f"{word} ", at) for at, word in enumerate(["все", "плохо", "но", "хорошо", "ужасно", "bad", "good"] * 3)]
    (found,) = encode_segments(tokenizer, [parts], 8)
    assert [at for at in found.main.segment if at >= 0] == [0, 1, 2, 18, 19, 20]
    assert [at for window in found.windows for at in window.segment if at >= 0] == list(range(3, 18))
    assert all(len(window.ids) <= 8 for window in found.windows)
    assert found.sentences == 21
