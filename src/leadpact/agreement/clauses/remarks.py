"""Remarks behind the last item of a list: they are about what follows it, and stay before that."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken


def take_tail(holder: Any) -> str:
    """Take away the lines behind the last value of a list or mapping; empty if there are none."""
    inner, last, slot = _end(holder)
    token = _token(inner, last, slot)
    if token is None:
        return ""
    head, _, tail = token.value.partition("\n")
    if head.strip():
        token.value = head + "\n"
    else:
        inner.ca.items[last][slot] = None
    return str(tail)


def put_tail(holder: Any, tail: str) -> None:
    """Put lines behind the last value of a list or mapping."""
    inner, last, slot = _end(holder)
    if not tail or inner is None:
        return
    token = _token(inner, last, slot)
    if token is not None:
        token.value = token.value.rstrip("\n") + "\n" + tail
        return
    places = inner.ca.items.setdefault(last, [None, None, None, None])
    places[slot] = CommentToken("\n" + tail, CommentMark(0))


def _token(inner: Any, last: Any, slot: int) -> Any:
    places = None if inner is None else inner.ca.items.get(last)
    return places[slot] if places and isinstance(places[slot], CommentToken) else None


def _end(holder: Any) -> tuple[Any, Any, int]:
    """The innermost block in which the last value stands, its key, and where its remarks are."""
    if not isinstance(holder, CommentedMap | CommentedSeq) or not holder or _in_braces(holder):
        return None, None, 0
    last = len(holder) - 1 if isinstance(holder, CommentedSeq) else list(holder)[-1]
    inside = _end(holder[last])
    return inside if inside[0] is not None else (holder, last, 0 if isinstance(last, int) else 2)


def _in_braces(holder: Any) -> bool:
    return bool(holder.fa.flow_style())
