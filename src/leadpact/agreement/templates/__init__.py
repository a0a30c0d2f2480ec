"""Agreements to start from."""

from __future__ import annotations

from importlib.resources import files


def names() -> list[str]:
    """Names of the templates, the simplest first."""
    return ["basic", "b2b-saas"]


def text(name: str) -> str:
    """The template's YAML, comments included; raises ValueError that lists the names there are."""
    if name not in names():
        raise ValueError(f"There is no template “{name}”; choose one of: {', '.join(names())}.")
    return files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
