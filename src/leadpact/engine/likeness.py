"""Leads that may be one person, by how alike names, numbers, companies and mailboxes are.

Splink weighs the evidence by the model of Fellegi and Sunter: each comparison speaks for or against
by how much more often it comes out so among records of one person than among those of two. The odds
are fixed, but for how common a value is: that many are called so, or work there, weakens that two
agree. So the same leads give the same proposals; nothing else is learned, and nothing merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from leadpact.engine import identity

#: How much the evidence for one person must outweigh that against it, in doublings of the odds.
LEAST_WEIGHT = 0.0
#: Of records taken at random so few pairs are one person.
_PRIOR = 0.0001
#: More leads than this under one company or domain are compared by whole name or number alone.
_MOST_IN_A_BLOCK = 200
_COLUMNS = ("lead_id", "person", "initials", "phone", "company", "domain", "mailbox", "local")


class Alike(NamedTuple):
    """Two leads that may be one: the earlier, the later, in doublings of the odds how surely, and
    why in words."""

    first: str
    second: str
    weight: float
    because: str


class _Level(NamedTuple):
    """An outcome of a comparison: among pairs of one person and of two it comes out so often.

    Where `common` names a column, the second is that of a value as common as usual.
    """

    sql: str
    one: float
    two: float
    words: str = ""
    common: str = ""


_OTHERWISE = "ELSE"
_COMPARISONS: Mapping[str, Sequence[_Level]] = {
    "person": (
        _Level('"person_l" = "person_r"', 0.75, 0.002, "the same name", "person"),
        _Level('jaro_winkler_similarity("person_l", "person_r") >= 0.92', 0.20, 0.004,
               "nearly the same name"),
        _Level(_OTHERWISE, 0.05, 0.994),
    ),
    "phone": (
        _Level('"phone_l" = "phone_r"', 0.70, 0.0005, "the same telephone number"),
        _Level(_OTHERWISE, 0.30, 0.9995),
    ),
    "company": (
        _Level('"domain_l" = "domain_r"', 0.80, 0.01, "the same company", "domain"),
        _Level('"company_l" = "company_r"', 0.80, 0.01, "the same company", "company"),
        _Level('jaro_winkler_similarity("company_l", "company_r") >= 0.92', 0.10, 0.005,
               "nearly the same company"),
        _Level(_OTHERWISE, 0.10, 0.985),
    ),
    "local": (
        _Level('"local_l" = "local_r"', 0.40, 0.01, "the same name before the @", "local"),
        _Level(_OTHERWISE, 0.60, 0.99),
    ),
}  # fmt: skip
#: How common a value is, is told by the leads as if there were so many more, of which it were as
#: common as usual: a few leads say little of how common a name is.
_MORE_LEADS = 10_000
#: A rare value is no proof: it weighs at most one doubling more than one as common as usual.
_RAREST = 0.5
_NOTHING = {
    "company": '("company_l" is null or "company_r" is null) '
    'and ("domain_l" is null or "domain_r" is null)'
}
_BLOCKS = (
    ("person",),
    ("phone",),
    ("company", "initials"),
    ("domain", "initials"),
    ("local", "initials"),
)


def alike(leads: Iterable[Mapping[str, Any]]) -> list[Alike]:
    """Pairs of leads that are more likely one person than two, the surest first.

    Each of `leads` has lead_id and any of created_at, email, phone, name, company, domain, country,
    and stands for somebody who is not known to be one of the others.
    """
    ordered = sorted(leads, key=lambda told: (str(told.get("created_at") or ""), told["lead_id"]))
    records = [_record(told) for told in ordered]
    _leave_out(records, "phone", identity.MOST_NAMES_ON_A_NUMBER)
    if len(records) < 2:
        return []
    place = {record["lead_id"]: number for number, record in enumerate(records)}
    found = []
    for pair in _weighed(records):
        first, second = sorted((pair["lead_id_l"], pair["lead_id_r"]), key=place.__getitem__)
        because = "; ".join(words for name in _COMPARISONS if (words := _words(name, pair)))
        found.append(Alike(first, second, round(pair["match_weight"], 2), because))
    return sorted(found, key=lambda each: (-each.weight, place[each.first], place[each.second]))


def _record(told: Mapping[str, Any]) -> dict[str, str | None]:
    mailbox = identity.email_key(told.get("email"))
    person = identity.name_key(told.get("name"))
    return {
        "lead_id": told["lead_id"],
        "person": person,
        "initials": "".join(sorted(word[0] for word in person.split())) if person else None,
        "phone": identity.phone_key(told.get("phone"), told.get("country")),
        "company": identity.company_key(told.get("company")),
        "domain": identity.domain_key(told.get("domain")) or identity.domain_key(mailbox),
        "mailbox": mailbox,
        "local": identity.untagged(mailbox).rpartition("@")[0] if mailbox else None,
    }


def _leave_out(records: Sequence[dict[str, str | None]], column: str, most: int) -> None:
    """What stands for more names than one person has says nothing: a switchboard's number."""
    names: dict[str, set[str | None]] = {}
    for record in records:
        if value := record[column]:
            names.setdefault(value, set()).add(record["person"])
    for record in records:
        if (value := record[column]) and len(names[value]) > most:
            record[column] = None


