"""Agreements to start from."""

from __future__ import annotations

from importlib.resources import files

#: What each template is for, the simplest first.
_ABOUT = {
    "basic": "MQLs every month from marketing, a talk within days from sales",
    "services": "inquiries answered the same day, a proposal within a week",
    "quick-callback": "requests from forms, called within minutes and more than once",
    "key-accounts": "few large companies, scored, and accepted before they are called",
    "b2b-saas": "every part of the format, with teams, segments and nurture programs",
}
#: Templates that name nobody: any company may put one into force once it says who sells.
FOR_ANYBODY = ("basic", "services", "quick-callback", "key-accounts")
#: Whom these name in place of the heads of marketing and sales.
HEADS = {"marketing": "Head of marketing", "sales": "Head of sales"}


def names() -> list[str]:
    """Names of the templates, the simplest first."""
    return list(_ABOUT)


def about(name: str) -> str:
    """What a template is for, in a few words."""
    return _ABOUT[name]


def text(name: str) -> str:
    """The template's YAML, comments included; raises ValueError that lists the names there are."""
    if name not in names():
        raise ValueError(f"There is no template “{name}”; choose one of: {', '.join(names())}.")
    return files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
