"""What the tests of wrong input write, and how whatever is said about it has to be said."""

from pathlib import Path

from leadpact.agreement import templates
from leadpact.cli.exits import Code
from tests.cli.helpers import Answer

AGREEMENT = templates.text("basic")
HEADER = "id,created,mql,email\n"
ROW = "1,2025-03-01T10:00:00Z,2025-03-02T10:00:00Z,a@example.org\n"
MAPPING = """\
leadpact_sources: 1
tables:
  - file: {file}
    leads: {{id: id, created: created, stages: {{MQL: mql}}, fields: {{email: email}}}}
"""


def said(done: Answer, code: Code) -> str:
    """What was said about what is wrong, after making sure that it was said well."""
    assert done.code == code
    everything = done.out + done.err
    assert "Traceback" not in everything
    assert "Leadpact itself failed" not in everything
    return everything


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
