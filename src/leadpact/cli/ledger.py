"""Opening the ledger for a command, and putting what is refused there into one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from leadpact.cli.exits import Code, Failed

#: Who the trail of changes names for what was done by a command.
OPERATOR = "operator"


@contextmanager
def opened() -> Iterator[datetime]:
    """The ledger, its tables up to date; gives the present moment. Raises Failed."""
    from datetime import UTC

    from leadpact.flows.opening import LedgerError, open_ledger, reaching

    try:
        open_ledger()
        with reaching():
            yield datetime.now(UTC)
    except LedgerError as error:
        raise Failed(error.message, error.hint) from error
    except Exception as error:
        if sentence := _refusal(error):
            raise Failed(sentence, code=Code.PROBLEMS) from error
        raise


def _refusal(error: Exception) -> str | None:
    """What a service says of what it does not do; None for a mistake of the program."""
    from leadpact.flows.erasing import ErasureError
    from leadpact.ledger.services.absences import AbsenceError
    from leadpact.ledger.services.access import AccessError
    from leadpact.ledger.services.actions import Refused
    from leadpact.ledger.services.agreements import PublishError
    from leadpact.ledger.services.channels import ChannelError
    from leadpact.ledger.services.crm_connections import ConnectionRefusal
    from leadpact.ledger.services.forms import FormError
    from leadpact.ledger.services.installation import InstallationError
    from leadpact.sources.crm.connector import CrmError

    refusals = (
        AbsenceError,
        AccessError,
        ChannelError,
        ConnectionRefusal,
        CrmError,
        ErasureError,
        FormError,
        InstallationError,
        PublishError,
        Refused,
    )
    return str(error) if isinstance(error, refusals) else None
