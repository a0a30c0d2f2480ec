"""The first minutes of an installation: a form, a look, and an agreement is in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render

from leadpact.agreement import templates
from leadpact.agreement.calendars import zone_hint, zone_named
from leadpact.agreement.loading import load_text
from leadpact.agreement.spec import Agreement
from leadpact.documents.parts.agreement import agreement_section
from leadpact.flows import setting_up
from leadpact.flows.checking import AgreementError
from leadpact.flows.setting_up import Draft, Named, SetUpError, Wishes
from leadpact.ledger.models import Role, Upload
from leadpact.ledger.selectors import agreements
from leadpact.ledger.services import uploads
from leadpact.ledger.services.agreements import PublishError
from leadpact.ledger.services.permits import Act
from leadpact.ledger.services.uploads import Sent, UploadError
from leadpact.sources.loading import SourcesError
from leadpact.web.registry import PageRequest, form_page
from leadpact.web.signing_in import invitations

_LONGEST_TEXT = 200_000
Meant = TypeVar("Meant")


def _said(template: str) -> str:
    title = template.replace("-", " ").capitalize()
    return f"{title}: {templates.about(template)}"


class BeginningForm(forms.Form):
    """What the first agreement needs to know."""

    company = forms.CharField(label="Your company", max_length=100)
    timezone = forms.CharField(
        label="Time zone of your office",
        max_length=60,
        help_text="As Europe/Berlin or America/New_York: promises count your working hours.",
    )
    sellers = forms.CharField(
        label="Who sells",
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "Ann Lee, ann@example.com"}),
        max_length=20_000,
        help_text="One a line: a name, and the address they sign in with. They share all leads.",
    )
    marketing_head = forms.CharField(
        label="Who leads marketing",
        max_length=400,
        required=False,
        help_text="A name, and the address they sign in with. Both heads accept the agreement.",
    )
    sales_head = forms.CharField(label="Who leads sales", max_length=400, required=False)
    template = forms.ChoiceField(
        label="What fits your business best",
        choices=[(name, _said(name)) for name in templates.FOR_ANYBODY],
        widget=forms.RadioSelect,
        initial="basic",
        help_text="You see it before it counts. With an export below, its stages and goals are "
        "taken instead.",
    )
    ready = forms.ChoiceField(
        label="When a lead is ready for sales",
        choices=[
            ("form", "as soon as it fills in a form"),
            ("marked", "when marketing or the CRM marks it so"),
        ],
        widget=forms.RadioSelect,
        initial="form",
        help_text="Quick callback and key accounts say that themselves.",
    )
    leads = forms.FileField(
        label="Your leads, as the CRM exports them",
        required=False,
        help_text="CSV or Excel from HubSpot, Salesforce or a list of your own: stages and goals "
        "are then taken from your history, which is imported.",
    )
    deals = forms.FileField(label="Your deals, as the CRM exports them", required=False)

    def clean_timezone(self) -> str:
        """A zone that there is."""
        name = str(self.cleaned_data["timezone"]).strip()
        if zone_named(name) is None:
            raise forms.ValidationError(f"There is no time zone “{name}”; {zone_hint(name)}.")
        return name

    def clean_sellers(self) -> list[Named]:
        """People with a name each."""
        return _meant(setting_up.sellers_of, self.cleaned_data["sellers"])

    def clean_marketing_head(self) -> Named | None:
        """Somebody, or nobody."""
        return self._head("marketing_head")

    def clean_sales_head(self) -> Named | None:
        """Somebody, or nobody."""
        return self._head("sales_head")

    def _head(self, name: str) -> Named | None:
        text = str(self.cleaned_data[name]).strip()
        return _meant(setting_up.named, text) if text else None

    def wishes(self) -> Wishes:
        """What was filled in."""
        told = self.cleaned_data
        heads = {"marketing": told["marketing_head"], "sales": told["sales_head"]}
        return Wishes(
            told["company"].strip(),
            told["timezone"],
            told["sellers"],
            told["ready"] == "form",
            told["template"],
            {side: head for side, head in heads.items() if head},
        )


def _meant(reading: Callable[[str], Meant], text: str) -> Meant:
    """What a text means; what it cannot mean is told at its field."""
    try:
        return reading(text)
    except SetUpError as error:
        raise forms.ValidationError(str(error)) from None


@form_page("setup", name="setup", act=Act.ADMINISTER, roles=frozenset({Role.ADMINISTRATOR}))
def set_up(request: PageRequest) -> HttpResponse:
    """Ask, show the agreement that follows, and put it into force."""
    if agreements.in_force(request.now) is not None:
        return render(request, "setup/done.html", {"invited": ()})
    if request.method != "POST":
        form = BeginningForm(initial={"timezone": request.COOKIES.get("zone", "")})
        return render(request, "setup/begin.html", {"form": form})
    return _begin(request) if "text" in request.POST else _draft(request)


def _draft(request: PageRequest) -> HttpResponse:
    form = BeginningForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "setup/begin.html", {"form": form}, status=422)
    try:
        draft, upload = _drafted(request, form)
    except (SetUpError, UploadError) as error:
        form.add_error(None, str(error))
    except SourcesError as error:
        for problem in error.problems[:5]:
            form.add_error("leads", f"{problem.message}. {problem.hint or ''}".strip())
    else:
        return _shown(request, draft.text, upload.key if upload else "", draft.findings)
    return render(request, "setup/begin.html", {"form": form}, status=422)


def _drafted(request: PageRequest, form: BeginningForm) -> tuple[Draft, Upload | None]:
    wishes, sent = form.wishes(), form.cleaned_data
    if not sent["leads"]:
        return setting_up.from_template(wishes, request.now), None
    files = [
        Sent(role, str(sent[role].name), sent[role].chunks())
        for role in ("leads", "deals")
        if sent[role]
    ]
    actor = request.caller.name
    upload = uploads.receive(
        files, name="First import", timezone=wishes.timezone, actor=actor, now=request.now
    )
    try:
        return setting_up.from_export(upload, wishes, request.now), upload
    except Exception:
        uploads.discard(upload, actor=actor, now=request.now)
        raise


def _shown(
    request: PageRequest, text: str, upload: str, findings: Any = (), status: int = 200
) -> HttpResponse:
    """The agreement that would come into force, for a last look."""
    errors, warnings = setting_up.problems_of(text, request.now)
    agreement = load_text(text, setting_up.FILE).agreement
    told: Mapping[str, Any] = {
        "text": text,
        "upload": upload,
        "findings": findings,
        "errors": errors,
        "warnings": warnings,
        "tables": _tables(agreement) if agreement else [],
    }
    return render(request, "setup/look.html", told, status=422 if errors else status)


def _tables(agreement: Agreement) -> list[dict[str, Any]]:
    """The agreement as tables, each cell beside its title."""
    return [
        {
            "caption": table.caption,
            "header": table.header,
            "rows": [list(zip(table.header, row, strict=True)) for row in table.rows],
        }
        for table in agreement_section(agreement).aside
    ]


def _begin(request: PageRequest) -> HttpResponse:
    text = request.POST["text"][:_LONGEST_TEXT].replace("\r\n", "\n")
    key = request.POST.get("upload", "")
    upload = Upload.objects.filter(key=key).first() if key else None
    try:
        with transaction.atomic():
            begun = setting_up.begin(
                text,
                upload,
                live="live" in request.POST,
                actor=request.caller.name,
                now=request.now,
            )
    except AgreementError:
        return _shown(request, text, key)
    except (PublishError, UploadError) as error:
        messages.error(request, str(error))
        return _shown(request, text, key, status=422)
    invited = [
        (user, request.build_absolute_uri(invitations.link_for(user))) for user in begun.invited
    ]
    mailed = all(_mailed(request, user, link) for user, link in invited)
    told = {"invited": invited, "mailed": mailed and invited, "upload": upload, "begun": begun}
    return render(request, "setup/done.html", told)


def _mailed(request: PageRequest, user: Any, link: str) -> bool:
    try:
        return invitations.mail_invitation(user, link, request.caller.name)
    except OSError:
        return False
