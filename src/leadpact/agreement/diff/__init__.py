"""What changed between two versions of an agreement, in sentences and for whom."""

from leadpact.agreement.diff.change import Change, render
from leadpact.agreement.diff.sections import diff

__all__ = ["Change", "diff", "render"]
