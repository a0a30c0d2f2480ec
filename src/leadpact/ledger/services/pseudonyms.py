"""What is left of a person in texts: the figures' share of it, under a name that says nothing.

Pure: texts go in, texts come out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from leadpact.engine.identity import email_key
from leadpact.engine.judging.machines import is_machine

#: What a word stands for that is gone.
GONE = "erased"
#: Attributes that name a person. Asked by a condition, a stand-in takes their place.
NAMING = ("email", "phone", "name")
STATING = ("lead.created", "lead.updated")
#: Texts that are shorter are not looked for in others.
_SHORTEST = 5


@dataclass(frozen=True)
class Pseudonyms:
    """For the leads of one person: their new keys, the texts that name them, what may stay.

    `leads` gives old keys their new ones, `named` are emails, numbers and names as they were
    written, `attributes` and `properties` those that figures are made from.
    """

    leads: Mapping[str, str]
    named: frozenset[str]
    attributes: frozenset[str]
    properties: frozenset[str]
    token: str
    mailboxes: dict[str, str] = field(default_factory=dict)

    def key(self, key: str) -> str:
        """A lead's key."""
        return self.leads.get(key, key)

    def text(self, text: str) -> str:
        """A text in which nothing names the person any more."""
        return self.unnamed(self._keys.sub(self._new, text))

    def unnamed(self, text: str) -> str:
        """A text without the person's addresses, numbers and names; keys of leads stay."""
        return self._named.sub(self._mark, text)

    def made_up(self, text: str, lead: str) -> str:
        """The same of a text that the system made of a lead: its key stands there once, ahead of
        numbers that may look like a key.
        """
        text = re.sub(_as_word(lead), lambda _: self.key(lead), text, count=1)
        return self.unnamed(text)

    def payload(self, payload: str) -> str:
        """What a notice told, without what somebody wrote freely."""
        told = json.loads(payload)
        kept = {k: self._scrubbed(v) for k, v in told.items() if k != "note"}
        return json.dumps(kept, ensure_ascii=False)

    def properties_of(self, kind: str, properties: str) -> str:
        """What a row of the log says, as far as figures are made from it."""
        told = json.loads(properties)
        if not isinstance(told, dict):
            return "{}"
        kept = {
            name: instead
            for name, value in told.items()
            if (instead := self._value(kind, name, value)) is not None
        }
        return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def _value(self, kind: str, name: str, value: Any) -> Any:
        if name in ("absorbed", "duplicate_of"):
            return self.key(str(value))
        if name == "email" and kind in STATING:
            return self._mailbox(value)
        if name == "user_agent":
            return value if is_machine(str(value)) else None
        if name not in (self.attributes if kind in STATING else self.properties):
            return None
        if name in NAMING:
            return GONE if str(value).strip() else value
        return self._scrubbed(value)

    def _mailbox(self, value: Any) -> str:
        """A stand-in at the same host, so that what is judged by the host stays; for an address
        that is none another that is none."""
        key = email_key(str(value))
        if key is None:
            return GONE
        host = key.rpartition("@")[2]
        number = self.mailboxes.setdefault(key, str(len(self.mailboxes) or ""))
        return f"{GONE}-{self.token}{number}@{host}"

    def _scrubbed(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._scrubbed(each) for each in value]
        if isinstance(value, dict):
            return {self.text(str(k)): self._scrubbed(each) for k, each in value.items()}
        return value

    @cached_property
    def _keys(self) -> re.Pattern[str]:
        return _any_of(map(_as_word, self.leads), re.NOFLAG)

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return _any_of(map(re.escape, self.named), re.IGNORECASE)

    def _new(self, found: re.Match[str]) -> str:
        return self.leads[found[0]]

    def _mark(self, _found: re.Match[str]) -> str:
        return f"{GONE}-{self.token}"


def _any_of(patterns: Iterable[str], flags: re.RegexFlag) -> re.Pattern[str]:
    """The longest first; of nothing what is nowhere."""
    found = sorted(patterns, key=len, reverse=True)
    return re.compile("|".join(found) or r"(?!)", flags)


def _as_word(key: str) -> str:
    """A key where it stands by itself: that of lead 12 is not within 2012."""
    return rf"(?<![^\W_]){re.escape(key)}(?![^\W_])"


def naming_texts(rows: Iterable[tuple[str, str]]) -> frozenset[str]:
    """What rows (kind, properties) say of who somebody is, as it was written.

    A name of a single word is left out: it may be a word of any other text.
    """
    found: set[str] = set()
    for kind, properties in rows:
        told = json.loads(properties) if kind in STATING else {}
        for name in NAMING:
            text = str(told.get(name) or "").strip() if isinstance(told, dict) else ""
            if len(text) >= _SHORTEST and (name != "name" or len(text.split()) > 1):
                found.add(text)
    return frozenset(found)
