"""What a source declares about itself, readable without starting Scrapy."""

import ast
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from pydantic import Field, ValidationError

from core.errors import ConfigurationError, describe_validation
from core.records import Record

Kind = Literal["json", "rows", "html", "xml", "mail", "text"]
"""What a document can be; `rows` are JSON Lines, CSV, a workbook or Parquet."""


class SourceInfo(Record):
    """The declaration of one source: `SOURCE = SourceInfo(...)` in its module, with literals only.

    It is read from the file without importing it, so that a list of all sources, and the choice of those that may know
    a file, cost nothing but the reading.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    """Equal to the module's name."""
    title: str
    tier: Literal["verified", "experimental"] = "experimental"
    """`verified`: its parser was proved on real payloads."""
    access: Literal["robots", "api", "none"] = "robots"
    """`api`: documented by its owner for programs and called under his terms; `robots`: robots.txt governs; `none`:
    nothing is asked for, its files are imported."""
    live: bool = True
    """Whether a spider can collect it; else its files are imported."""
    terms_url: str = ""
    terms_checked_on: date | None = None
    """When somebody last read those terms."""
    legal_basis: str = ""
    """Why it may be collected, in one sentence."""
    shows_reply: bool = False
    """Whether an owner's reply can be seen there; else no review of it is ever called unanswered."""
    shows_reply_time: bool = False
    shows_edit: bool = False
    """Whether the time of an edit can be seen; else an edit is seen by its changed text."""
    shows_deletion: bool = False
    """Whether the source itself says that a review is gone."""
    stable_id: bool = True
    by_id: bool = False
    """Whether one review can be looked up by its id."""
    incremental: str = ""
    """How a night reads only what is new, in a few words."""
    limits: str = ""
    """Pages, windows and rates, as far as known."""
    secret: dict[str, str] = Field(default_factory=dict)
    """Variables of the environment that hold the owner's keys, and what each is; empty where none is needed."""
    optional: tuple[str, ...] = ()
    """Those of `secret` without which it can be read all the same."""
    quota: tuple[float, ...] = ()
    """Calls that one key may make, the seconds in which, and perhaps how many at once; empty where nobody says."""
    window_days: float | None = Field(default=None, gt=0)
    """Days that the source shows, where it drops older reviews: what is not read in time is lost."""
    window_reviews: int | None = Field(default=None, gt=0)
    """Reviews that it shows at most."""
    base_url: str = ""
    """The usual address; empty where each listing has its own."""
    options: dict[str, str] = Field(default_factory=dict)
    """What a listing's `options` may hold, with a description each; anything else is refused."""
    kinds: tuple[Kind, ...] = ()
    """Kinds of documents in which `find` may find its reviews; empty where nothing of it is imported."""
    marks: tuple[str, ...] = ()
    """Texts of which a document must contain one before `find` is asked; empty where none is certain."""
    joins: bool = False
    """What one of its answers lacks stands in another one, so that saved answers are read together."""
    reply_length: tuple[int, ...] = ()
    """Shortest and longest reply that can be posted there with the owner's key; empty where none can."""
    reply_replaces: bool = False
    """Whether a reply that stands there can be changed: by the module's `change_reply`, else by posting again."""
    reply_hidden_days: float = Field(default=0, ge=0)
    """Days for which a posted reply may await moderation without being shown; until then only the mark that its review
    was processed tells of it."""
    rank: int = Field(default=0, ge=0)
    """Sources of a higher rank are asked only where those of the lower ones do not know a document."""

    @property
    def reading(self) -> str:
        """How its reviews come in, in a few words."""
        ways = (
            [{"api": "crawl (API)", "robots": "crawl (robots.txt)", "none": "crawl"}[self.access]] if self.live else []
        )
        return ", ".join([*ways, *(["import"] if self.kinds else [])])

    @property
    def replies(self) -> str:
        """What is seen of the owner's replies."""
        return "text and time" if self.shows_reply_time else "text" if self.shows_reply else "not shown"

    @property
    def shown(self) -> str:
        """What else is seen, in a few words."""
        facts = {
            "edits": self.shows_edit, "deletions": self.shows_deletion, "own ids": self.stable_id, "look-up": self.by_id
        }  # fmt: skip
        return ", ".join(fact for fact, is_shown in facts.items() if is_shown)


_PARSING = Lock()


def sources() -> dict[str, SourceInfo]:
    """Return the declarations of all sources by name, read from their files without importing Scrapy (about 10 ms).

    Raises:
        ConfigurationError: where a source declares something that is not valid.
    """
    # CPython 3.11 fails where two threads parse Python at once (python/cpython issue 106905).
    with _PARSING:
        return dict(_sources())


@cache
def _sources() -> tuple[tuple[str, SourceInfo], ...]:
    found = {}
    for path in sorted(Path(__file__).resolve().parents[1].glob("*.py")):
        for values in _declarations(ast.parse(path.read_text(encoding="utf-8"), filename=path.name)):
            try:
                info = SourceInfo(**values)
            except ValidationError as error:
                raise ConfigurationError(describe_validation(error, f"spiders/{path.name}")) from error
            if info.name != path.stem:
                raise ConfigurationError(f"spiders/{path.name}: name: must be {path.stem!r}, as the file is called")
            found[info.name] = info
    return tuple(found.items())


def _looks_up(node: ast.ClassDef) -> bool:
    """Whether a class is a spider that can look up one review by its id."""
    bases = {getattr(base, "id", "") for base in node.bases}
    defined = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    return "LookUpSpider" in bases or ("ReviewSpider" in bases and "look_up" in defined)


def _declarations(module: ast.Module) -> Iterator[dict[str, Any]]:
    by_id = any(isinstance(node, ast.ClassDef) and _looks_up(node) for node in module.body)
    for node in module.body:
        if isinstance(node, ast.Assign) and getattr(getattr(node.value, "func", None), "id", "") == "SourceInfo":
            keywords = node.value.keywords if isinstance(node.value, ast.Call) else []
            yield {"by_id": by_id, **{part.arg: ast.literal_eval(part.value) for part in keywords if part.arg}}
