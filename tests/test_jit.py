"""The door to the compiler: what kernels take and give, their cache, and packing."""

import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from leadpact import jit
from leadpact.jit.kernels import signature

CLOCK = np.dtype([("due", np.int64), ("state", np.int8), ("share", np.float64)], align=True)
Clocks = Annotated[jit.RecordArray, jit.Layout(CLOCK)]
THOUSANDTHS = 1000


class Worth(NamedTuple):
    table: jit.Int64Table
    cube: jit.Int8Cube


class Rows(NamedTuple):
    time: jit.Int64s
    kind: jit.UInt8s
    live: jit.Bools
    worth: Worth


@jit.inlined
def points(worth: Worth, kind: int) -> int:
    return int(worth.table[kind, 0]) * THOUSANDTHS + int(worth.cube[0, 0, kind])


@jit.kernel
def total(rows: Rows, until: int) -> int:
    score = 0
    for i in range(len(rows.time)):
        if rows.live[i] and rows.time[i] <= until:
            score += points(rows.worth, int(rows.kind[i]))
    return score


@jit.kernel
def tick(clocks: Clocks, by: int, factor: float) -> None:
    for i in range(len(clocks)):
        clocks[i].due += by
        clocks[i].state = 2
        clocks[i].share = clocks[i].share * factor


@jit.kernel
def first_after(times: jit.Int64s, t: int) -> tuple[int, bool]:
    for i in range(len(times)):
        if times[i] > t:
            return i, True
    return -1, False


def rows() -> Rows:
    worth = jit.pack_into(
        Worth, table=np.array([[1, 0], [20, 0]]), cube=np.array([[[3, 4]]], np.int8)
    )
    return jit.pack_into(
        Rows, time=[10, 20, 30], kind=[0, 1, 1], live=[True, True, False], worth=worth
    )


def test_kernels_call_kernels_and_see_constants() -> None:
    answer = total(rows(), 25)
    assert answer == 1003 + 20_004
    assert type(answer) is int


def test_compiled_and_plain_agree() -> None:
    assert total(rows(), 10) == total.python(rows(), 10)
    assert first_after(np.array([5, 8]), 5) == first_after.python(np.array([5, 8]), 5) == (1, True)


def test_records_are_read_and_written_by_attribute() -> None:
    clocks = jit.empty_records(CLOCK, 3)
    clocks.share = 0.5
    tick(clocks, 7, 0.5)
    plain = jit.empty_records(CLOCK, 3)
    plain.share = 0.5
    tick.python(plain, 7, 0.5)
    assert clocks.tolist() == plain.tolist() == [(7, 2, 0.25)] * 3


def test_a_kernel_is_ready_after_it_was_compiled() -> None:
    jit.compile_now(first_after)
    assert first_after.ready
    assert jit.is_cached(first_after)


def test_a_kernel_travels_by_name() -> None:
    assert pickle.loads(pickle.dumps(jit_example())) is jit_example()


def jit_example() -> Any:
    from leadpact.calendars.kernels import add_working

    return add_working


def test_arguments_without_a_type_are_named() -> None:
    def loose(a: int, b, c) -> int:  # type: ignore[no-untyped-def]
        return a

    with pytest.raises(TypeError, match="annotate b, c"):
        signature(loose)


def test_arguments_of_other_types_are_refused() -> None:
    def wrong(a: dict[str, int]) -> int:
        return 0

    with pytest.raises(TypeError, match="cannot be of the type"):
        signature(wrong)


# The cache: a package of two files, one calling the other, run in processes of their own.

PACKAGE = {
    "__init__.py": "",
    "inner.py": """
        from leadpact import jit
        from toy.numbers import FACTOR
        @jit.kernel
        def scaled(x: int) -> int:
            return x * FACTOR + 1
        """,
    "numbers.py": "FACTOR = 10",
    "outer.py": """
        from leadpact import jit
        from toy.inner import scaled
        @jit.kernel
        def answer(x: int) -> int:
            return scaled(x) + 1
        """,
    "main.py": """
        import warnings
        from leadpact import jit
        from toy.outer import answer
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            cached = jit.is_cached(answer)
            print(cached, answer(4), [str(each.message)[:22] for each in said])
        """,
}


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    for name, text in PACKAGE.items():
        write(tmp_path, name, textwrap.dedent(text))
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / "toy").mkdir(exist_ok=True)
    (root / "toy" / name).write_text(text)


def run(root: Path, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}
    inherited |= {"LEADPACT_CACHE": str(root / "cache"), "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", "toy.main"],
        env={**inherited, "LEADPACT_JIT": "on", **environment},
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_second_process_finds_the_first_ones_work(toy: Path) -> None:
    assert run(toy) == "False 42 []"
    assert run(toy) == "True 42 []"


