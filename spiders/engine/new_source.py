"""Write a new source from one page of it: its file with a first guess of every field, and its first recording."""

import importlib
import json
import re
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any

from core.errors import ConfigurationError, InputError
from spiders.engine.document import Document
from spiders.engine.invented import Inventor
from spiders.engine.outline import Outline, outline
from spiders.engine.payload import Sample
from spiders.engine.recording import write_json
from spiders.engine.replay import output_of
from spiders.engine.source import sources
from spiders.imports.base import Reading
from spiders.imports.sourced import known_by, read_source

_KEPT = 5
"""Reviews of a recording; more would only be longer."""
_HEAD = Template('''"""$title: reviews as $shape $what.

Shape seen: one page, of which an invented copy is recorded. Say here what was not verified.
"""

from spiders.engine.kit import $imports

SOURCE = SourceInfo(
    name="$name", title="$title", access="none", live=False,
    legal_basis="Only imported: pages that a person saved.", shows_reply=$shows_reply,
    shows_reply_time=$shows_time, incremental="none", kinds=("$kind",), marks=("$mark",),
)  # fmt: skip
FIELDS = Fields(
    source="$name",
$fields
)
''')
_OF_LISTS = Template("""LISTS = Lists(
    shapes=((has($keys), FIELDS),),$inside
)
find = LISTS.find
parse_review = LISTS.parse_review
""")
_OF_CARDS = Template("""CARDS = Cards(
    items=("$css",),
    parts={
$parts
    },
)
find = CARDS.find
parse_review = FIELDS.parse_review
""")


def new_source(
    name: str, *, title: str, payload: bytes, file_name: str, url: str | None, root: Path, now: datetime
) -> list[Path]:
    """Write `spiders/<name>.py` and `tests/recorded/<name>/first_page/` under `root`, and return the paths written.

    The file is a guess from the page's own keys or classes, which reads the recording as it stands: compare its
    `output.json` with the page, mend the paths, then `otklik record <name>`.

    Args:
        name: of the source: small letters, digits and _.
        title: its name for people.
        payload: the page as it came.
        file_name: what the recording calls it; the ending tells the form.
        url: where it came from, if known.
        root: the checkout.
        now: when the page was seen, in UTC.

    Raises:
        ConfigurationError: the name cannot be used, or one of the files is there already.
        InputError: a source reads such pages already, or nothing in this one looks like reviews.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise ConfigurationError(f"{name!r}: a source is named by small letters, digits and _, beginning with a letter")
    if re.search(r"[\"\\\n]", title):
        raise ConfigurationError(f"{title!r}: a title has no quotes, backslashes and line breaks")
    module, folder = root / "spiders" / f"{name}.py", root / "tests" / "recorded" / name / "first_page"
    for path in (module, folder, root / "spiders" / name):
        if path.exists():
            raise ConfigurationError(f"{path} is there already")
    document = Document(Sample(Path(file_name), payload), url=url)
    _refuse_known(document, file_name)
    found = outline(document)
    if found is None:
        raise InputError(
            f"{file_name}: nothing in it looks like a list of reviews ({document.sample.describe()}); open the page"
            " with its reviews shown, save it, and name it with --file"
        )
    module.write_text(_module(name, title, found, document), encoding="utf-8")
    importlib.invalidate_caches()
    folder.mkdir(parents=True)
    page = folder / file_name
    page.write_text(_invented(document, found), encoding="utf-8")
    write_json(folder / "meta.json", {"now": f"{now:%Y-%m-%dT%H:%M:%SZ}", "file": file_name})
    reading = Reading(page, now, b"\0")
    write_json(folder / "output.json", output_of(read_source(name, [Document(Sample(page))], reading)))
    return [module, folder / "meta.json", page, folder / "output.json"]


def _refuse_known(document: Document, file_name: str) -> None:
    known = known_by(document)
    if known is not None and sources()[known].rank == 0:
        raise InputError(f"{file_name}: `{known}` reads such files already: `otklik import FILE`")


def _module(name: str, title: str, found: Outline, document: Document) -> str:
    fields = {key: path if found.kind != "css" else key for key, path in found.fields.items()}
    lines = [f'    {key}="{path}",' for key, path in fields.items()]
    if "reply_text" in found.fields:
        lines.append("    reply_known=True,")
    keys = [key for key in found.keys if key in {path.partition(".")[0] for path in found.fields.values()}] or [
        *found.keys
    ]
    mark = max(keys, key=len) if found.kind != "css" else found.css.partition(".")[2]
    shape = {"json": "an answer", "html": f"the page's state `{found.state}`", "css": "the page"}[found.kind]
    what = {"json": "gives them", "html": "holds them", "css": "shows them"}[found.kind]
    head = _HEAD.substitute(
        name=name, title=title, what=what, shape=shape, shows_reply="reply_text" in fields,
        imports="Cards, Fields, SourceInfo" if found.kind == "css" else "Fields, Lists, SourceInfo, has",
        shows_time="reply_at" in fields, kind="json" if document.kind == "json" else "html", mark=mark,
        fields="\n".join(lines),
    )  # fmt: skip
    if found.kind == "css":
        parts = "\n".join(f'        "{key}": {json.dumps(css)},' for key, css in found.fields.items())
        return head + _OF_CARDS.substitute(parts=parts, css=found.css)
    inside = f'\n    inside=lambda page: [page.state("{found.state}")],' if found.kind == "html" else ""
    return head + _OF_LISTS.substitute(keys=", ".join(f'"{key}"' for key in keys), inside=inside)


def _invented(document: Document, found: Outline) -> str:
    if document.kind == "json":
        return json.dumps(Inventor().json(_cut(document.json, found)), ensure_ascii=False, indent=1) + "\n"
    return Inventor().html(document)


def _cut(value: Any, found: Outline) -> Any:
    """Return a JSON value with lists of at most five elements."""
    if isinstance(value, dict):
        return {key: _cut(part, found) for key, part in value.items()}
    return [_cut(part, found) for part in value[:_KEPT]] if isinstance(value, list) else value
