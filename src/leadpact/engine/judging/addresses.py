"""What an email address and a company's name tell of a lead before anything else is known."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from leadpact.agreement.qualifying import Hygiene
from leadpact.engine import identity
from leadpact.engine.values import normal

TEST = "test"
OWN_EMPLOYEE = "own employee"
COMPETITOR = "competitor"
INVALID = "invalid email"
DISPOSABLE = "disposable email"


class Finding(NamedTuple):
    """Why a lead is excluded: one of the reasons, and what it rests on, in words."""

    reason: str
    detail: str


class _Host(NamedTuple):
    """What a host tells of those who write from it."""

    own: bool
    rival: bool
    service: str | None  # that gives out throw-away addresses


class Addresses:
    """Judges by the lists of one version of an agreement; each distinct host and company once."""

    def __init__(self, rules: Hygiene) -> None:
        self._rules = rules
        self._tests = [(text, _pattern(text)) for text in rules.test_patterns]
        self._own = {host for entry in rules.own_domains if (host := identity.web_host(entry))}
        self._rivals = {
            key: entry for entry in rules.competitors if (key := identity.company_key(entry))
        }
        self._rival_hosts = {host for entry in rules.competitors if (host := _listed_host(entry))}
        self._rival_words = frozenset(word for key in self._rivals for word in key.split())
        self._host = cache(self._judge_host)
        self._domain = cache(self._judge_domain)
        self._company = cache(self._judge_company)

    @property
    def listed_hosts(self) -> frozenset[str]:
        """Hosts such that one of them, or one under them, may tell something of a lead."""
        disposable = _disposable() if self._rules.disposable else frozenset()
        return disposable.union(self._own, self._rival_hosts)

    @property
    def rival_hosts(self) -> set[str]:
        """Hosts of competitors."""
        return self._rival_hosts

    @property
    def rival_words(self) -> frozenset[str]:
        """Words of which one is in the name of every competitor."""
        return self._rival_words

    @property
    def test_patterns(self) -> list[str]:
        """What the agreement takes for the addresses of tests; an asterisk stands for anything."""
        return [normal(text) for text, _ in self._tests]

    def finding(
        self, email: str | None, key: str | None, company: str | None, domain: str | None
    ) -> Finding | None:
        """The first that applies: test, own employee, competitor, invalid, disposable.

        `key` is that of the email, None where there is no email or it is none.
        """
        host = key.rpartition("@")[2] if key else None
        return (
            (self._test(email) if email else None)
            or (self._whose(host) if host else None)
            or (self._domain(domain) if domain else None)
            or (self._company(company) if company else None)
            or (self._mailbox(email, host) if email else None)
        )

    def _test(self, email: str) -> Finding | None:
        spelt = normal(email)
        for text, pattern in self._tests:
            if pattern.fullmatch(spelt):
                return Finding(TEST, f"the email matches {text}")
        return None

    def _whose(self, host: str) -> Finding | None:
        told = self._host(host)
        if told.own:
            return Finding(OWN_EMPLOYEE, f"the email is at {host}")
        return Finding(COMPETITOR, f"the email is at {host}") if told.rival else None

    def _judge_host(self, host: str) -> _Host:
        return _Host(
            own=_within(host, self._own) is not None,
            rival=_within(host, self._rival_hosts) is not None,
            service=_within(host, _disposable()) if self._rules.disposable else None,
        )

    def _judge_domain(self, domain: str) -> Finding | None:
        host = identity.web_host(domain)
        is_rival = host is not None and self._host(host).rival
        return Finding(COMPETITOR, f"the company's domain is {host}") if is_rival else None

    def _judge_company(self, company: str) -> Finding | None:
        if self._rival_words.isdisjoint(identity.plain(company).split()):
            return None
        entry = self._rivals.get(identity.company_key(company) or "")
        return Finding(COMPETITOR, f"the company is {entry}") if entry else None

    def _mailbox(self, email: str, host: str | None) -> Finding | None:
        if self._rules.invalid_email and (problem := problem_of(email)):
            return Finding(INVALID, problem)
        service = self._host(host).service if host else None
        return Finding(DISPOSABLE, f"{service} gives out throw-away addresses") if service else None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, normal(text).split("*"))), re.DOTALL)


def _listed_host(entry: str) -> str | None:
    """The host that an entry of the list of competitors names, if it is not only a name."""
    is_host = "." in entry.strip().rstrip(".") and not re.search(r"\s", entry.strip())
    return identity.web_host(entry) if is_host else None


def _within(host: str, domains: Collection[str]) -> str | None:
    """The domain of a collection that a host is, or lies under."""
    labels = host.split(".")
    above = (".".join(labels[i:]) for i in range(len(labels)))
    return next((domain for domain in above if domain in domains), None)


@cache
def _disposable() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


# Well formed beyond doubt; to read the others takes a hundred times as long. Both are searched for
# by two engines of regular expressions, so they ask nothing of what is not there.
PLAIN = r"^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}$"
RESERVED = r"\.(arpa|invalid|local|localhost|onion|test)$"
LONGEST_PLAIN = 64

_PLAIN, _RESERVED = re.compile(PLAIN), re.compile(RESERVED)


def problem_of(email: str) -> str | None:
    """Why a text cannot be an email address that reaches anybody, in a sentence."""
    import email_validator

    spelt = normal(email)
    if len(spelt) <= LONGEST_PLAIN and _PLAIN.search(spelt) and not _RESERVED.search(spelt):
        return None
    try:
        email_validator.validate_email(email.strip(), check_deliverability=False)
    except email_validator.EmailNotValidError as problem:
        return str(problem)
    return None
