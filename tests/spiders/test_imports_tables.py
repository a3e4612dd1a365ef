"""Tables as people really export them: encodings, delimiters, headers, dates, and cells that would like to act."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from core.errors import InputError
from core.records import ReplyState, Review
from spiders.imports import Imported, read, recognise

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUSSIAN = """Автор;Дата;Оценка;Отзыв;Ответ
Ирина;03.02.2026 18:05;2;Ждали час, никто не подошёл;
Олег;2026-02-04;5;Отлично;Спасибо!
"""


def opened(path: Path, **wanted: Any) -> Imported:
    defaults = {"format": None, "listing_id": None, "seen_at": None, "tz": None, "now": NOW, "secret": b"key"}
    return read(path, **{**defaults, **wanted})


def table(folder: Path, content: str | bytes, name: str = "table.csv", **wanted: Any) -> list[Review]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    imported = opened(path, **wanted)
    reviews = list(imported.reviews)
    assert imported.quarantined == []
    return reviews


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    first, second = table(tmp_path, RUSSIAN.encode(encoding), tz="Europe/Moscow")
    assert (first.text, first.rating) == ("Ждали час, никто не подошёл", 0.25)
    assert first.posted_at == datetime(2026, 2, 3, 15, 5, tzinfo=UTC)
    assert (first.reply_state, second.reply_state, second.reply_text) == (
        ReplyState.none,
        ReplyState.published,
        "Спасибо!",
    )
    assert (second.posted_at_precision, first.posted_at_precision) == ("day", "exact")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    lines = [("id", "Відгук", "Оцінка"), ("7", '"Погано, дуже; погано|зовсім\tтак"', '"4,5"')]
    content = "\r\n".join(delimiter.join(line) for line in lines)
    [review] = table(tmp_path, content)
    assert (review.review_id, review.text, review.rating) == ("7", "Погано, дуже; погано|зовсім\tтак", 0.875)
    assert review.reply_state is ReplyState.unknown, "no column for answers"


def test_quoted_cells_hold_lines_quotes_and_delimiters(tmp_path: Path) -> None:
    [review] = table(tmp_path, 'text,rating\n"first ""line"",\r\n\r\nsecond",1\n')
    assert review.text == 'first "line",\r\n\r\nsecond'


def test_a_title_and_the_separator_line_of_excel_above_the_headers(tmp_path: Path) -> None:
    [review] = table(tmp_path, "sep=;\nВыгрузка отзывов за май;;\n;;\nID отзыва;Текст отзыва;Рейтинг\n1;Ок;3\n")
    assert (review.review_id, review.rating) == ("1", 0.5)


@pytest.mark.parametrize(
    ("written", "expected", "precision"),
    [
        ("2026-01-05T10:00:00+03:00", datetime(2026, 1, 5, 7, tzinfo=UTC), "exact"),
        ("2026-01-05T10:00:00Z", datetime(2026, 1, 5, 10, tzinfo=UTC), "exact"),
        ("2026-01-05 10:00:00 UTC", datetime(2026, 1, 5, 10, tzinfo=UTC), "exact"),
        ("2026-01-05 10:00:00 +0300", datetime(2026, 1, 5, 7, tzinfo=UTC), "exact"),
        ("2026-01-05 10:00", datetime(2026, 1, 5, 8, tzinfo=UTC), "exact"),
        ("05.01.2026 10:00:30", datetime(2026, 1, 5, 8, 0, 30, tzinfo=UTC), "exact"),
        ("05.07.2026 10:00", datetime(2026, 7, 5, 7, tzinfo=UTC), "exact"),
        ("5.1.26", datetime(2026, 1, 4, 22, tzinfo=UTC), "day"),
        ("05.01.2026 г.", datetime(2026, 1, 4, 22, tzinfo=UTC), "day"),
        ("2026/01/05", datetime(2026, 1, 4, 22, tzinfo=UTC), "day"),
        ("5 января 2026 г., 10:00", datetime(2026, 1, 5, 8, tzinfo=UTC), "exact"),
        ("5 січня 2026 р.", datetime(2026, 1, 4, 22, tzinfo=UTC), "day"),
        ("5 листопада 2025 року о 9:30", datetime(2025, 11, 5, 7, 30, tzinfo=UTC), "exact"),
        ("Jan 5, 2026", datetime(2026, 1, 4, 22, tzinfo=UTC), "day"),
        ("Вчера, 14:05", datetime(2026, 11, 21, 12, 5, tzinfo=UTC), "relative"),
        ("25 декабря", datetime(2025, 12, 24, 22, tzinfo=UTC), "relative"),
        ("1767607200", datetime(2026, 1, 5, 10, tzinfo=UTC), "exact"),
        ("1767607200000", datetime(2026, 1, 5, 10, tzinfo=UTC), "exact"),
        ("", None, None),
        ("Дата не указана", None, None),
    ],
)
def test_dates(tmp_path: Path, written: str, expected: datetime | None, precision: str | None) -> None:
    [review] = table(tmp_path, f'text;date\nok;"{written}"\n', tz="Europe/Kyiv")
    assert (review.posted_at, review.posted_at_precision) == (expected, precision)


@pytest.mark.parametrize("written", ["01/02/2026", "31.02.2026", "soon", "2026-13-01", "99:99", "31.12.2026 25:61"])
def test_a_date_that_is_not_understood_does_not_cost_the_words(tmp_path: Path, written: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        f"text;rating;date;author\nbad;1;{written};Secret Name\n;2;{written};Secret Name\ngood;3;2026-01-01;B\n"
    )
    imported = opened(path)
    assert [(review.text, review.posted_at is None) for review in imported.reviews] == [("bad", True), ("good", False)]
    assert f"csv: date has the unknown value '{written}' (1 rows)" in imported.notes
    [row] = imported.quarantined
    assert row.reason.startswith("line 3: ")
    assert "Secret Name" not in row.fragment


def test_a_naive_time_without_a_zone_is_but_a_day(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text;date\nok;01.02.2026 10:00\n")
    imported = opened(path)
    [review] = imported.reviews
    assert (review.posted_at, review.posted_at_precision) == (datetime(2026, 2, 1, tzinfo=UTC), "day")
    assert "--tz" in imported.notes[-1]
    with pytest.raises(InputError, match=r"t\.csv: 'Moscow' is no time zone"):
        opened(path, tz="Moscow")


@pytest.mark.parametrize(
    ("cell", "rating"),
    [
        ("1", 0),
        ("5", 1),
        ("4,5", 0.875),
        ("4/5", 0.75),
        ("8 из 10", 7 / 9),
        ("★★★★☆", 0.75),
        ("★★★", 0.5),
        ("4 звезды", 0.75),
        ("5★", 1),
        ("-", None),
        ("", None),
    ],
)
def test_ratings(tmp_path: Path, cell: str, rating: float | None) -> None:
    [review] = table(tmp_path, f"text;rating\nok;{cell}\n")
    assert review.rating == pytest.approx(rating)


@pytest.mark.parametrize("cell", ["0", "6", "-1", "nan1", "five", "1e3", "5,0,0", "Infinity"])
def test_a_rating_outside_its_scale_is_left_out_or_costs_its_row(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    rows = f'bad;"{cell}"\n;"{cell}"\n' + "good;1\n" * 8 + "good;2\n"
    path.write_text(f"text;rating\n{rows}")
    imported = opened(path)
    assert [review.rating for review in imported.reviews] == [None] + [0.0] * 8 + [0.25]
    assert f"csv: rating has the unknown value '{cell}' (1 rows)" in imported.notes
    assert "rating" in imported.quarantined[0].reason


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["8.5", "6", "10"], [pytest.approx(7.5 / 9), pytest.approx(5 / 9), 1.0]),
        (["0", "10", "7"], [0.0, 1.0, 0.7]),
        (["40", "10", "50"], [0.75, 0.0, 1.0]),
        (["80", "35", "100"], [0.8, 0.35, 1.0]),
        (["5", "4", "1"], [1.0, 0.75, 0.0]),
    ],
)
def test_a_scale_is_told_by_the_ratings_themselves(tmp_path: Path, cells: list[str], expected: list[float]) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text;rating\n" + "".join(f"a{cell};{cell}\n" for cell in cells))
    imported = opened(path)
    assert [review.rating for review in imported.reviews] == expected
    assert any("ratings over 5 are common" in note for note in imported.notes) == (max(map(float, cells)) > 5)


def test_the_header_may_tell_the_scale(tmp_path: Path) -> None:
    [review] = table(tmp_path, "Текст отзыва;Оценка (из 10)\nплохо;3\n")
    assert review.rating == pytest.approx(2 / 9)


def test_the_scale_may_be_a_column_or_a_number_of_the_map(tmp_path: Path) -> None:
    content = "отзыв;балл;из\nа;8;10\nб;8;20\n"
    columns = {"text": "Отзыв", "rating": "балл"}
    by_column = table(tmp_path, content, columns={**columns, "rating_max": "Из", "rating_min": "0"})
    assert [review.rating for review in by_column] == [0.8, 0.4]
    by_number = table(tmp_path, content, columns={**columns, "rating_max": "10"})
    assert [review.rating for review in by_number] == [pytest.approx(7 / 9)] * 2


def test_pros_and_cons_stand_under_their_own_labels(tmp_path: Path) -> None:
    [one, two] = table(tmp_path, "Достоинства;Недостатки;Комментарий\nцвет;сломался;вернул\n;сломался;\n")
    assert one.text == "Достоинства: цвет\nНедостатки: сломался\nКомментарий: вернул"
    assert two.text == "Недостатки: сломался"


def test_a_map_names_the_columns(tmp_path: Path) -> None:
    content = "a,b,c,d,e,f,g,h\n17,bad,2,01.02.2026,sorry,02.02.2026,Branch 3,uk\n"
    columns = {
        "review_id": "a", "text": "b", "rating": "c", "posted_at": "d", "reply_text": "e", "reply_at": "f",
        "place": "g", "language": "h",
    }  # fmt: skip
    [review] = table(tmp_path, content, columns=columns, listing_id="shop", source="our_crm")
    assert (review.source, review.listing_id, review.review_id) == ("our_crm", "shop", "17")
    assert (review.subject_kind, review.subject_id, review.language_hint) == ("place", "Branch 3", "uk")
    assert (review.reply_state, review.reply_at) == (ReplyState.published, datetime(2026, 2, 2, tzinfo=UTC))
    assert review.reply_at_kind is None


def test_a_wrong_map_lists_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("alpha,beta\n1,2\n")
    with pytest.raises(InputError, match=r"t\.csv: no column 'gamma' \(for text\); headers found: alpha, beta"):
        opened(path, columns={"text": "gamma"})
    with pytest.raises(InputError, match="no field words; fields are text, title"):
        opened(path, columns={"words": "alpha"})
    with pytest.raises(InputError, match="names none of text, pros, cons"):
        opened(path, columns={"rating": "alpha"})


def test_unknown_headers_are_listed_with_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("alpha,beta\n1,2\n")
    for call in (recognise, lambda path: opened(path, format="csv")):
        with pytest.raises(InputError, match=r"t\.csv: .*headers found: alpha, beta; expected .*Отзыв"):
            call(path)


def test_columns_that_are_not_used_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,mood\nok,blue\n")
    assert opened(path).notes == ["columns not used: mood"]


def test_rows_without_an_id_get_a_stable_one(tmp_path: Path) -> None:
    content = "автор;отзыв;дата\nИра;Плохо;2026-01-01\nИра;Плохо;2026-01-01\nИра;Плохо;2026-01-02\n;Плохо;\n"
    ids = [review.review_id for review in table(tmp_path, content)]
    assert len(set(ids)) == 4, "equal rows are reviews of their own"
    lines = content.splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])])
    assert {review.review_id for review in table(tmp_path, turned)} == set(ids)
    assert {review.review_id for review in table(tmp_path, content, listing_id="other")}.isdisjoint(ids)


def test_names_never_leave_and_the_same_author_has_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Автор;Отзыв\nИрина Петрова;раз\nИрина Петрова;два\nОлег;три\n;четыре\n")
    keys = [review.author_key for review in opened(path).reviews]
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] is None
    assert next(opened(path, secret=b"other").reviews).author_key != keys[0]
    assert not any("Петрова" in review.model_dump_json() for review in opened(path).reviews)


def test_cells_that_would_act_in_a_spreadsheet_are_just_texts(tmp_path: Path) -> None:
    formulas = [
        '=HYPERLINK("http://evil.example","x")',
        "+7 900 000-00-00",
        "@SUM(1+1)",
        "-2+3",
        "<script>alert(1)</script>",
    ]
    content = "text\n" + "\n".join(f'"{formula.replace(chr(34), chr(34) * 2)}"' for formula in formulas)
    assert [review.text for review in table(tmp_path, content)] == formulas


def test_nul_bytes_are_dropped_and_nothing_else(tmp_path: Path) -> None:
    [review] = table(tmp_path, b"text,rating\na sentence with a z\0ero byte in its middle,3\n")
    assert review.text == "a sentence with a zero byte in its middle"


def test_rows_of_another_width_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('text,rating\nok,3\na,b,c\n\n,,,\nshort\n,\n"x" y,3\nlast,1\n')
    imported = opened(path)
    assert [review.text for review in imported.reviews] == ["ok", "short", "last"]
    assert [row.reason.split(":")[0] for row in imported.quarantined] == ["line 3", "line 8"]


def test_a_quote_that_is_never_closed_is_a_cut_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('text,rating\nok,3\n"cut off in the mid')
    imported = opened(path)
    with pytest.raises(InputError, match=r"t\.csv: line 3: a quoted cell is opened and never closed"):
        list(imported.reviews)


def test_hostile_listing_and_headers_stay_words(tmp_path: Path) -> None:
    [review] = table(tmp_path, "text;place\nok;../../etc\n", listing_id="../../x")
    assert (review.listing_id, review.subject_id) == ("../../x", "../../etc")
    path = tmp_path / "t.csv"
    path.write_text("\x1b[31mred\x07,beta\n1,2\n")
    with pytest.raises(InputError) as caught:
        opened(path)
    assert "\x1b" not in str(caught.value)


def workbook(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Лист{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_with_dates_as_cells(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "Отзывы май.xlsx",
        [["Отчёт"], ["всего", 2]],
        [
            ["Выгрузка", None, None, None, None, None],
            ["ID отзыва", "Дата", "Оценка", "Отзыв", "Ответ", "Дата ответа"],
            [123456789012, datetime(2026, 5, 1, 14, 30), 1, "Грубый персонал", None, None],  # noqa: DTZ001  cells have no zone
            [2.0, date(2026, 5, 2), 4.5, "Хорошо", "Спасибо", datetime(2026, 5, 3, 9, 0)],  # noqa: DTZ001
            [None, None, None, None, None, None],
        ],
    )
    assert recognise(path) == "xlsx"
    first, second = opened(path, tz="Europe/Moscow").reviews
    assert (first.source, first.listing_id, first.review_id) == ("xlsx", "отзывы-май", "123456789012")
    assert (first.posted_at, first.posted_at_precision) == (datetime(2026, 5, 1, 11, 30, tzinfo=UTC), "exact")
    assert (first.rating, first.reply_state) == (0, ReplyState.none)
    assert (second.review_id, second.rating) == ("2", 0.875)
    assert (second.posted_at, second.posted_at_precision) == (datetime(2026, 5, 1, 21, tzinfo=UTC), "day")
    assert second.reply_at == datetime(2026, 5, 3, 6, tzinfo=UTC)
    [first, _] = opened(path).reviews
    assert (first.posted_at, first.posted_at_precision) == (datetime(2026, 5, 1, tzinfo=UTC), "day")


def test_a_workbook_with_a_map_and_a_damaged_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", [["x", "y"], ["плохо", 2]])
    [review] = opened(path, columns={"text": "X", "rating": "Y"}).reviews
    assert (review.text, review.rating) == ("плохо", 0.25)
    with pytest.raises(InputError, match="headers found: x, y"):
        opened(path)
    whole = path.read_bytes()
    for size in (40, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"book\.xlsx: "):
            list(opened(path, format="xlsx").reviews)


def test_the_scrapers_csv_wants_a_zone_where_its_times_are_local(tmp_path: Path) -> None:
    google = """reviewId,userName,content,score,at,replyContent,repliedAt
