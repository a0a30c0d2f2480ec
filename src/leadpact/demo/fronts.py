"""What the pages of all stand-ins are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape

NAMES = ("Ada King", "Linus Berg", "Grace Lund", "Alan Reyes", "Edith Stone", "Omar Haddad",
         "Ines Costa", "Yuki Mori", "Noor Aziz", "Tom Byrne")  # fmt: skip
#: So many people, and lines of what was written, are shown.
SHOWN = 12
_NOBODY = '<p>Nobody is here. <a href="/">See everybody</a>.</p>'
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882;
        --strong: light-dark(#1d4ed8, #93b4ff) }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem }
h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem }
.note { background: var(--soft); border-radius: .5rem; padding: .6rem .9rem }
article { border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem;
          margin: .8rem 0 }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .4rem 1rem }
dt { font-size: .8rem; opacity: .75 } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere }
.ours dt::before { content: "● "; color: var(--strong) }
button { font: inherit; padding: .35rem .7rem; border: 1px solid var(--line); border-radius: .4rem;
         background: transparent; color: inherit; cursor: pointer; margin: .15rem }
button.first { background: var(--strong); color: light-dark(#fff, #0b1220); border: 0 }
form { display: inline } li { margin: .2rem 0 }
"""


def document(
    system: str, elsewhere: str, buttons: Mapping[str, str], cards: Iterable[str],
    written: Iterable[str],
) -> str:  # fmt: skip
    """A whole page, which loads itself anew every three seconds; the first button stands out."""
    first, *others = buttons.items()
    above = button(*first, first=True) + "".join(button(*each) for each in others)
    lines = "".join(f"<li>{line}</li>" for line in written)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="3">
<title>A stand-in for {system}</title><style>{_STYLE}</style></head><body>
<h1>A stand-in for {system}</h1>
<p class="note">Here you are the rep and the visitor: what you click happens in the customer system.
Leadpact reads it, a call within a quarter of a minute, and writes back what is marked ●, the
owner, the stage and a task. Nothing leaves this machine.
<a href="{escape(elsewhere)}">See the same leads in Leadpact</a>.</p>
<p>{above}</p>
{"".join(cards) or _NOBODY}<h2>What Leadpact wrote last</h2>
<ul>{lines or "<li>Nothing yet.</li>"}</ul>
</body></html>"""


def card(
    number: str,
    name: str,
    email: str,
    theirs: Mapping[str, str],
    ours: Mapping[str, str],
    buttons: Mapping[str, str],
) -> str:
    """A person: what the system has, what Leadpact wrote, what can be done."""
    return (
        f"<article><strong>{escape(name)}</strong> · {escape(email)}"
        f"{_list(theirs)}{_list(ours, 'ours')}"
        f"{''.join(button(do, text, number) for do, text in buttons.items())}</article>"
    )


def button(do: str, text: str, number: str = "", *, first: bool = False) -> str:
    """Something to click, about a person or about nobody."""
    kind = ' class="first"' if first else ""
    return (
        f'<form method="post"><input type="hidden" name="contact" value="{escape(number)}">'
        f'<button name="do" value="{do}"{kind}>{escape(text)}</button></form>'
    )


def line(at: str, email: str, name: str, value: str) -> str:
    """Something that Leadpact wrote."""
    return (
        f"{clock(at)} · {escape(email)} · {escape(name)} = "
        f"<strong>{escape(value) or '(emptied)'}</strong>"
    )


def clock(text: str) -> str:
    """An instant as a clock shows it, in UTC."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(UTC):%H:%M:%S} UTC"
    except ValueError:
        return ""


def _list(told: Mapping[str, str], kind: str = "") -> str:
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value) or '–'}</dd></div>"
        for name, value in told.items()
    )
    return f'<dl class="{kind}">{rows}</dl>'
