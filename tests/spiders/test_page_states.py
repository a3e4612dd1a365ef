"""What pages keep for their scripts, in every way that frameworks write it; a broken one ends in nothing."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.engine.js_values import indexed, js_value
from spiders.engine.states import page_states

KEYS = st.text("abcdefXYZ_", min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("aя\"'\\\n/<é😀 ", max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
FUZZ = settings(max_examples=80, deadline=None)


def states(script: str, attributes: str = "") -> dict[str, Any]:
    return dict(page_states(f"<html><script{attributes}>{script}</script></html>"))


def test_nuxt_calls_a_function_with_its_values() -> None:
    values = '{data:[{reviews:[{id:a,text:"Не \\u0444\\"т\\"",ok:!0,n:c},{id:2,text:b}]}]}'
    page = f'window.__NUXT__=(function(a,b,c){{return {values}}}(1,"чай",void 0));'
    assert states(page)["__NUXT__"]["data"][0]["reviews"] == [
        {"id": 1, "text": 'Не ф"т"', "ok": True, "n": None},
        {"id": 2, "text": "чай"},
    ]
    assert states("window.__NUXT__=(function(a){return {x:b}}(1))") == {}, "a name that stands for nothing"


def test_nuxt_names_parts_by_their_places() -> None:
    data = [
        ["Reactive", 1],
        {"reviews": 2},
        [3, 5],
        {"id": 4, "at": 7},
        11,
        {"id": 6, "gone": -1},
        12,
        ["Date", "2026-01-01"],
    ]
    found = states(json.dumps(data), ' type="application/json" id="__NUXT_DATA__"')
    assert found["__NUXT_DATA__"] == {"reviews": [{"id": 11, "at": "2026-01-01"}, {"id": 12, "gone": None}]}
    assert indexed([{"self": 0, "name": 1}, "x"]) == {"self": None, "name": "x"}


@pytest.mark.parametrize(
    ("table", "why"),
    [
        pytest.param([*([place] * 9 for place in range(1, 30)), "x"], "more than", id="each level nine times the next"),
        pytest.param([[place] for place in range(1, 2000)], "too deeply", id="two thousand levels"),
    ],
)
def test_a_small_table_that_means_more_than_a_memory_is_no_state(table: list[Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        indexed(table)
    assert states(json.dumps(table), ' type="application/json" id="__NUXT_DATA__"') == {"__NUXT_DATA__": None}


def test_what_is_no_name_is_no_key_of_a_map() -> None:
    bomb = [["Map", 1, 30], *([place] * 9 for place in range(2, 7)), "x"]
    assert indexed(bomb) == {}


def test_rows_that_repeat_each_other_without_end_are_no_state() -> None:
    rows = "".join(f"{n:x}:{json.dumps([f'${n + 1:x}'] * 300)}\n" for n in range(1, 9))
    assert states(f"self.__next_f.push({json.dumps([1, rows])})") == {"__next_f": None}


def test_next_sends_rows_in_pieces() -> None:
    rows = '1:{"reviews":"$2","title":"$3"}\n2:[{"id":1,"text":"$3","price":"$$5","at":"$D2026-01-01"}]\n3:Tc,Привет'
    pushes = [json.dumps([1, piece], ensure_ascii=False) for piece in (rows[:25], rows[25:])]
    found = states("self.__next_f.push([0]);" + ";".join(f"self.__next_f.push({push})" for push in pushes))
    assert found["__next_f"]["1"] == {
        "reviews": [{"id": 1, "text": "Привет", "price": "$5", "at": "2026-01-01"}],
        "title": "Привет",
    }


@FUZZ
@given(value=VALUES)
def test_what_is_written_as_javascript_is_read_as_it_was(value: Any) -> None:
    assert js_value(json.dumps(value))[0] == value


@FUZZ
@given(value=st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), cut=st.integers(1, 400))
def test_a_torn_script_gives_its_whole_value_or_nothing(value: dict[str, Any], cut: int) -> None:
    script = f"window.__STATE__ = {json.dumps(value)};".replace("</", "<\\/")
    torn = dict(page_states(f"<script>{script[:cut]}</script>"))
    assert torn in ({}, {"__STATE__": value})


@FUZZ
@given(text=st.text("[]{}()\"'`,:;\\$=abc019._-\n ", max_size=120))
def test_noise_is_passed_over(text: str) -> None:
    states(f"window.__NUXT__ = {text}; self.__next_f.push([1, {text}])")
    states(text, ' type="application/json" id="__NUXT_DATA__"')


PLACES = st.integers(-3, 12)
NAMED = st.sampled_from(["Date", "Set", "Map", "Ref", "x"])


@FUZZ
@given(
    table=st.lists(
        PLACES | st.text(max_size=3) | st.lists(PLACES | NAMED, max_size=4) | st.dictionaries(KEYS, PLACES, max_size=3),
        max_size=12,
    )
)
def test_any_table_of_places_ends(table: list[Any]) -> None:
    indexed(table)