gp:1,A,bad,1,2026-05-01 10:00:00,sorry,2026-05-01 12:00:00
"""
    path = tmp_path / "google.csv"
    path.write_text(google)
    imported = opened(path)
    [review] = imported.reviews
    assert (review.posted_at, review.posted_at_precision) == (datetime(2026, 5, 1, tzinfo=UTC), "day")
    assert "--tz" in imported.notes[-1]
    [review] = opened(path, tz="Europe/Kyiv").reviews
    assert (review.source, review.posted_at) == ("google_play", datetime(2026, 5, 1, 7, tzinfo=UTC))
    [same] = opened(path, tz="Europe/Kyiv", format="google_play").reviews
    assert same == review
    apple = """date,userName,isEdited,title,review,rating,developerResponse
2026-05-01 10:00:00,A,False,T,bad,1,"{'id': 1, 'body': 'sorry', 'modified': '2026-05-01T12:00:00Z'}"
"""
    [review] = table(tmp_path, apple, tz="Europe/Kyiv")
    assert (review.source, review.posted_at) == ("app_store", datetime(2026, 5, 1, 10, tzinfo=UTC))
    assert (review.reply_text, review.reply_at) == ("sorry", datetime(2026, 5, 1, 12, tzinfo=UTC))


def test_the_scrapers_table_saved_as_a_workbook(tmp_path: Path) -> None:
    at = datetime(2026, 5, 1, 10)  # noqa: DTZ001  cells have no zone
    header = ["reviewId", "userName", "content", "score", "at", "replyContent", "repliedAt"]
    path = workbook(tmp_path / "g.xlsx", [header, ["gp:1", "A", "bad", 1, at, None, None]])
    [review] = opened(path, tz="Europe/Kyiv").reviews
    assert (review.source, review.posted_at) == ("google_play", datetime(2026, 5, 1, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "answer", ["__import__('os').getcwd()", "{'body': ", "[" * 9000, "{'body': 5.5, 'modified': 1}", "(1,)"]
)
def test_an_answer_that_is_no_literal_is_set_aside(tmp_path: Path, answer: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        f'date,userName,isEdited,title,review,rating,developerResponse\n,A,False,T,bad,1,"{answer}"\n,B,False,T,good,5,\n'
    )
    imported = opened(path)
    texts = [review.text for review in imported.reviews]
    assert texts[-1] == "good"
    assert len(texts) + len(imported.quarantined) == 2
