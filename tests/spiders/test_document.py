"""What a source sees of a file: page states, records however wrapped, cut elements, where a saved page came from."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from spiders.engine.document import Document, Line, by, has
from spiders.engine.mapping import at, first
from spiders.engine.markup import cut
from spiders.engine.payload import Sample
from spiders.engine.rows import BadRow
from spiders.engine.states import dereferenced

is_review = has("id", "text", any_of=("rating", "stars"), none_of=("children",))
VALUE = {"reviews": [{"id": 1, "text": 'Он сказал: "плохо" </b> \\ \u2028', "rating": 1}], "n": None}


def page(script: str) -> Document:
    return Document.of(f"<!doctype html><html><body><p>x</p>{script}</body></html>".encode(), "page.html")


@pytest.mark.parametrize(
    "script",
    [
        f'<script id="STATE" type="application/json">{json.dumps(VALUE)}</script>',
        f"<script>window.STATE = {json.dumps(VALUE)};</script>",
        f'<script>var other = {{"a": 1}}; window["STATE"]={json.dumps(VALUE)}\nfoo()</script>',
        f"<script>const STATE = JSON.parse({json.dumps(json.dumps(VALUE))});</script>",
        "<script>STATE=JSON.parse('" + json.dumps(VALUE).replace("\\", "\\\\").replace("'", "\\'") + "')</script>",
        f'<script>window.STATE = {json.dumps(VALUE)[:-1]}, "v": undefined}};</script>',
        "<script>AF_initDataCallback({key: 'STATE', hash: '7', data:" + json.dumps(VALUE) + ", side: 1});</script>",
    ],
)
def test_a_pages_state_is_found_however_it_is_kept(script: str) -> None:
    document = page(script)
    state = document.state("STATE")
    assert {key: state[key] for key in VALUE} == VALUE
    [batch] = document.batches(is_review, inside=state)
    assert [raw["id"] for raw in batch.raws] == [1]
    assert document.state("NOTHING") is None


def test_a_state_that_is_no_json_is_no_state() -> None:
    document = page("<script>window.STATE = {a: function() { return 1 }}; window.OTHER = {broken</script>")
    assert document.states == {}


def test_references_of_apollo_are_put_in_their_places() -> None:
    state = {"R:1": {"text": "плохо", "author": {"__ref": "U:1"}}, "U:1": {"name": "А", "self": {"__ref": "U:1"}}}
    review = dereferenced(state, {"__ref": "R:1"})
    assert (review["text"], review["author"]["name"]) == ("плохо", "А")


@pytest.mark.parametrize(
    "value",
    [
        [{"id": 1, "text": "а", "rating": 1}],
        {"data": {"reviews": {"1": {"id": 1, "text": "а", "stars": 1}}}},
        {"a": {"b": {"c": {"d": [{"id": 1, "text": "а", "rating": 1}, "junk"]}}}},
        {"id": 1, "text": "а", "rating": 1},
    ],
)
def test_records_are_found_however_they_are_wrapped(value: Any) -> None:
    [batch] = Document.of(json.dumps(value).encode(), "x.json").batches(is_review)
    assert next(iter(batch.raws))["id"] == 1
    assert list(Document.of(b'{"id": 1, "text": "a", "rating": 1, "children": []}', "x.json").batches(is_review)) == []


def test_rows_of_all_tables_look_alike(tmp_path: Path) -> None:
    rows = [{"id": "1", "text": "плохо; очень", "stars": "1"}, {"id": "2", "text": None, "stars": "5"}]
    csv = tmp_path / "t.csv"
    csv.write_text('id;text;stars\n1;"плохо; очень";1\n2;;5\n', encoding="cp1251")
    lines = tmp_path / "t.jsonl.gz"
    lines.write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))
    table = tmp_path / "t.parquet"
    parquet.write_table(arrow.Table.from_pylist(rows), table)
    for path in (csv, lines, table):
        document = Document(Sample(path))
        assert document.kind == "rows"
        [batch] = document.batches(is_review)
        found = list(batch.raws)
        assert found == rows
        assert all(isinstance(row, Line) and row.number for row in found)


def test_bad_lines_are_handed_on_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": 1, "text": "a", "rating": 1}\n{"id": \n7\n')
    [batch] = Document(Sample(path)).batches(is_review)
    good, bad, number = batch.raws
    assert (good["id"], number) == (1, 7)
    assert isinstance(bad, BadRow)
    assert bad.reason.startswith("line 2: not valid JSON")


@pytest.mark.parametrize(
    "head",
    [
        "<!-- saved from url=(0031)https://www.shop.example/p/1?a=b -->",
        '<link rel="canonical" href="https://www.shop.example/p/1">',
        "<meta property='og:url' content='https://shop.example/p/1'>",
    ],
)
def test_a_saved_page_says_where_it_came_from(head: str) -> None:
    assert page(head).host == "shop.example"
    assert page(head).mentions(("shop.example",))
    assert not page(head).mentions(("reviews.example",))


def test_parts_are_cut_out_of_an_element() -> None:
    document = page(
        '<div class="r" data-id="7"><b class="a" title="Имя">И.</b><i class="s on"></i><i class="s on"></i>'
        '<i class="s"></i><p class="t">Раз<br>два <script>x()</script></p><ul><li>а</li><li>б</li></ul></div>'
    )
    wanted = {
        "id": "@data-id", "name": ".a@title", "stars": ".s.on #", "text": ".none | .t", "none": ".none",
        "items": "li*", "empty": ".s",
    }  # fmt: skip
    [element] = document.html.cssselect(".r")
    assert cut(element, wanted) == {
        "id": "7", "name": "Имя", "stars": 2, "text": "Раз\nдва", "none": None, "items": ["- а", "- б"], "empty": None,
    }  # fmt: skip


def test_paths_prefer_the_literal_key() -> None:
    raw = {"a.b": 1, "a": {"b": 2, "c.d": {"e": 3}}, "l": [{"x": " "}, {"x": "y"}], "r/t": "z", "n": float("nan")}
    assert (at(raw, "a.b"), at(raw, "a.c.d.e"), at(raw, "l.1.x"), at(raw, "l.9.x", "no")) == (1, 3, "y", "no")
    assert first(raw, "missing | l.0.x | n | r/t") == "z"
    assert first(raw, "") is None


def test_a_batch_can_be_told_apart_by_a_path() -> None:
    [batch] = Document.of(b'[{"id": 1, "text": "a", "rating": 1, "shop": {"id": "A 1"}}]', "x.json").batches(is_review)
    listing = by(batch, "shop.id|shop.name").listing
    assert callable(listing)
    assert [listing(raw) for raw in batch.raws] == ["a-1"]


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300), st.sampled_from(["x.html", "x.json", "x.csv", "x.xml", "x.jsonl", "x.txt"]))
def test_no_bytes_break_a_document(data: bytes, name: str) -> None:
    from core.errors import InputError

    try:
        document = Document.of(data, name)
        for batch in document.batches(is_review):
            list(batch.raws)
        assert (document.states, document.url, document.kind) is not None
        if document.kind in ("html", "text"):
            document.html.cssselect("p")
    except InputError:
        return  # said in one line that names the document
