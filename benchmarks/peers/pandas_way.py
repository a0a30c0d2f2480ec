"""pandas: the same steps as frames, with categories for texts and NumPy where that is faster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

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

PASSAGE = ["lead", "episode"]
STATING = ["lead.created", "lead.updated"]


def answer(task: Task, log: Path) -> Answer:
    """Compute all of it from the file."""
    told, names = _read(task, log)
    ends = told.loc[told.kind == REJECTION, ["lead", "moment"]].drop_duplicates()
    ends["episode"] = ends.groupby("lead").cumcount() + 1
    acts = _in_episodes(told[~told.kind.isin([*STATING, REJECTION])], ends)
    steps = _steps(task, acts, ends)
    engagement = _engagement(task, steps)
    fits = _fits(task, told)
    entered = _entered(task, acts, ends, steps, engagement, fits)
    clocks = _clocks(task, entered, acts, ends)
    scores = _scores(len(names), ends, engagement, fits)
    return Answer(
        _named(scores, names, SCORES),
        _named(entered, names, ENTRIES),
        _named(clocks, names, CLOCKS),
    )


def _named(frame: pd.DataFrame, names: pd.Index, schema: pa.Schema) -> pa.Table:
    told = frame.assign(lead_id=names.take(frame.lead))
    return pa.Table.from_pandas(told[schema.names], preserve_index=False).cast(schema)


def _read(task: Task, log: Path) -> tuple[pd.DataFrame, pd.Index]:
    """The rows asked for, sorted by lead and instant; and the leads by number."""
    tests = [rule.test for rule in task.attributes + task.activities if rule.test]
    texts = ["kind", *sorted({test.column for test in tests if test.one_of})]
    numbers = sorted({test.column for test in tests} - set(texts))
    columns = ["lead_id", "happened_at", *texts, *numbers]
    told = pq.read_table(log, columns=columns, read_dictionary=["lead_id", *texts]).to_pandas()
    told["moment"] = told.pop("happened_at").astype("datetime64[us, UTC]").astype(np.int64)
    lead = told.pop("lead_id").cat
    told["lead"] = lead.codes.astype(np.int64)
    kinds = {rule.kind for rule in task.activities} | {*STATING, *ANSWERS, *PROGRESS, REJECTION}
    told = told[told.kind.isin(kinds) & (told.moment <= task.as_of)]
    order = np.lexsort((told.moment.to_numpy(), told.lead.to_numpy()))
    return told.take(order), lead.categories


def _in_episodes(rows: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Rows with the episode to which they belong; an end belongs to what it ends."""
    found = pd.merge_asof(
        rows.sort_values("moment"),
        ends.sort_values("moment"),
        on="moment",
        by="lead",
        allow_exact_matches=False,
    )
    found["episode"] = found.episode.fillna(0).astype(np.int64)
    return found


