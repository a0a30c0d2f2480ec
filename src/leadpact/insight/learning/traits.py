"""What leads had and did before their moment, as traits that conditions can ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.engine.earlier import LATELY_DAYS
from leadpact.engine.metrics.aggregate import ENOUGH, interval
from leadpact.engine.metrics.records import OF_LEADS
from leadpact.engine.values import read
from leadpact.insight.learning.cases import Cases

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
Condition = Mapping[str, Any]

#: Of an attribute so many values are looked at, the most common.
MOST_VALUES = 30
#: An act is also looked at when it was done so often.
OFTEN = 3
#: A value that is longer, or has signs that cannot be printed, is no choice from a list.
_LONGEST = 60
#: Traits of acts with a value of a property; of more the rarest are left out.
_MOST_ACTS = 150
#: Attributes that name a person or company; they are never looked at.
_NAMES = (
    "email", "phone", "name", "firstname", "lastname", "company", "company_id", "domain", "owner",
    "website", "address", "street", "zip", "postcode", "ip", "visitor", "note", "notes",
    "comment", "message",
)  # fmt: skip
#: Attributes that tell what somebody is by birth, belief or state of life.
_PROTECTED = (
    "gender", "sex", "birth", "race", "ethnic", "religio", "nationality", "marital",
    "married", "children", "disab", "health", "salutation", "union", "orientation",
)  # fmt: skip
#: With so much more of it among customers than among others, an attribute was filled afterwards.
_FILLED_AFTERWARDS = 0.5
#: A value of which so many, at the least, became customers, with odds so many times those of all,
#: knows the answer, if so many of all customers have it. First touch is told beforehand.
_KNOWS_THE_ANSWER, _BEYOND_BELIEF, _NO_RARE_ONE = 0.8, 30, 0.1
#: An order of numbers so close to that of time is that of a running number.
_RUNNING = 0.95


@dataclass(frozen=True, eq=False)
class Trait:
    """Something that leads have or did: `has` it, of those of whom it is `known`.

    `when` asks for it in the language of agreements. `of` is the attribute or act that it is about;
    `times` and `lately` say of an act how often, and how often of late.
    """

    name: str
    of: str
    when: Condition
    has: Flags
    known: Flags
    times: Counts | None = None
    lately: Counts | None = None

    @property
    def is_act(self) -> bool:
        """Whether it is something that was done."""
        return self.times is not None


@dataclass(frozen=True)
class Traits:
    """All traits, and the attributes that are not used, each with why; `types` of those used."""

    found: Sequence[Trait]
    left_out: Mapping[str, str]
    types: Mapping[str, str]


def traits(cases: Cases, properties: Mapping[str, str]) -> Traits:
    """The traits of leads: values of closed attributes, numbers from a bound on, acts.

    `properties` are the types of properties of acts that the agreement knows; others are texts.

    Left out are names and free text, what tells of a person, running numbers, and attributes that
    know the answer: filled for customers above all, or with a value that nearly all of them have.
    """
    left_out: dict[str, str] = {}
    types: dict[str, str] = {}
    found: list[Trait] = []
    for name in cases.known.attributes.column_names:
        column = cases.known.attributes[name]
        known = pc.is_valid(column).to_numpy()
        if not known.any():
            continue
        why = _not_to_be_used(name, column)
        if not why:
            made, kind, why = _of_attribute(name, column, cases)
        why = why or _knows_the_answer(name, made, known, cases.won)
        if why:
            left_out[name] = why
        elif made:
            types[name] = kind
            found += made
    return Traits([*_once([*found, *_acts(cases, properties)])], left_out, types)


def _once(found: Sequence[Trait]) -> Iterator[Trait]:
    """Of traits that the very same leads have, or that are called the same, the first."""
    seen: set[bytes | str] = set()
    for each in found:
        count, name = int(each.has.sum()), each.name.casefold()
        key = np.packbits(each.has).tobytes() + np.packbits(each.known).tobytes()
        if not seen & {key, name} and 0 < count < int(each.known.sum()):
            seen |= {key, name}
            yield each


# -------------------------------------------------------------------------------------- attributes


def _not_to_be_used(name: str, column: pa.ChunkedArray) -> str:
    plain = name.casefold().replace(" ", "_").replace("-", "_")
    words = plain.split("_")
    told = pa.types.is_string(column.type)
    if plain in _NAMES or (told and {"email", "phone", "name"} & set(words)):
        return "names somebody"
    if "age" in words or any(word.startswith(_PROTECTED) for word in words):
        return "tells of the person"
    if pa.types.is_date(column.type):
        return "is a date"
    return ""


def _of_attribute(name: str, column: pa.ChunkedArray, cases: Cases) -> tuple[list[Trait], str, str]:
    """Its traits, its type, and why it is not used."""
    if pa.types.is_boolean(column.type):
        known = pc.is_valid(column).to_numpy()
        yes = pc.fill_null(column, False).to_numpy()
        made = [
            Trait(
                f"{name}: {word}", name, {"field": name, "is": value}, known & (yes == value), known
            )
            for word, value in (("yes", True), ("no", False))
        ]
        return made[:1], "boolean", ""
    numbers = _numbers(column)
    if numbers is not None:
        if _runs_with_time(numbers, cases.moment):
            return [], "number", "is a running number"
        return _bounds(name, numbers), "number", ""
    return _values(name, column)


def _numbers(column: pa.ChunkedArray) -> Numbers | None:
    """A column of numbers, or of texts that all are numbers and many; NaN where unknown."""
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return np.asarray(column.cast(pa.float64()).to_numpy(), float)
    texts = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if len(texts.dictionary) <= MOST_VALUES:
        return None
    told = [read(each, "number") for each in texts.dictionary.to_pylist()]
    if any(each is None for each in told):
        return None
    places = texts.indices.fill_null(-1).to_numpy()
    numbers: Numbers = np.array([*told, np.nan], float)[places]
    return numbers


def _runs_with_time(numbers: Numbers, moment: Counts) -> bool:
    from scipy.stats import spearmanr

    known = np.isfinite(numbers)
    distinct = len(np.unique(numbers[known]))
    if known.sum() < ENOUGH or distinct < 0.9 * known.sum() or len(np.unique(moment)) < 2:
        return False
    return abs(float(spearmanr(numbers[known], moment[known]).statistic)) > _RUNNING


def _bounds(name: str, numbers: Numbers) -> list[Trait]:
    known = np.isfinite(numbers)
    if len(np.unique(numbers[known])) < 2:
        return []
    cuts = sorted({_round(float(q)) for q in np.quantile(numbers[known], (0.25, 0.5, 0.75, 0.9))})
    return [
        Trait(
            f"{name}: {_said(cut)} or more",
            name,
            {"field": name, "at_least": _plain(cut)},
            known & (np.nan_to_num(numbers, nan=-np.inf) >= cut),
            known,
        )
        for cut in cuts
    ]


def _round(number: float) -> float:
    """The number to two digits, as a person would set a bound."""
    if not number:
        return 0.0
    digits = 1 - math.floor(math.log10(abs(number)))
    return round(number, digits)


def _plain(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _said(number: float) -> str:
    return f"{_plain(number):,}"


def _values(name: str, column: pa.ChunkedArray) -> tuple[list[Trait], str, str]:
    texts = column.cast(pa.string()).combine_chunks().dictionary_encode()
    spelt = texts.dictionary.to_pylist()
    places = texts.indices.fill_null(len(spelt)).to_numpy()
    known = places < len(spelt)
    common = np.bincount(places[known], minlength=len(spelt))
    groups: dict[str, list[int]] = {}
    for place in np.argsort(-common, kind="stable"):
        groups.setdefault(spelt[place].strip().casefold(), []).append(int(place))
    large = [key for key, own in groups.items() if key and common[own].sum() >= ENOUGH]
    if not all(map(_is_choice, large)):
        return [], "text", "is free text"
    covered = sum(int(common[groups[key]].sum()) for key in large)
    if covered < 0.5 * known.sum():
        return [], "text", "has too many different values"
    if any("@" in key for key in large):
        return [], "text", "names somebody"
    made = []
    for key in large[:MOST_VALUES]:
        value = spelt[groups[key][0]].strip()
        has = np.isin(places, groups[key])
        made.append(Trait(f"{name}: {value}", name, {"field": name, "is": value}, has, known))
    return made, "text", ""


def _is_choice(value: str) -> bool:
    return len(value) <= _LONGEST and value.isprintable()


def _knows_the_answer(name: str, made: Sequence[Trait], known: Flags, won: Flags) -> str:
    more = float(known[won].mean() - known[~won].mean()) if won.any() and (~won).any() else 0.0
    if more > _FILLED_AFTERWARDS:
        return "is filled for customers above all, so probably afterwards"
    for each in made if name not in OF_LEADS else ():
        n, customers = int(each.has.sum()), int((each.has & won).sum())
        least = interval(customers, n)[0]
        if (
            customers >= _NO_RARE_ONE * won.sum()
            and least > _KNOWS_THE_ANSWER
            and _odds(least) > _BEYOND_BELIEF * _odds(float(won.mean()))
        ):
            return f"knows the answer: nearly all with “{each.name}” became customers"
    return ""


def _odds(share: float) -> float:
    return share / max(1 - share, 1e-9)


# -------------------------------------------------------------------------------------------- acts


def _acts(cases: Cases, properties: Mapping[str, str]) -> Iterator[Trait]:
    acts, count = cases.known.acts, len(cases)
    everybody = np.ones(count, np.bool_)
    keys = acts.select(["kind", "property", "value"])
    groups = keys.group_by(keys.column_names, use_threads=False).aggregate([([], "count_all")])
    common = groups.filter(pc.greater_equal(groups["count_all"], ENOUGH)).sort_by(
        [("count_all", "descending"), ("kind", "ascending"), ("property", "ascending"),
         ("value", "ascending")]
    )  # fmt: skip
    rows = [
        row
        for row in common.to_pylist()
        if properties.get(row["property"], "text") in ("text", "boolean")
        and _is_choice(row["value"])
        and _is_choice(row["kind"])
    ]
    alone = [row for row in rows if not row["property"]]
    for row in [*alone, *[row for row in rows if row["property"]][:_MOST_ACTS]]:
        same = (pc.equal(acts[name], row[name]) for name in keys.column_names)
        own = acts.filter(reduce(pc.and_, same))
        times, lately = np.zeros(count, np.int64), np.zeros(count, np.int64)
        times[own["n"].to_numpy()] = own["times"].to_numpy()
        lately[own["n"].to_numpy()] = own["lately"].to_numpy()
        is_flag = properties.get(row["property"]) == "boolean"
        value = read(row["value"], "boolean") if is_flag else row["value"]
        if value is not None:
            yield from _of_act(row["kind"], row["property"], value, times, lately, everybody)


def _of_act(
    kind: str, name: str, value: str | bool, times: Counts, lately: Counts, everybody: Flags
) -> Iterator[Trait]:
    told = ("yes" if value else "no") if isinstance(value, bool) else value
    said = kind.replace("_", " ") + (f" ({name}: {told})" if name else "")
    when: dict[str, Any] = {"event": kind}
    if name:
        when["where"] = {name: value}
    of = f"{kind} {name}={value}"
    yield Trait(said, of, when, times >= 1, everybody, times, lately)
    if name:
        return
    often, many = {**when, "count": OFTEN}, times >= OFTEN
    yield Trait(f"{said} {OFTEN} times or more", of, often, many, everybody, times, lately)
    recent = {**when, "within": f"{LATELY_DAYS} days"}
    yield Trait(
        f"{said} in the last {LATELY_DAYS} days", of, recent, lately >= 1, everybody, times, lately
    )
