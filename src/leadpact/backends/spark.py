"""Evaluates a log on a Spark cluster, part by part, each of them on any of its machines."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pyarrow.parquet as pq

from leadpact.backends import spark_work
from leadpact.backends.binding import Bonds, NotApartError, bonds_of
from leadpact.backends.parted import Answer, Parted, Question, Tell
from leadpact.backends.rooms import new_room
from leadpact.backends.spark_errors import in_a_sentence
from leadpact.backends.spark_session import waited
from leadpact.backends.spark_work import Work

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import DataFrame, Row, SparkSession

#: A part of so many rows takes some hundred megabytes of a worker; there are enough to share out.
ROWS_OF_A_PART = 1_000_000
_EVERY = 0.3


@dataclass(frozen=True, eq=False)
class OnSpark(Parted):
    """The parts lie on the machines of a cluster; they go when nobody uses them any more."""

    parts: int
    dealt: DataFrame
    work: Work

    def answers(self, question: Question, tell: Tell) -> Iterator[Answer]:
        """All parts at once, as far as there are machines; their answers come one after another."""
        answers = _kept(
            self.dealt.mapInArrow(partial(self.work.answer, question), spark_work.ANSWERS)
        )
        _do(answers, self.parts, tell)
        yield from spark_work.answered(_one_by_one(answers))
        # Where something goes wrong before, it goes with the session.
        answers.unpersist()


def deal(
    log: Any, session: SparkSession, parts: int | None = None, *, tell: Tell | None = None
) -> OnSpark:
    """Deal a data set of Parquet files, which all machines see under the same paths, to parts.

    By default there are as many as tasks run at once, or more where each would have more than
    ROWS_OF_A_PART rows. Raises NotApartError for a log that cannot be parted, SparkError.
    """
    tell = tell or _nobody
    rows = int(log.count_rows())
    work = Work(log.schema, int(session.conf.get("spark.task.cpus", "1") or 1))
    stretches = stretches_of(log, session)
    bound = bonds_of_stretches(stretches, work)
    # By now the workers have come of which a new session does not know yet.
    several = parts or max(session.sparkContext.defaultParallelism, -(-rows // ROWS_OF_A_PART))
    dealt = _kept(
        stretches.mapInArrow(
            partial(work.dealt, bound, several), spark_work.PIECES
        ).repartitionById(several, "part")
    )
    _do(dealt, several, tell)
    room = new_room()
    found = OnSpark(log, room.path, several, dealt, work)
    weakref.finalize(found, room.leave)
    # The cluster itself lets go of everything when this process ends.
    weakref.finalize(found, dealt.unpersist).atexit = False
    return found


def stretches_of(log: Any, session: SparkSession) -> DataFrame:
    """Row groups of the files of a log, each to be read by one task."""
    found: list[tuple[str, int, int, int]] = []
    first = 0
    for file in log.files:
        about = pq.read_metadata(file)
        for group in range(about.num_row_groups):
            found.append((os.path.abspath(file), group, first, len(found)))
            first += about.row_group(group).num_rows
    frame = session.createDataFrame(found, spark_work.STRETCHES)
    return frame.repartitionById(max(1, len(found)), "number")


def bonds_of_stretches(stretches: DataFrame, work: Work) -> Bonds:
    """What binds the leads of a log; only what several of them share leaves the cluster.

    Raises NotApartError, SparkError.
    """
    from pyspark.sql import functions as f

    ties = _kept(stretches.mapInArrow(work.ties, spark_work.TIES))
    shared = ties.groupBy("by", "tie").agg(
        f.min("unit").alias("one"),
        f.max("unit").alias("other"),
        (f.count("*") > f.count("unit")).alias("of_all"),
    )
    shared = _kept(shared.where("one <> other or (of_all and one is not null)"))
    bound = ties.join(shared, ["by", "tie"]).where("unit <> one").select("one", "unit").distinct()
    with in_a_sentence():
        if waited(shared.where("of_all").limit(1).count):
            raise NotApartError
        pairs = waited(bound.toArrow)
    shared.unpersist()
    ties.unpersist()
    columns = [pairs[name].to_numpy().view(np.uint64) for name in ("one", "unit")]
    return bonds_of(np.column_stack(columns))


def _one_by_one(frame: DataFrame) -> Iterator[Row]:
    """The rows of a frame, of which the driver holds few at a time. Raises SparkError."""
    with in_a_sentence():
        rows = waited(frame.toLocalIterator)
        while (row := waited(partial(next, rows, None))) is not None:
            yield row


def _kept(frame: DataFrame) -> DataFrame:
    """A frame that is made once, and kept on the disks of those who made it."""
    from pyspark import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def _do(frame: DataFrame, tasks: int, tell: Tell) -> None:
    """Make a frame of so many parts, telling how many are done; an interruption ends that too.

    Raises SparkError.
    """
    context = frame.sparkSession.sparkContext
    group = f"leadpact {uuid4()}"
    done = _Done(context, group, tasks)

    def make() -> None:
        # A thread's jobs are of its own group.
        context.setJobGroup(group, "Leadpact", interruptOnCancel=True)
        frame.count()

    with in_a_sentence(), done:
        waited(make, lambda: tell(done.tasks, tasks), partial(context.cancelJobGroup, group))


class _Done:
    """How many of a group's tasks are done, looked up now and then in a thread beside."""

    def __init__(self, context: SparkContext, group: str, of: int) -> None:
        self.tasks = 0
        self._tracker, self._group, self._of = context.statusTracker(), group, of
        self._over = threading.Event()

    def __enter__(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self.tasks = max(self.tasks, self._count())

    def _count(self) -> int:
        """Those of the stage that has as many tasks as there are parts."""
        look = self._tracker
        jobs = [look.getJobInfo(job) for job in look.getJobIdsForGroup(self._group)]
        stages = [look.getStageInfo(stage) for job in jobs if job for stage in job.stageIds]
        done = (each.numCompletedTasks for each in stages if each and each.numTasks == self._of)
        return max(done, default=0)


def _nobody(_number: int, _of: int) -> None:
    """Nobody is told."""