def _steps(task: Task, acts: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Every gain and loss of points: at a row, and at each of its steps of ageing."""
    until = ends.assign(episode=ends.episode - 1).rename(columns={"moment": "until"})
    found = acts.merge(until, on=PASSAGE, how="left")
    found["until"] = found.until.fillna(task.as_of).clip(upper=task.as_of).astype(np.int64)
    parts = []
    for rule in task.activities:
        hits = found.loc[
            (found.kind == rule.kind) & _holds(found, rule.test), [*PASSAGE, "moment", "until"]
        ]
        for age, worth in enumerate(rule.steps):
            moment = hits.moment + age * rule.every
            parts.append(
                hits.assign(
                    moment=moment,
                    rule=rule.number,
                    cap=rule.cap,
                    worth=worth - (rule.steps[age - 1] if age else 0),
                    qualifies=age == 0 and rule.points > 0,
                )[moment <= hits.until]
            )
    return pd.concat(parts, ignore_index=True)


def _engagement(task: Task, steps: pd.DataFrame) -> pd.DataFrame:
    """The points of the group at each change, each rule and then all within their limits."""
    of_rule = [*PASSAGE, "rule"]
    summed = (
        steps.groupby([*of_rule, "moment"], sort=True)
        .agg(worth=("worth", "sum"), cap=("cap", "first"))
        .reset_index()
    )
    counted = summed.groupby(of_rule).worth.cumsum().clip(-summed.cap, summed.cap)
    before = counted.groupby([summed[name] for name in of_rule]).shift(1, fill_value=0)
    summed["change"] = counted - before
    together = summed.groupby([*PASSAGE, "moment"], sort=True).change.sum().reset_index()
    together["engagement"] = together.groupby(PASSAGE).change.cumsum().clip(*task.engagement)
    return together.drop(columns="change")


def _fits(task: Task, told: pd.DataFrame) -> pd.DataFrame:
    """Points of the attributes known at each instant at which some were stated."""
    stated = told[told.kind.isin(STATING)]
    columns = sorted({rule.test.column for rule in task.attributes if rule.test})
    known = stated[columns].groupby(stated.lead).ffill()
    points: Any = sum(_holds(known, rule.test) * rule.points for rule in task.attributes)
    fits = stated[["lead", "moment"]].assign(fit=points.clip(*task.fit))
    return fits.drop_duplicates(["lead", "moment"], keep="last")


def _entered(
    task: Task,
    acts: pd.DataFrame,
    ends: pd.DataFrame,
    steps: pd.DataFrame,
    engagement: pd.DataFrame,
    fits: pd.DataFrame,
) -> pd.DataFrame:
    """The first instant of an episode at which the score suffices and nothing bars the lead."""
    at = [*PASSAGE, "moment"]
    progress = acts.loc[acts.kind.isin(PROGRESS), at]
    stated = _in_episodes(fits[["lead", "moment"]], ends)[at]
    looks = pd.concat([engagement[at], progress, stated]).drop_duplicates().sort_values("moment")
    total = pd.merge_asof(looks, engagement.sort_values("moment"), on="moment", by=PASSAGE)
    total = pd.merge_asof(total, fits.sort_values("moment"), on="moment", by="lead")
    began = ends.rename(columns={"moment": "began"})
    qualifying = steps[steps.qualifies].merge(began, on=PASSAGE)
    qualifying = qualifying.loc[qualifying.moment >= qualifying.began + COOL_DOWN, at]
    free = pd.concat([qualifying, progress]).groupby(PASSAGE).moment.min().rename("unlocked")
    total = total.merge(free.reset_index(), on=PASSAGE, how="left")
    enough = total.engagement.fillna(0) + total.fit >= task.threshold
    found = total[enough & ((total.episode == 0) | (total.moment >= total.unlocked))]
    return found.groupby(PASSAGE).moment.min().reset_index()


def _clocks(
    task: Task, entered: pd.DataFrame, acts: pd.DataFrame, ends: pd.DataFrame
) -> pd.DataFrame:
    """When sales had to answer, and whether it did."""
    answers = acts[acts.kind.isin(ANSWERS)].groupby(PASSAGE).moment.min().rename("answered")
    until = ends.assign(episode=ends.episode - 1).rename(columns={"moment": "until"})
    found = entered.merge(answers.reset_index(), on=PASSAGE, how="left")
    found = found.merge(until, on=PASSAGE, how="left")
    found["due"] = due_at(task, found.moment.to_numpy())
    found["outcome"] = np.select(
        [
            found.answered <= found.due,
            found.answered.notna() | (found.until > found.due),
            found.until.notna(),
            found.due < task.as_of,
        ],
        ["met", "missed", "rejected", "overdue"],
        "running",
    )
    return found


def _scores(
    leads: int, ends: pd.DataFrame, engagement: pd.DataFrame, fits: pd.DataFrame
) -> pd.DataFrame:
    """The score of each lead as of now: of the episode that is open, even one without an event."""
    everyone = pd.RangeIndex(leads, name="lead")
    last = ends.groupby("lead").episode.max().reindex(everyone, fill_value=0)
    present = engagement[engagement.episode == last.to_numpy()[engagement.lead]]
    points = present.groupby("lead").engagement.last().reindex(everyone, fill_value=0)
    fit = fits.groupby("lead").fit.last().reindex(everyone, fill_value=0)
    return (points + fit).rename("score").reset_index()


def _holds(frame: pd.DataFrame, test: Test | None) -> pd.Series:
    found = pd.Series(True, frame.index)
    if test is None:
        return found
    column = frame[test.column]
    if test.one_of:
        found &= column.isin(test.one_of)
    if test.at_least is not None:
        found &= column >= test.at_least
    if test.at_most is not None:
        found &= column <= test.at_most
    return found
