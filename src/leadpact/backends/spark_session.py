"""A session with a Spark cluster, and waiting for it."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from leadpact.backends.spark_errors import SparkError, in_a_sentence, not_begun

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Made = TypeVar("Made")

_EVERY = 0.2
_LONGEST_TO_CANCEL = 5.0
#: Its log in the terminal would stand between our own lines.
_LOG = Path(__file__).with_name("spark_log.properties")
#: Settings where there is no cluster: nothing listens where other machines could ask.
_ALONE = {
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOG.as_uri()}",
    "spark.sql.shuffle.partitions": "8",
}


def begin(master: str) -> SparkSession:
    """A session with the cluster of an address as Spark has it, such as `spark://host:7077`.

    `local[4]` is no cluster but this machine, four tasks at once. All else is taken from Spark's
    own settings. It ends with the process. Raises SparkError.
    """
    try:
        import pandas  # noqa: F401 Spark hands tables to Python through it
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        raise SparkError(
            "To evaluate on Spark, install its client first.", "pip install 'leadpact[spark]'"
        ) from None
    if not has_java():
        raise SparkError(
            "Spark needs Java, and none that runs was found on this machine.",
            "Install Java 17 or later, or let JAVA_HOME name its folder.",
        )
    asked = SparkSession.builder.appName("Leadpact").master(master)
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        for name, value in _ALONE.items():
            asked = asked.config(name, value)
    # Of pandas, which Spark warns of, nothing is asked.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    with in_a_sentence(partial(not_begun, master)):
        session = waited(asked.getOrCreate)
    atexit.register(session.stop)
    session.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", str(2**26))
    return session


def has_java() -> bool:
    """Whether there is a Java that runs: that of JAVA_HOME, or the one on the path."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    try:
        return not subprocess.run([java, "-version"], capture_output=True, check=False).returncode
    except OSError:
        return False


def waited(
    work: Callable[[], Made],
    meanwhile: Callable[[], None] | None = None,
    cancel: Callable[[], None] | None = None,
) -> Made:
    """What a work gives that waits for Spark; `meanwhile` is called now and then.

    It is done in a thread beside, so that Ctrl-C ends the waiting, and not a call in its middle;
    then `cancel` is called, and given a moment to have its effect.
    """
    made: Future[Made] = Future()

    def do() -> None:
        try:
            made.set_result(work())
        except BaseException as error:  # noqa: BLE001 whoever waits has it raised
            made.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    try:
        while not wait([made], timeout=_EVERY).done:
            if meanwhile:
                meanwhile()
    except KeyboardInterrupt:
        if cancel:
            cancel()
            wait([made], timeout=_LONGEST_TO_CANCEL)
        raise
    return made.result()
