"""Who is who: which of our people an owner in a customer system is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from leadpact.engine.values import normal
from leadpact.sources.crm.records import Owner


def person_of(owner: Owner, who: Mapping[str, str], people: Iterable[tuple[str, str]]) -> str:
    """The person meant: as the mapping says, else who has the same email or name, else a stranger.

    `people` are names with emails. A stranger is told by the name that the system has.
    """
    said = {normal(key): person for key, person in who.items()}
    for key in (owner.email, owner.name, owner.id):
        if key and normal(key) in said:
            return said[normal(key)]
    known = list(people)
    by_email = {normal(email): name for name, email in known if email}
    by_name = {normal(name): name for name, _ in known}
    return (
        by_email.get(normal(owner.email) if owner.email else "")
        or by_name.get(normal(owner.name))
        or owner.name
        or owner.email
    )


def owner_of(person: str, owners: Sequence[tuple[str, str, bool]]) -> str:
    """The number of the active owner who is this person; empty where there is none.

    `owners` are numbers with persons and whether they are active.
    """
    wanted = normal(person)
    return next((n for n, name, active in owners if active and normal(name) == wanted), "")
