"""What a source declares about itself, readable without starting Scrapy."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from core.errors import ConfigurationError, describe_validation
from core.records import Record


class SourceInfo(Record):
    """The declaration of one source.

    A source that is crawled declares these as attributes of its spider; one that is only imported assigns
    `SOURCE = SourceInfo(...)` in its module. Either way the values are literals.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    """Equal to the module's name."""
    title: str
    access: Literal["robots", "api"] = "robots"
    """`api`: documented by its owner for programs and called under his terms; else robots.txt governs."""
    live: bool = True
    """Whether a spider can collect it; else its files are imported."""
    terms_url: str = ""
    terms_checked_on: date | None = None
    """When somebody last read those terms."""
    legal_basis: str = ""
    """Why it may be collected, in one sentence."""
    shows_replies: bool = False
    """Whether an owner's reply can be seen there; else no review of it is ever called unanswered."""
    stable_id: bool = True
    by_id: bool = False
    """Whether one review can be looked up by its id."""
    base_url: str = ""
    """The usual address; empty where each listing has its own."""
    options: dict[str, str] = Field(default_factory=dict)
    """What a listing's `options` may hold, with a description each; anything else is refused."""


def sources() -> dict[str, SourceInfo]:
    """Return the declarations of all sources by name, read from their files without importing Scrapy (about 10 ms).

    Raises:
        ConfigurationError: where a source declares something that is not valid.
    """
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
    return found


def _declarations(module: ast.Module) -> Iterator[dict[str, Any]]:
    for node in module.body:
        if isinstance(node, ast.ClassDef) and "ReviewSpider" in (getattr(base, "id", "") for base in node.bases):
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            yield {**_literals(node.body), "by_id": "look_up" in methods}
        elif isinstance(node, ast.Assign) and getattr(getattr(node.value, "func", None), "id", "") == "SourceInfo":
            keywords = node.value.keywords if isinstance(node.value, ast.Call) else []
            yield {part.arg: ast.literal_eval(part.value) for part in keywords if part.arg}


def _literals(body: list[ast.stmt]) -> dict[str, Any]:
    fields = SourceInfo.model_fields
    values = {}
    for part in body:
        target = part.targets[0] if isinstance(part, ast.Assign) else getattr(part, "target", None)
        if isinstance(target, ast.Name) and target.id in fields and isinstance(part, ast.Assign | ast.AnnAssign):
            values[target.id] = ast.literal_eval(part.value) if part.value is not None else None
    return values
