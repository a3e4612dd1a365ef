"""The README's table of sources, written from their declarations: `python -m console.readme` (or `make docs`)."""

from collections.abc import Mapping
from pathlib import Path

from spiders.engine.source import SourceInfo, sources

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- sources: written by `make docs` -->\n", "<!-- end of sources -->"


def source_table(known: Mapping[str, SourceInfo]) -> str:
    """Return the sources as a Markdown table, by name."""
    lines = ["| source | site | tier | comes by | owner's replies | shows |", "|---|---|---|---|---|---|"]
    for name, info in sorted(known.items()):
        cells = (f"`{name}`", info.title, info.tier, info.reading, info.replies, info.shown)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table into the README."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    README.write_text(before + BEGIN + source_table(sources()) + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
