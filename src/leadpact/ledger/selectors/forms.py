"""Web forms by what people call them."""

from __future__ import annotations

from django.db.models import Q

from leadpact.ledger.models import Form
from leadpact.ledger.services.forms import FormError


def form_called(name: str) -> Form:
    """The form of a name or public id. Raises FormError."""
    found = Form.objects.filter(Q(name=name) | Q(key=name)).first()
    if found is None:
        known = ", ".join(Form.objects.order_by("name").values_list("name", flat=True)[:20])
        raise FormError(f"There is no form “{name}”; there are: {known or 'none'}.")
    return found
