"""Arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        help="The agreement; several files are its versions, each with its own `term`.",
        show_default=False,
    ),
]
SourcesFile = Annotated[
    str,
    typer.Option(
        "--sources",
        metavar="FILE",
        help="The mapping that says what your exports mean, or a `log.parquet` of the demo.",
        show_default=False,
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="The folder of the data files; by default that of the mapping.",
        show_default=False,
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="The moment to look at: a day (its end in the agreement's zone) or an instant with "
        "its zone. By default that of the last row.",
        show_default=False,
    ),
]
KnownAt = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Only what had become known by then: a day or an instant, as above.",
        show_default=False,
    ),
]
Spark = Annotated[
    str | None,
    typer.Option(
        metavar="MASTER",
        envvar="LEADPACT_SPARK",
        help="Evaluate on this Spark cluster, such as spark://host:7077 or yarn; local[4] is this "
        "machine, four tasks at once. Takes a `log.parquet` only.",
        show_default=False,
        show_envvar=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