def _weighed(records: Sequence[dict[str, str | None]]) -> list[dict[str, Any]]:
    """Splink's weight of every pair in one block that outweighs the prior."""
    import duckdb
    from splink import DuckDBAPI, Linker

    table = pa.Table.from_pylist(list(records), pa.schema([(n, pa.string()) for n in _COLUMNS]))
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        linker = Linker(database.register(table), _settings(records), log_level=None)
        for column, usual in _common().items():
            told = database.register(_commonness(records, column, usual))
            linker.table_management.register_term_frequency_lookup(told, column)
        pairs = linker.inference.predict(
            threshold_match_weight=LEAST_WEIGHT, warning_mode="never"
        ).as_record_list()
    return [
        pair for pair in pairs
        if pair["mailbox_l"] is None or pair["mailbox_l"] != pair["mailbox_r"]
    ]  # fmt: skip


def _common() -> dict[str, float]:
    """The columns of which it counts how common a value is, each with how common is usual."""
    levels = (level for each in _COMPARISONS.values() for level in each)
    return {level.common: level.two for level in levels if level.common}


def _commonness(records: Sequence[dict[str, str | None]], column: str, usual: float) -> pa.Table:
    """The share of leads with each value, a pair that may be one person left out."""
    count = Counter(record[column] for record in records if record[column])
    others = max(0, sum(count.values()) - 2) + _MORE_LEADS
    shares = [(max(0, n - 2) + usual * _MORE_LEADS) / others for n in count.values()]
    values = pa.array(list(count), pa.string())
    return pa.table({column: values, f"tf_{column}": pa.array(shares, pa.float64())})


def _settings(records: Sequence[dict[str, str | None]]) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "lead_id",
        "probability_two_random_records_match": _PRIOR,
        "blocking_rules_to_generate_predictions": [_block(records, each) for each in _BLOCKS],
        "comparisons": [_comparison(name, levels) for name, levels in _COMPARISONS.items()],
        "additional_columns_to_retain": ["mailbox"],
        "retain_intermediate_calculation_columns": False,
    }


def _block(records: Sequence[dict[str, str | None]], columns: Sequence[str]) -> str:
    """Pairs that share these columns; values that too many share make no pairs."""
    count = Counter(tuple(record[name] for name in columns) for record in records)
    crowded = sorted(str(key[0]) for key, n in count.items() if n > _MOST_IN_A_BLOCK and key[0])
    same = [f'l."{name}" = r."{name}"' for name in columns]
    if crowded:
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in crowded)
        same.append(f'l."{columns[0]}" not in ({listed})')
    return " and ".join(same)


def _comparison(name: str, levels: Sequence[_Level]) -> dict[str, Any]:
    nothing = _NOTHING.get(name, f'"{name}_l" is null or "{name}_r" is null')
    told: list[dict[str, Any]] = [
        {"sql_condition": nothing, "label_for_charts": "unknown", "is_null_level": True}
    ]
    told += [
        {"sql_condition": level.sql, "m_probability": level.one, "u_probability": level.two}
        | _weakened(level)
        for level in levels
    ]
    return {"output_column_name": name, "comparison_levels": told}


def _weakened(level: _Level) -> dict[str, Any]:
    """A level in which a common value weighs less than a rare one."""
    if not level.common:
        return {}
    return {
        "tf_adjustment_column": level.common,
        "tf_minimum_u_value": level.two * _RAREST,
        "disable_tf_exact_match_detection": True,
    }


def _words(name: str, pair: Mapping[str, Any]) -> str:
    """What a comparison found, where it speaks for one person; levels count down to zero."""
    levels = _COMPARISONS[name]
    gamma = pair[f"gamma_{name}"]
    return "" if gamma is None or gamma < 0 else levels[len(levels) - 1 - gamma].words