def test_what_is_kept_needs_no_compiling_of_what_it_calls(toy: Path) -> None:
    watched = """
        from leadpact.jit import kernels
        compiled = []
        build = kernels._with_compiled_callees
        kernels._with_compiled_callees = lambda each: compiled.append(each.__name__) or build(each)
        """
    program = textwrap.dedent(watched) + (toy / "toy" / "main.py").read_text()
    write(toy, "main.py", program + "print(*compiled)")
    assert run(toy).splitlines() == ["False 42 []", "answer scaled"]
    assert run(toy).splitlines() == ["True 42 []"]


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_damaged_code_is_compiled_again(toy: Path, ending: str) -> None:
    run(toy)
    (kept,) = (toy / "cache").rglob(f"outer.answer-*.{ending}")
    kept.write_bytes(kept.read_bytes()[:40])
    assert run(toy) == "True 42 []"
    assert run(toy) == "True 42 []"


def test_a_full_disk_costs_the_cache_and_no_answer(toy: Path) -> None:
    full = """
        import errno, os
        from numba.core import caching
        def refused(*_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        caching.IndexDataCacheFile.save = refused
        """
    program = (toy / "toy" / "main.py").read_text()
    write(toy, "main.py", textwrap.dedent(full) + program)
    assert run(toy) == "False 42 ['Compiled code could no']"


@pytest.mark.parametrize("file", ["inner.py", "numbers.py"])
def test_an_edited_file_never_leaves_a_stale_answer(toy: Path, file: str) -> None:
    assert run(toy) == "False 42 []"
    edited = (toy / "toy" / file).read_text().replace("10", "20").replace("+ 1", "+ 41")
    write(toy, file, edited)
    assert run(toy) == "False 82 []"


def test_without_a_writable_folder_it_compiles_and_says_so(toy: Path) -> None:
    blocked = str(toy / "toy" / "main.py" / "nowhere")
    program = (toy / "toy" / "main.py").read_text()
    nowhere = f"""
        from pathlib import Path
        from leadpact.jit import caching
        caching.candidate_folders = lambda: [Path({blocked!r})]
        """
    write(toy, "main.py", textwrap.dedent(nowhere) + program)
    assert run(toy) == "False 42 ['No folder is writable ']"


def test_switched_off_it_is_plain_python(toy: Path) -> None:
    for switch in ({"LEADPACT_JIT": "off"}, {"NUMBA_DISABLE_JIT": "1"}):
        assert run(toy, **switch) == "True 42 []"
    assert not (toy / "cache").exists()


# Packing.


def test_packing_shares_memory_that_fits() -> None:
    column = np.arange(4)
    assert jit.pack(column, np.int64) is column


def test_packing_makes_contiguous_and_writable() -> None:
    strided, frozen = np.arange(8)[::2], np.arange(4)
    frozen.flags.writeable = False
    for column in (strided, frozen):
        packed = jit.pack(column, np.int64)
        assert packed.flags.c_contiguous
        assert packed.flags.writeable
        assert packed.tolist() == column.tolist()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, None, 3]),
        pa.chunked_array([[1], [None, 3]]),
        np.ma.masked_array([1, 2, 3], mask=[False, True, False]),
        np.array([1.0, np.nan, 3.0]),
    ],
    ids=["arrow", "chunked", "masked", "nan"],
)
def test_missing_values_need_a_filling(column: Any) -> None:
    with pytest.raises(jit.PackError, match="1 missing value"):
        jit.pack(column, np.int64)
    assert jit.pack(column, np.int64, fill=-1).tolist() == [1, -1, 3]


def test_instants_become_microseconds() -> None:
    moments = np.array(["1970-01-01T00:00:01", "NaT"], "M8[s]")
    assert jit.pack(moments, np.int64, fill=0).tolist() == [1_000_000, 0]
    arrow = pa.array([1, 2], pa.timestamp("ms", tz="UTC"))
    assert jit.pack(arrow, np.int64).tolist() == [1000, 2000]
    with pytest.raises(jit.PackError, match="missing"):
        jit.pack(moments, np.int64)


@pytest.mark.parametrize(
    ("column", "dtype"),
    [([300], np.uint8), ([-1], np.uint32), ([1.5], np.int64), (["a"], np.int64), ([2], np.bool_)],
)
def test_values_that_would_change_are_refused(column: Any, dtype: Any) -> None:
    with pytest.raises(jit.PackError, match=r"cannot (become|hold)|that .* cannot hold"):
        jit.pack(column, dtype)


def test_missing_numbers_stay_missing_as_floats() -> None:
    assert np.isnan(jit.pack(np.array([np.nan], np.float32), np.float64)[0])


def test_a_bundle_names_the_field_that_does_not_fit() -> None:
    with pytest.raises(jit.PackError, match="table: 1 dimensions instead of 2"):
        jit.pack_into(Worth, table=[1, 2], cube=np.zeros((1, 1, 1), np.int8))
    with pytest.raises(jit.PackError, match=r"cube: .* cannot hold"):
        jit.pack_into(Worth, table=[[1]], cube=[[[300]]])
    with pytest.raises(TypeError, match="differing: cube, tabel"):
        jit.pack_into(Worth, table=[[1]], tabel=[[1]])
