"""What can be wrong with a cluster, in a sentence and a way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class SparkError(Exception):
    """Why a cluster cannot be used, and what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


_MORE = "LEADPACT_TRACEBACK=1 shows all that Spark said."


@contextmanager
def in_a_sentence(told: Callable[[Exception], SparkError] | None = None) -> Iterator[None]:
    """Let what goes wrong in Spark be told as a SparkError, by default that of `failed`."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise (told or failed)(error) from error


def not_begun(master: str, error: Exception) -> SparkError:
    """Why there is no session with a cluster."""
    return SparkError(
        f"Spark did not begin with the master “{master}”: {reason(error)}.",
        "Write it as Spark does, such as spark://host:7077, yarn or local[4].",
    )


def failed(error: Exception) -> SparkError:
    """What a failure in the cluster says to a user."""
    text = str(error)
    if "No module named 'leadpact'" in text:
        return SparkError(
            "The workers of the cluster do not know Leadpact.",
            "Install the same version of leadpact in the Python of every worker (PYSPARK_PYTHON).",
        )
    if "FileNotFoundError" in text:
        return SparkError(
            "A worker of the cluster does not see the files of the log.",
            "Keep them in a folder that all machines see under the same path.",
        )
    return SparkError(f"The cluster could not do it: {reason(error)}.", _MORE)


#: What Spark says in words that nobody would guess the meaning of.
_MEANINGS = {
    "stopped SparkContext": "nobody answers there",
    "JAVA_GATEWAY_EXITED": "it ended at once, as its lines above say",
}


def reason(error: Exception) -> str:
    """The line that says why; those around it say where in whose code."""
    text = str(error)
    for sign, meaning in _MEANINGS.items():
        if sign in text:
            return meaning
    said = [line.strip(" :") for line in text.splitlines() if line.strip(" :")]
    named = [line for line in said if re.match(r"[\w.: ]*(Error|Exception): \S", line)]
    return (named or said or ["no reason given"])[-1 if named else 0][:300].rstrip(".")
