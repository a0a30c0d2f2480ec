"""Whose a fact is: one lead for each mailbox, id and visitor, also when two come at once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from leadpact.engine.identity import email_key
from leadpact.ledger.facts import Fact, Known
from leadpact.ledger.models import Identity, Lead
from leadpact.ledger.services import bulk
from leadpact.ledger.texts import name

Key = tuple[str, str]
Kind = Identity.Kind


def keys_of(known: Known) -> list[Key]:
    """The identities that a fact names, the surest first; an address that is none is left out."""
    mailbox = email_key(known.email) if known.email else None
    named = (
        (Kind.EMAIL, mailbox),
        (Kind.ID, known.id),
        (Kind.ID, known.former),
        (Kind.VISITOR, known.visitor),
        (Kind.VISITOR, known.former),
    )
    return [(kind.value, name(value)) for kind, value in named if value]


def owners(keys: Iterable[Key]) -> dict[Key, str]:
    """Which lead each known key belongs to, merges followed."""
    wanted = set(keys)
    asked = Q()
    for kind in Kind.values:
        if values := sorted(value for k, value in wanted if k == kind):
            asked |= Q(kind=kind, value__among=values)
    rows = Identity.objects.filter(asked).values_list("kind", "value", "lead_id") if asked else ()
    found: dict[Key, str] = {(kind, value): lead for kind, value, lead in rows}
    return _followed(_by_own_key(wanted - found.keys()) | found)


def _by_own_key(keys: Iterable[Key]) -> dict[Key, str]:
    """Leads that are named by the key that the ledger itself gave them."""
    values = [value for kind, value in keys if kind == Kind.ID]
    there = Lead.objects.filter(key__among=sorted(values)).values_list("key", flat=True)
    return {(Kind.ID.value, lead): lead for lead in (there if values else ())}


def _followed(found: dict[Key, str]) -> dict[Key, str]:
    """Owners, those that were merged replaced by the lead in which they live."""
    into = merged_into(set(found.values()))
    return {key: into.get(lead, lead) for key, lead in found.items()}


def merged_into(leads: Iterable[str]) -> dict[str, str]:
    """Of those leads that were merged, the lead in which each lives now."""
    heirs: dict[str, str] = {}
    ahead = set(leads)
    while ahead:
        rows = dict(
            Lead.objects.filter(key__among=sorted(ahead), merged_into__isnull=False).values_list(
                "key", "merged_into_id"
            )
        )
        heirs |= rows
        ahead = set(rows.values()) - heirs.keys()
    return {lead: _end(lead, heirs) for lead in heirs}


def _end(lead: str, heirs: Mapping[str, str]) -> str:
    while lead in heirs:
        lead = heirs[lead]
    return lead


class Settled(NamedTuple):
    """Whose each fact is, the pairs (survivor, absorbed) that turn out to be one lead, and those
    leads that had no mailbox before, each with the place of the fact that names its first."""

    leads: list[str | None]
    same: list[tuple[str, str]]
    reachable: dict[str, int]


def settle(facts: Sequence[Fact]) -> Settled:
    """Find the lead of every fact; one is made where nobody knows it.

    Of two that are one, the lead with the surer key survives. A visitor's id alone joins nobody who
    is known by another mailbox: several people use one computer.
    """
    named = [keys_of(fact.lead) if fact.lead else [] for fact in facts]
    known = owners(key for keys in named for key in keys)
    with_mailbox = _with_mailbox(known.values())
    groups = _Groups(known, with_mailbox)
    for keys in named:
        groups.join(keys)
    claimed = _create(groups, facts, named, known.keys())
    leads = [groups.lead_of(keys[0]) if keys else None for keys in named]
    reachable: dict[str, int] = {}
    for place, (lead, keys) in enumerate(zip(leads, named, strict=True)):
        if lead and keys[0][0] == Kind.EMAIL and keys[0] in claimed and lead not in with_mailbox:
            reachable.setdefault(lead, place)
    return Settled(leads, groups.same, reachable)


def _with_mailbox(leads: Iterable[str]) -> set[str]:
    if not (wanted := sorted(set(leads))):
        return set()
    mailboxes = Identity.objects.filter(kind=Kind.EMAIL, lead__key__among=wanted)
    return set(mailboxes.values_list("lead_id", flat=True))


class _Groups:
    """Keys that name the same lead, put together fact by fact."""

    def __init__(self, known: Mapping[Key, str], with_mailbox: set[str]) -> None:
        self._parent: dict[Key, Key] = {}
        self._lead: dict[Key, str] = {}
        self._mailbox: set[Key] = set()
        self.same: list[tuple[str, str]] = []
        by_lead: dict[str, Key] = {}
        for key, lead in known.items():
            root = by_lead.setdefault(lead, key)
            self._parent[key] = root
            self._lead[root] = lead
            if lead in with_mailbox:
                self._mailbox.add(root)

    def root(self, key: Key) -> Key:
        """The key that stands for its group."""
        if key not in self._parent:
            self._parent[key] = key
            if key[0] == Kind.EMAIL:
                self._mailbox.add(key)
        while self._parent[key] != key:
            key = self._parent[key]
        return key

    def join(self, keys: Sequence[Key]) -> None:
        """All of these are one lead; two known leads among them become a pair."""
        for key in keys[1:]:
            first, other = self.root(keys[0]), self.root(key)
            strangers = first in self._mailbox and other in self._mailbox
            if first == other or (key[0] == Kind.VISITOR and strangers):
                continue
            pair = self._lead.get(first), self._lead.get(other)
            if pair[0] and pair[1]:
                self._pair(first, other, pair[0], pair[1])
            keep, give = (other, first) if pair[1] and not pair[0] else (first, other)
            self._parent[give] = keep
            if give in self._mailbox:
                self._mailbox.add(keep)

    def _pair(self, first: Key, other: Key, one: str, two: str) -> None:
        self.same.append((one, two))
        self._lead[other] = one
        self._lead[first] = one

    def lead_of(self, key: Key) -> str:
        """The lead of a key's group."""
        return self._lead[self.root(key)]

    def settle(self, root: Key, lead: str) -> None:
        """A group's lead is known now."""
        self._lead[root] = lead

    def unknown(self, keys: Iterable[Key]) -> list[Key]:
        """Groups without a lead, by their root, in order of appearance."""
        roots = dict.fromkeys(self.root(key) for key in keys)
        return [root for root in roots if root not in self._lead]


