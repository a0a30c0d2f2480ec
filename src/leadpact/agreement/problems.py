"""Problems in a document: what is wrong, where, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning", "note"]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a document, at a place that an editor can jump to.

    Lines and columns count from 1; both are 0 when the file as a whole is meant. `path` is the way
    from the top of the document, as in `("obligations", 0, "within")`. `rule` names the lint rule
    that found it, None for what makes the document unreadable.
    """

    file: str
    line: int
    column: int
    path: Path
    message: str
    hint: str | None = None
    rule: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The problem as a compiler writes it, its hint indented below."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        kind = "" if self.severity == "error" else f"{self.severity}: "
        rule = f" [{self.rule}]" if self.rule else ""
        first = f"{place}: {kind}{self.message}{rule}"
        return [first, f"  hint: {self.hint}"] if self.hint else [first]

    def as_dict(self) -> dict[str, str | int | None]:
        """The problem as JSON values."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": dotted(self.path),
            "severity": self.severity,
            "rule": self.rule,
            "message": self.message,
            "hint": self.hint,
        }


def dotted(path: Path) -> str:
    """A path as people write it: `obligations[0].within`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of the document."""
    return sorted(problems, key=lambda p: (p.file, p.line, p.column))


def as_text(problems: Iterable[Problem]) -> str:
    """Every problem on its own lines, as a compiler writes them."""
    return "\n".join(line for problem in problems for line in problem.lines())


def as_json(problems: Iterable[Problem]) -> str:
    """A JSON list of objects, one for each problem."""
    return json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=2)


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that `word` most likely was meant to be, or None when none is near."""
    spelt = {each.casefold(): each for each in known}
    near = get_close_matches(word.casefold()[:200], spelt, n=1, cutoff=likeness)
    return spelt[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for a word that is not known: the nearest known one, else all of them."""
    choices = list(known)
    if near := nearest(word, choices):
        return f"did you mean “{near}”?"
    return f"write {one_of(choices)}" if choices else "leave it out"


def one_of(words: Iterable[str]) -> str:
    """Words as a choice: “a, b or c”."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
