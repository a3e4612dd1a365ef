"""Judging texts of a file, labelling by hand, and measuring the judgement on one's own reviews."""

from pathlib import Path
from typing import Annotated

import typer

from console.options import Format, FormatOption, HomeOption, NowOption
from console.progress import listening
from core.errors import InputError

SizeOption = Annotated[
    str | None, typer.Option(help="Size of the model: quality, or fast for archives; else model.size.")
]
PriorOption = Annotated[
    str,
    typer.Option(
        help="How common complaints are: estimate (from the file's own texts, by column `source` where there is one) "
        "or usual (no assumption about the source)."
    ),
]
StarsOption = Annotated[
    str, typer.Option(help="Scale of `rating`: stars (1 to 5), unit (0 to 1), or auto by the file's values.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(classify)
    app.command()(label)
    app.command()(evaluate)


def classify(
    file: Annotated[
        Path, typer.Argument(help="CSV, JSON Lines or XLSX with `text`; optional `id`, `title`, `rating`, `source`.")
    ],
    home: HomeOption = Path(),
    style: Annotated[str, typer.Option("--format", "-f", help="jsonl, csv or table.")] = "table",
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the sentences that hurt, aspects, language and severity.")
    ] = False,
    size: SizeOption = None,
    prior: PriorOption = "estimate",
    stars: StarsOption = "auto",
    now: NowOption = None,
) -> None:
    """Say of each text of a file how likely it is a complaint: a line a row, in order.

    Without a rating the text alone is judged. Results go to standard output; progress, rate and warnings to standard
    error.

    Examples: `otklik classify reviews.csv --format jsonl > judged.jsonl` or `otklik classify reviews.xlsx --explain`
    """
    from console.classifying import classify_file, with_size
    from flows.job import Job

    with listening() as listener:
        job = with_size(Job.open(home, now=now, listener=listener), size)
        classify_file(job, file, style=style, stars=stars, prior=prior, explain=explain)


def label(
    file: Annotated[Path | None, typer.Argument(help="Reviews to draw from: CSV, JSON Lines or XLSX.")] = None,
    home: HomeOption = Path(),
    listing: Annotated[str | None, typer.Option(help="Draw from this listing of the warehouse instead.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the labels; else that of the file or listing.")] = None,
    count: Annotated[int, typer.Option(min=1, help="Reviews to draw.")] = 200,
    guarantee: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="Share of complaints that may be missed: the draw is made for it.")
    ] = 0.03,
    size: SizeOption = None,
    prior: PriorOption = "estimate",
    stars: StarsOption = "auto",
    now: NowOption = None,
) -> None:
    """Label reviews one by one, to know what the model is worth on your own: 200 take some fifteen minutes.

    Keys: y the customer is unhappy, n not, s skip, b back, q quit; the same command goes on later. Every answer is kept
    at once in data/labels. Without a terminal, answers are read line by line. Reviews are drawn at random, more densely
    where the model sees no complaint: there a promise is decided.

    Examples: `otklik label --listing my-shop`, `otklik label reviews.csv --name spring`, then
    `otklik evaluate --labels spring --guarantee 0.03`
    """
    from console import labelling
    from console.classifying import with_size
    from flows.job import Job

    with listening() as listener:
        job = with_size(Job.open(home, now=now, listener=listener), size)
    labelling.label(job, file=file, listing=listing, name=name, count=count, alpha=guarantee, prior=prior, stars=stars)


def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(help="Reviews with `label` (negative, neutral, positive), else with stars in `rating`."),
    ] = None,
    home: HomeOption = Path(),
    labels: Annotated[str | None, typer.Option(help="Name of labels made with `otklik label`, instead.")] = None,
    capacity: Annotated[
        float | None, typer.Option(min=0, help="Reviews that you can read a day: recommends a threshold.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0.01, help="Days that the reviews span; else by column `posted_at` or `date`.")
    ] = None,
    guarantee: Annotated[
        float | None,
        typer.Option(min=0.001, max=0.5, help="Share of complaints that may be missed: finds the threshold."),
    ] = None,
    confidence: Annotated[
        float, typer.Option(min=0.5, max=0.999, help="Probability with which the guarantee holds.")
    ] = 0.95,
    average: Annotated[
        bool, typer.Option("--on-average", help="Guarantee only the average over draws of labels: less to read.")
    ] = False,
    plots: Annotated[
        Path | None, typer.Option(help="Folder for reliability.png and threshold.png.", file_okay=False)
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Keep the threshold of --guarantee, else of --capacity, in otklik.toml.")
    ] = False,
    size: SizeOption = None,
    prior: PriorOption = "estimate",
    stars: StarsOption = "auto",
    style: FormatOption = Format.table,
    now: NowOption = None,
) -> None:
    """Measure the judgement on your own reviews, with intervals, and find a threshold for what you can read.

    Columns: AP of complaints, recall at precision .80 and .90, macro-F1, cost per 100 reviews at negative_weight and
    divided by the better of calling all or none a complaint, calibration error, share of reviews that open a case, also
    of five-star ones. Where stars are the labels, texts are judged without them.

    Examples: `otklik evaluate reviews.csv --plots plots --capacity 40 --days 30` or
    `otklik evaluate --labels my-shop --guarantee 0.03 --write`
    """
    from console import evaluating
    from console.classifying import with_size
    from flows.job import Job

    if (file is None) == (labels is None):
        raise InputError("evaluate: name a FILE or --labels NAME, one of the two")
    with listening() as listener:
        job = with_size(Job.open(home, now=now, listener=listener), size)
        if file is not None:
            sample = evaluating.from_file(job, file, stars=stars, prior=prior, days=days).sample
        else:
            sample = evaluating.from_labels(job, str(labels), days)
    wishes = evaluating.Wishes(
        capacity=capacity, guarantee=guarantee, confidence=confidence, average=average, plots=plots, write=write
    )
    evaluating.evaluate(job, sample, wishes, style)
