"""Polars: the same steps as frames, lazily, so that it may reorder and stream as it likes."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.peers.due import due_at
from benchmarks.peers.task import (
    ANSWERS,
    CLOCKS,
    COOL_DOWN,
    ENTRIES,
    PROGRESS,
    REJECTION,
    SCORES,
    Answer,
    Task,
    Test,
)

LEAD, MOMENT, EPISODE = pl.col("lead"), pl.col("moment"), pl.col("episode")
PASSAGE = ["lead", "episode"]


def answer(task: Task, log: Path) -> Answer:
    """Compute all of it from the file, on as many threads as Polars was given."""
    told, leads = _read(task, log)
    ends = (
        told.filter(pl.col("kind") == REJECTION)
        .select("lead", "moment")
        .unique()
        .sort("lead", "moment")
        .with_columns((pl.int_range(pl.len()).over("lead") + 1).alias("episode"))
    )
    acts = _in_episodes(told.filter(~pl.col("kind").is_in(["lead.created", "lead.updated"])), ends)
    acts = acts.filter(pl.col("kind") != REJECTION)
    steps = _steps(task, acts, ends)
    engagement = _engagement(task, steps)
    fits = _fits(task, told)
    entered = _entered(task, acts, ends, steps, engagement, fits)
    clocks = _clocks(task, entered, acts, ends)
    scores = _scores(leads, ends, engagement, fits)
    return Answer(
        scores.join(leads, on="lead").select(SCORES.names).to_arrow().cast(SCORES),
        entered.join(leads, on="lead").select(ENTRIES.names).to_arrow().cast(ENTRIES),
        clocks.join(leads, on="lead").select(CLOCKS.names).to_arrow().cast(CLOCKS),
    )


def _read(task: Task, log: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows asked for, sorted by lead and instant; and the leads by number."""
    columns = sorted({r.test.column for r in task.attributes + task.activities if r.test})
    kinds = {rule.kind for rule in task.activities} | {*ANSWERS, *PROGRESS, REJECTION}
    told = (
        pl.scan_parquet(log)
        .select(
            "lead_id",
            pl.col("happened_at").dt.timestamp("us").alias("moment"),
            "kind",
            *columns,
        )
        .filter(task.as_of >= MOMENT)
    )
    leads = told.select(pl.col("lead_id").unique()).with_row_index("lead").collect()
    rows = told.filter(pl.col("kind").is_in([*kinds, "lead.created", "lead.updated"]))
    numbered = rows.join(leads.lazy(), on="lead_id").drop("lead_id")
    return numbered.sort("lead", "moment").collect(), leads


