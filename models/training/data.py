"""The labelled reviews: reading, cleaning, the split and the training rows.

A data folder holds `service_reviews_ru_uk.parquet`, `app_reviews_en_with_replies.parquet` and
`books_and_films_ru.parquet`. Word lists and human-marked research corpora that may stand beside them are yardsticks
under licences that forbid other use: nothing here reads them.
"""

import hashlib
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow.parquet as pq

Split = Literal["train", "validation", "test"]
LABELS = ("negative", "neutral", "positive")
SERVICE, APPS, BOOKS = (
    "service_reviews_ru_uk.parquet",
    "app_reviews_en_with_replies.parquet",
    "books_and_films_ru.parquet",
)
# Some book reviews carry their own stars in a header, and some pages end in the site's "more" link.
STARS_IN_HEADER = re.compile(
    r"\AОценка:\s*[\d.,]+\s*Название:.*?Рецензия:|\A[^\n]{1,80}\n[0-5](?:[.,]\d)?\n[^\n]*\n", re.S
)
MORE_LINK = re.compile(r"(?:\.\.\.|…)\s*Ещ[её]\s*\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled review. `label` indexes LABELS, `rating` is on the 0..1 scale or None, `language` is ISO 639-1."""

    text: str
    label: int
    rating: float | None
    source: str
    language: str
    split: Split


def split_of(text: str) -> Split:
    """Return the split of a text by its hash: a tenth for test, a tenth for validation, the rest for training."""
    digest = hashlib.sha1(text.strip().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return {0: "test", 1: "validation"}.get(int(digest[:8], 16) % 10, "train")  # type: ignore[return-value]


def label_of_stars(stars: float, best: float = 5.0) -> int:
    """Return the label index of a star rating: up to 2 of 5 negative, 4 of 5 and more positive, else neutral."""
    of_five = stars * 5.0 / best
    return 0 if of_five <= 2.0 else 2 if of_five >= 4.0 else 1


def readable(text: str) -> str:
    """Return a review without stars in its header and without the site's "more" link."""
    return MORE_LINK.sub("", STARS_IN_HEADER.sub("", text)).strip()


def read_service(folder: Path) -> Iterator[Row]:
    """Yield the Russian and Ukrainian service reviews that have a polarity."""
    for row in pq.read_table(folder / SERVICE).to_pylist():
        if row["polarity"] is None:
            continue
        best = row["rating_max"]
        rating = None if row["rating"] is None or not best else (row["rating"] - 1) / (best - 1)
        text = row["text"]
        label = LABELS.index(row["polarity"])
        yield Row(readable(text), label, rating, row["source_site"], row["lang"], split_of(text))


def read_apps(folder: Path) -> Iterator[Row]:
    """Yield the English app reviews."""
    for row in pq.read_table(folder / APPS, columns=["text", "rating", "app"]).to_pylist():
        stars, text = row["rating"], row["text"] or ""
        yield Row(readable(text), label_of_stars(stars), (stars - 1) / 4, row["app"], "en", split_of(text))


def read_books(folder: Path) -> Iterator[Row]:
    """Yield the Russian book and film reviews; films are only good or bad and have no rating."""
    for row in pq.read_table(folder / BOOKS, columns=["set", "stars", "text"]).to_pylist():
        stars, text = row["stars"], row["text"]
        by_word = {"bad": 0, "good": 2}.get(stars)
        label = label_of_stars(float(stars)) if by_word is None else by_word
        rating = (float(stars) - 1) / 4 if by_word is None else None
        yield Row(readable(text), label, rating, row["set"], "ru", split_of(text))


def same_text(text: str) -> str:
    """Return the key under which two texts count as the same: the words alone, or all where there are none."""
    return " ".join(re.findall(r"\w+", text.casefold())) or text


def read_split(folder: Path, split: Split) -> list[Row]:
    """Return all rows of one split, in the order of the files."""
    rows = (*read_service(folder), *read_apps(folder), *read_books(folder))
    return [row for row in rows if row.split == split and row.text]


def without(rows: Iterable[Row], taken: set[str]) -> list[Row]:
    """Return one row for each distinct text that is not in `taken`, with the label most of its copies have."""
    copies: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        copies[same_text(row.text)].append(row)
    chosen = []
    for key, same in copies.items():
        if key not in taken:
            label = Counter(row.label for row in same).most_common(1)[0][0]
            chosen.append(next(row for row in same if row.label == label))
    return chosen


def training_rows(folder: Path, *, books: int = 10_000, apps: int = 20_000, seed: int = 20) -> list[Row]:
    """Return the training rows: all service reviews, and samples of the books and films and of the app reviews.

    Copies are reduced to one, and a text that also stands in test or validation (but for case and punctuation) is
    left out.
    """
    held_out = {
        same_text(row.text)
        for reader in (read_service, read_apps, read_books)
        for row in reader(folder)
        if row.split != "train"
    }
    draw = random.Random(seed)

    def distinct(rows: Iterable[Row]) -> list[Row]:
        return without((row for row in rows if row.split == "train" and row.text), held_out)

    def sample(rows: list[Row], size: int) -> list[Row]:
        return draw.sample(rows, min(size, len(rows)))

    rows = distinct(read_service(folder)) + sample(distinct(read_books(folder)), books)
    rows += sample(distinct(read_apps(folder)), apps)
    draw.shuffle(rows)
    return rows


def balanced(rows: Sequence[Row], size: int, seed: int) -> list[int]:
    """Return the indices of at most `size` rows, shuffled: of each source in proportion to the root of what it has."""
    of: defaultdict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        of[row.source].append(index)
    draw = random.Random(seed)
    roots = {name: len(its) ** 0.5 for name, its in of.items()}
    share = size / sum(roots.values())
    chosen = [index for name, its in of.items() for index in draw.sample(its, min(len(its), int(share * roots[name])))]
    draw.shuffle(chosen)
    return chosen


def validation_rows(folder: Path, *, apps: int = 3_000, seed: int = 21) -> list[Row]:
    """Return what is fitted on validation: all its service reviews and a sample of its app reviews."""
    rows = read_split(folder, "validation")
    return _service_and_apps(rows, apps, seed)


def reported_rows(folder: Path, *, apps: int = 2_000, books: int = 500, seed: int = 22) -> list[Row]:
    """Return what is reported: all service reviews of the test split, and samples of the apps and of the books."""
    rows = read_split(folder, "test")
    spare = [row for row in rows if is_book(row)]
    return _service_and_apps(rows, apps, seed) + random.Random(seed).sample(spare, min(books, len(spare)))


def is_book(row: Row) -> bool:
    """Return whether a row is a book or film review: another domain than service."""
    return row.source.startswith(("livelib", "kinopoisk"))


def _service_and_apps(rows: list[Row], apps: int, seed: int) -> list[Row]:
    english = [row for row in rows if row.language == "en" and not is_book(row)]
    service = [row for row in rows if row.language != "en" and not is_book(row)]
    return service + random.Random(seed).sample(english, min(apps, len(english)))