def _create(
    groups: _Groups, facts: Sequence[Fact], named: Sequence[list[Key]], known: Container[Key]
) -> set[Key]:
    """Make a lead for every group without one, and give every new key to its group's lead; the keys
    that were new.

    Of two transactions that make the same key, the second finds that it is taken, and its lead,
    which nobody has seen, goes again.
    """
    firsts: dict[Key, tuple[datetime, str | None]] = {}
    for fact, keys in zip(facts, named, strict=True):
        for key in keys[:1]:
            root = groups.root(key)
            at, own = firsts.get(root, (fact.happened_at, None))
            wished = own or next((value for kind, value in keys if kind == Kind.ID), None)
            firsts[root] = min(at, fact.happened_at), wished
    fresh = groups.unknown(key for keys in named for key in keys)
    made = {root: firsts[root][1] or new_key() for root in fresh}
    for root, lead in made.items():
        groups.settle(root, lead)
    # In one order for all, so that two transactions never wait for each other in a circle.
    begins = sorted((lead, firsts[root][0]) for root, lead in made.items())
    columns = {"key": [key for key, _ in begins], "begins": [at for _, at in begins]}
    ours = {key for (key,) in bulk.insert_new(Lead, columns, returning=["key"])}
    return _claim(groups, {key for keys in named for key in keys if key not in known}, made, ours)


def _claim(groups: _Groups, keys: set[Key], made: Mapping[Key, str], ours: set[str]) -> set[Key]:
    wanted = {key: groups.lead_of(key) for key in keys}
    ordered = sorted(wanted)
    rows = {
        "kind": [kind for kind, _ in ordered],
        "value": [value for _, value in ordered],
        "lead_id": [wanted[key] for key in ordered],
    }
    claimed = {(k, v) for k, v in bulk.insert_new(Identity, rows, returning=["kind", "value"])}
    if len(claimed) == len(ordered):
        return claimed
    found = owners(keys)
    lost = {wanted[key]: lead for key, lead in found.items() if lead != wanted[key]}
    for root, lead in made.items():
        if lead in lost:
            groups.settle(root, lost[lead])
    if orphans := sorted(ours & lost.keys()):
        Identity.objects.filter(lead__key__among=orphans).delete()
        Lead.objects.filter(key__among=orphans).delete()
    return claimed


def new_key() -> str:
    """A key for a lead that came without one."""
    return "L-" + base64.b32encode(secrets.token_bytes(10)).decode().lower()