def _in_episodes(rows: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Rows with the episode to which they belong; an end belongs to what it ends."""
    found = rows.join_asof(
        ends, on="moment", by="lead", allow_exact_matches=False, check_sortedness=False
    )
    return found.with_columns(EPISODE.fill_null(0))


def _steps(task: Task, acts: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Every gain and loss of points: at a row, and at each of its steps of ageing."""
    until = ends.select("lead", EPISODE - 1, MOMENT.alias("until"))
    found = acts.lazy().join(until.lazy(), on=PASSAGE, how="left")
    parts = []
    for rule in task.activities:
        hits = found.filter((pl.col("kind") == rule.kind) & _holds(rule.test))
        for age, worth in enumerate(rule.steps):
            before = rule.steps[age - 1] if age else 0
            parts.append(
                hits.select(
                    *PASSAGE,
                    pl.lit(rule.number, pl.Int32).alias("rule"),
                    pl.lit(rule.cap).alias("cap"),
                    MOMENT + age * rule.every,
                    "until",
                    pl.lit(worth - before).alias("worth"),
                    pl.lit(age == 0 and rule.points > 0).alias("qualifies"),
                )
            )
    last = pl.col("until").fill_null(task.as_of).clip(upper_bound=task.as_of)
    return pl.concat(parts).filter(last >= MOMENT).drop("until").collect()


def _engagement(task: Task, steps: pl.DataFrame) -> pl.DataFrame:
    """The points of the group at each change, each rule and then all within their limits."""
    low, high = task.engagement
    of_rule = [*PASSAGE, "rule"]
    cap = pl.col("cap")
    return (
        steps.lazy()
        .group_by([*of_rule, "cap", "moment"])
        .agg(pl.col("worth").sum())
        .sort([*of_rule, "moment"])
        .with_columns(pl.col("worth").cum_sum().over(of_rule).clip(-cap, cap).alias("counted"))
        .with_columns(
            (pl.col("counted") - pl.col("counted").shift(1, fill_value=0).over(of_rule)).alias(
                "change"
            )
        )
        .group_by([*PASSAGE, "moment"])
        .agg(pl.col("change").sum())
        .sort([*PASSAGE, "moment"])
        .select(
            *PASSAGE,
            "moment",
            pl.col("change").cum_sum().over(PASSAGE).clip(low, high).alias("engagement"),
        )
        .collect()
    )


def _fits(task: Task, told: pl.DataFrame) -> pl.DataFrame:
    """Points of the attributes known at each instant at which some were stated."""
    columns = sorted({rule.test.column for rule in task.attributes if rule.test})
    points = pl.sum_horizontal(
        pl.when(_holds(rule.test)).then(rule.points).otherwise(0) for rule in task.attributes
    )
    return (
        told.lazy()
        .filter(pl.col("kind").is_in(["lead.created", "lead.updated"]))
        .select("lead", "moment", *(pl.col(name).forward_fill().over("lead") for name in columns))
        .select("lead", "moment", points.clip(*task.fit).cast(pl.Int64).alias("fit"))
        .unique(["lead", "moment"], keep="last", maintain_order=True)
        .collect()
    )


def _entered(
    task: Task,
    acts: pl.DataFrame,
    ends: pl.DataFrame,
    steps: pl.DataFrame,
    engagement: pl.DataFrame,
    fits: pl.DataFrame,
) -> pl.DataFrame:
    """The first instant of an episode at which the score suffices and nothing bars the lead."""
    progress = acts.filter(pl.col("kind").is_in(PROGRESS)).select(*PASSAGE, "moment")
    stated = _in_episodes(fits.sort("lead", "moment"), ends).select(*PASSAGE, "moment")
    at = [*PASSAGE, "moment"]
    looks = pl.concat(
        [engagement.select(at), progress.select(at), stated.select(at)], how="vertical_relaxed"
    )
    looks = looks.unique().sort("lead", "moment")
    total = looks.join_asof(
        engagement.sort("lead", "moment"), on="moment", by=PASSAGE, check_sortedness=False
    ).join_asof(fits, on="moment", by="lead", check_sortedness=False)
    qualifying = (
        steps.filter("qualifies")
        .join(ends.rename({"moment": "began"}), on=PASSAGE)
        .filter(pl.col("began") + COOL_DOWN <= MOMENT)
        .select(at)
    )
    unlocked = (
        pl.concat([qualifying, progress.select(at)], how="vertical_relaxed")
        .group_by(PASSAGE)
        .agg(MOMENT.min().alias("unlocked"))
    )
    enough = pl.col("engagement").fill_null(0) + pl.col("fit") >= task.threshold
    free = (EPISODE == 0) | (pl.col("unlocked") <= MOMENT)
    return (
        total.join(unlocked, on=PASSAGE, how="left")
        .filter(enough & free)
        .group_by(PASSAGE)
        .agg(MOMENT.min())
    )


def _clocks(
    task: Task, entered: pl.DataFrame, acts: pl.DataFrame, ends: pl.DataFrame
) -> pl.DataFrame:
    """When sales had to answer, and whether it did."""
    due = due_at(task, entered["moment"].to_numpy())
    answers = (
        acts.filter(pl.col("kind").is_in(ANSWERS))
        .group_by(PASSAGE)
        .agg(MOMENT.alias("answered").min())
    )
    until = ends.select("lead", EPISODE - 1, MOMENT.alias("until"))
    due_time, answered, ended = pl.col("due"), pl.col("answered"), pl.col("until")
    outcome = (
        pl.when(answered <= due_time).then(pl.lit("met"))
        .when(answered.is_not_null() | (ended > due_time)).then(pl.lit("missed"))
        .when(ended.is_not_null()).then(pl.lit("rejected"))
        .when(due_time < task.as_of).then(pl.lit("overdue"))
        .otherwise(pl.lit("running"))
    )  # fmt: skip
    return (
        entered.with_columns(pl.Series("due", due))
        .join(answers, on=PASSAGE, how="left")
        .join(until, on=PASSAGE, how="left")
        .with_columns(outcome.alias("outcome"))
    )


def _scores(
    leads: pl.DataFrame, ends: pl.DataFrame, engagement: pl.DataFrame, fits: pl.DataFrame
) -> pl.DataFrame:
    """The score of each lead as of now: of the episode that is open, even one without an event."""
    last = ends.group_by("lead").agg(EPISODE.max().alias("last"))
    present = (
        engagement.join(last, on="lead", how="left")
        .filter(pl.col("last").fill_null(0) == EPISODE)
        .group_by("lead", maintain_order=True)
        .agg(pl.col("engagement").last())
    )
    fit = fits.group_by("lead", maintain_order=True).agg(pl.col("fit").last())
    total = pl.col("engagement").fill_null(0) + pl.col("fit").fill_null(0)
    return (
        leads.select("lead")
        .join(present, on="lead", how="left")
        .join(fit, on="lead", how="left")
        .select("lead", total.alias("score"))
    )


def _holds(test: Test | None) -> pl.Expr:
    if test is None:
        return pl.lit(True)
    found, column = pl.lit(True), pl.col(test.column)
    if test.one_of:
        found &= column.is_in(test.one_of)
    if test.at_least is not None:
        found &= column >= test.at_least
    if test.at_most is not None:
        found &= column <= test.at_most
    return found.fill_null(False)
