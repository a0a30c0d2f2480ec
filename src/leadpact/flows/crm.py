"""A connection with a customer system as people handle it: made, checked, set up, turned."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadpact.agreement.problems import Problem
from leadpact.flows import crm_notices
from leadpact.flows.crm_pull import Pull, Pulled
from leadpact.flows.crm_push import Push, Pushed
from leadpact.flows.crm_reading import NAMES
from leadpact.flows.crm_reconcile import keep_when_due
from leadpact.flows.crm_vendors import (
    connector_of,
    lacking_scopes,
    scopes_of_feeds,
    suggested,
)
from leadpact.flows.crm_wanted import own_properties
from leadpact.flows.journal import tell
from leadpact.insight.words import duration
from leadpact.ledger.home import SettingError
from leadpact.ledger.models import CrmConnection
from leadpact.ledger.sealing import SealError
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import crm_connections
from leadpact.ledger.services.crm_connections import ConnectionRefusal
from leadpact.sources.crm.connector import (
    BRISK,
    Connector,
    CredentialError,
    CrmError,
    NotSetUpError,
)
from leadpact.sources.crm.loading import (
    LoadedCrm,
    MappingError,
    parse_crm,
    problems_with_account,
    problems_with_agreement,
)
from leadpact.sources.crm.mapping import Crm
from leadpact.sources.crm.records import Account

_EVERY = "LEADPACT_CRM_SECONDS"
#: Clocks that are closer tell the same time: answers are on their way for a while.
_SAME_TIME = timedelta(minutes=1)

Clock = Callable[[], datetime]


def pull_every() -> timedelta:
    """How often what changed is asked for: LEADPACT_CRM_SECONDS, a minute by default.

    Webhooks bring it sooner. Raises SettingError.
    """
    said = os.environ.get(_EVERY, "60")
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= 86_400:
        raise SettingError(f"{_EVERY} is “{said[:20]}”; write a whole number of seconds from 1 on.")
    return timedelta(seconds=int(said))


@dataclass(frozen=True)
class Session:
    """A connection while somebody speaks with the system."""

    row: CrmConnection
    crm: Crm
    connector: Connector
    by: str
    now: Clock

    def renew(self) -> None:
        """Go on having it to oneself, as it was. Raises ConnectionRefusal where that is over."""
        if not crm_connections.still_has(self.row, self.by, now=self.now()):
            raise ConnectionRefusal(
                "Another process speaks with the customer system by now, or the connection was "
                "changed meanwhile."
            )


def connect(
    loaded: LoadedCrm,
    credentials: Mapping[str, str],
    address: str,
    *,
    actor: str,
    now: datetime,
) -> tuple[CrmConnection, Account]:
    """Try the credentials, then keep them with the mapping. Raises CrmError, MappingError."""
    connector = connector_of(loaded.crm, credentials, address, BRISK)
    account = connector.account()
    if problems := check(loaded, connector, now=now):
        raise MappingError(problems)
    row = crm_connections.connect(
        loaded.crm.system, credentials, loaded.text, account=account.id,
        own_mark=account.own_mark, address=address, pages=account.pages, actor=actor, now=now,
    )  # fmt: skip
    return row, account


def remap(row: CrmConnection, text: str, *, actor: str, now: datetime) -> None:
    """Read a connection by another mapping from now on. Raises CrmError, MappingError."""
    connect(parse_crm(text, "crm.yaml"), _credentials(row), row.address, actor=actor, now=now)


def renew(row: CrmConnection, credentials: Mapping[str, str], *, actor: str, now: datetime) -> None:
    """Go on with other credentials for the same account. Raises CrmError, ConnectionRefusal."""
    connect(parse_crm(row.mapping, "crm.yaml"), credentials, row.address, actor=actor, now=now)


def check(loaded: LoadedCrm, connector: Connector, *, now: datetime) -> list[Problem]:
    """Everything that the mapping names and the account or the agreement does not have."""
    known = {
        of: {each.name: dict(each.options) for each in connector.properties(of)}
        for of in loaded.crm.objects
    }
    version = agreements.in_force(now)
    found = problems_with_agreement(loaded, version.agreement) if version else []
    return found + problems_with_account(loaded, known) + _feeds_closed(loaded, connector)


def _feeds_closed(loaded: LoadedCrm, connector: Connector) -> list[Problem]:
    """Feeds that the credential may not read, as far as the system tells what it may."""
    if not loaded.crm.feeds or not (scopes := connector.account().scopes):
        return []
    needed = scopes_of_feeds(loaded.crm.system)
    return [
        loaded.problem(("feeds", feed), f"the credential lacks “{needed[feed]}”, by which it may "
                       f"read {feed}", "allow it, or leave the feed out")
        for feed in loaded.crm.feeds
        if needed[feed] not in scopes
    ]  # fmt: skip


def lacking(row: CrmConnection, account: Account) -> list[str]:
    """What the credential may not do and should."""
    return lacking_scopes(row.system, account.scopes)


def suggestion(system: str, credentials: Mapping[str, str], address: str, *, now: datetime) -> str:
    """The text of a first mapping, from what the account and the agreement have.

    Raises CrmError.
    """
    version = agreements.in_force(now)
    stages = [(s.name, s.role or "") for s in version.agreement.stages] if version else []
    return suggested(system, credentials, address, stages)


def found(system: str) -> CrmConnection:
    """The connection with a system. Raises ConnectionRefusal."""
    row = CrmConnection.objects.filter(system=system).first()
    if row is None:
        name = NAMES.get(system, system)
        raise ConnectionRefusal(
            f"There is no connection with {name}; `leadpact crm connect {system}` makes one."
        )
    return row


@contextmanager
def session(row: CrmConnection, by: str, now: Clock) -> Iterator[Session]:
    """Have a connection to oneself; what went wrong is noted, and raised as CrmError.

    Raises ConnectionRefusal where another process has it.
    """
    if not crm_connections.lease(row, by, now=now()):
        raise ConnectionRefusal("A worker speaks with the customer system now; try again soon.")
    row.refresh_from_db()
    connector: Connector | None = None
    try:
        crm = mapping_of(row)
        connector = connector_of(crm, _credentials(row), row.address)
        yield Session(row, crm, connector, by, now)
    except CrmError as error:
        refused = isinstance(error, CredentialError)
        news = crm_connections.failed(
            row, str(error), refused=refused, again_at=now() + error.again_in, now=now()
        )
        if news and refused:
            crm_notices.tell_heads(row, str(error), now=now())
        raise
    finally:
        if connector is not None:
            limits = connector.limits
            crm_connections.note_calls(row, limits.calls, limits.left_today, now=now())
            if at := connector.time_there:
                crm_connections.note_clock(row, at - now())
        crm_connections.release(row, by)


def mapping_of(row: CrmConnection) -> Crm:
    """The mapping of a connection. Raises CrmError where a later version reads it no more."""
    try:
        return parse_crm(row.mapping, "crm.yaml").crm
    except MappingError as error:
        raise CrmError(f"The mapping that is kept cannot be used: {error}") from error


def _credentials(row: CrmConnection) -> dict[str, str]:
    try:
        return crm_connections.credentials_of(row)
    except SealError as error:
        raise CredentialError(str(error)) from error


def pull(of: Session, now: Clock, told: Callable[[str, int], None]) -> Pulled:
    """Read what is new."""
    return Pull(of.row, of.crm, of.connector, now, told, of.renew).run()


def push(of: Session, now: Clock) -> Pushed:
    """Write what should stand there."""
    return Push(of.row, of.crm, of.connector, now, of.renew).run()


def set_up(of: Session) -> dict[str, list[str]]:
    """Make the properties that Leadpact fills; the names of those that were made, by object.

    Raises ConnectionRefusal where only people can make them.
    """
    own = own_properties(of.crm)
    try:
        return {name: list(of.connector.set_up(name, own)) for name in of.crm.people}
    except NotSetUpError as error:
        raise ConnectionRefusal(str(error)) from error


def clock_trouble(row: CrmConnection) -> str:
    """What to do where the system's clock and this machine's tell another time; else empty."""
    ahead = timedelta(seconds=row.clock_ahead)
    if abs(ahead) < _SAME_TIME:
        return ""
    told = duration(abs(row.clock_ahead))
    how = "behind" if ahead > timedelta(0) else "ahead of"
    return (
        f"This machine's clock is {told} {how} {NAMES[row.system]}'s: all due times are wrong by "
        "as much. Set it, best by a time service (NTP)."
    )


def let_write(row: CrmConnection, *, actor: str, now: datetime) -> None:
    """Write too from now on, once the properties that Leadpact fills are there.

    Raises CrmError, and ConnectionRefusal where only people can make them.
    """
    crm = mapping_of(row)
    connector = connector_of(crm, _credentials(row), row.address, BRISK)
    try:
        for name in crm.people:
            connector.set_up(name, own_properties(crm))
    except NotSetUpError as error:
        raise ConnectionRefusal(str(error)) from error
    finally:
        limits = connector.limits
        crm_connections.note_calls(row, limits.calls, limits.left_today, now=now)
    crm_connections.set_shadow(row, False, actor=actor, now=now)


def package(row: CrmConnection) -> bytes:
    """The package with which people bring Leadpact's fields into Salesforce.

    Raises ConnectionRefusal for a system that takes none.
    """
    if row.system != "salesforce":
        raise ConnectionRefusal(f"{NAMES[row.system]} takes no package; run setup without one.")
    from leadpact.sources.salesforce.package import package as packed

    crm = mapping_of(row)
    own = own_properties(crm)
    return packed(dict.fromkeys(crm.people, own), f"{crm.write.prefix}key")


def turn(now: Clock, by: str) -> bool:
    """Speak once with every system that is connected; whether there was anything to say."""
    busy = False
    for row in CrmConnection.objects.all():
        if not row.refused and (row.rest_until is None or row.rest_until <= now()):
            busy = _turn(row, now, by) or busy
    return busy


def _turn(row: CrmConnection, now: Clock, by: str) -> bool:
    try:
        with session(row, by, now) as of:
            found = Pull(of.row, of.crm, of.connector, now, renew=of.renew).nudged()
            if row.pulled_at is None or now() - row.pulled_at >= pull_every():
                found += sum(pull(of, now, lambda _of, _count: None).records.values())
            pushed = push(of, now)
            compared = keep_when_due(row, of.crm, now)
            return bool(found or pushed.compared or pushed.written or compared)
    except ConnectionRefusal:
        return False
    except CrmError as error:
        tell("a customer system was not asked", system=row.system, error=type(error).__name__)
        return False
