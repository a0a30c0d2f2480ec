"""What `--help` says of a command, and the reference at more length: made from its signature."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from typer.core import TyperArgument, TyperCommand, TyperGroup

#: How each command is typed, the usual case first.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "demo": ("leadpact demo", "leadpact demo --no-serve --out sample --leads 1000"),
    "init": (
        "leadpact init --from contacts.csv --deals deals.csv",
        "leadpact init --template b2b-saas --out ours",
    ),
    "check": (
        "leadpact check agreement.yaml sources.yaml",
        "leadpact check --strict --json agreement.yaml",
    ),
    "run": (
        "leadpact run agreement.yaml --sources sources.yaml --out report",
        "leadpact run agreement.yaml --sources sources.yaml --data exports --as-of 2026-03-31",
        "leadpact run h1.yaml h2.yaml --sources sources.yaml --json",
    ),
    "explain": ("leadpact explain agreement.yaml 10482 --sources sources.yaml",),
    "route": (
        "leadpact route --lead 10482",
        "leadpact route proposal.yaml --lead 10482",
        "leadpact route agreement.yaml --lead 10482 --sources sources.yaml --json",
    ),
    "diagnose": (
        "leadpact diagnose agreement.yaml --sources sources.yaml",
        "leadpact diagnose agreement.yaml --sources sources.yaml --as-of 2026-03-31 --json",
    ),
    "what-if": (
        "leadpact what-if agreement.yaml --sources sources.yaml --set threshold=60",
        'leadpact what-if agreement.yaml --sources sources.yaml --set "obligations.First answer'
        '.within=1 business day" --save proposal.yaml',
        "leadpact what-if agreement.yaml --to learned.yaml --sources sources.yaml",
    ),
    "learn": (
        "leadpact learn agreement.yaml --sources sources.yaml",
        "leadpact learn agreement.yaml --sources sources.yaml -o learned.yaml",
    ),
    "plan": (
        "leadpact plan agreement.yaml --sources sources.yaml --revenue 2.4M --year 2027",
        "leadpact plan agreement.yaml --sources sources.yaml --revenue 2.4M --cost mqls=120",
    ),
    "diff": ("leadpact diff agreement-2026.yaml agreement-2027.yaml",),
    "document": (
        "leadpact document agreement.yaml --out agreement.pdf",
        "leadpact document agreement.yaml --out agreement.docx",
    ),
    "schema": (
        "leadpact schema > agreement.schema.json",
        "leadpact schema --sources > sources.schema.json",
    ),
    "mcp": ("leadpact mcp", "leadpact mcp --url https://leads.example.com"),
    "serve": ("leadpact serve", "leadpact serve --host 0.0.0.0 --port 8080"),
    "web": ("leadpact web --port 8080 --processes 2",),
    "worker": ("leadpact worker",),
    "publish": ("leadpact publish agreement.yaml",),
    "live": ("leadpact live --since now", "leadpact live --since 2026-04-01T00:00:00Z"),
    "shadow": ("leadpact shadow on",),
    "import": (
        "leadpact import --sources sources.yaml",
        "leadpact import --sources sources.yaml --data exports --name history --rejects out.csv",
    ),
    "imports": ("leadpact imports",),
    "void": ("leadpact void import-3f1c52d07a9be844",),
    "export": (
        "leadpact export --out warehouse",
        "leadpact export --out warehouse --format duckdb",
        "leadpact export agreement.yaml --sources sources.yaml --out tables --format csv",
    ),
    "drops": ("leadpact drops", "leadpact drops --import crm"),
    "uploads": ("leadpact uploads", "leadpact uploads --import"),
    "act": (
        'leadpact act 10482 attempt --channel phone --outcome "no answer" --by "Ana Silva"',
        'leadpact act 10482 reject --reason "wrong timing" --rating 2',
        'leadpact act 10482 waive --obligation "First response" --reason "asked for a letter"',
    ),
    "measure": ("leadpact measure", "leadpact measure --json"),
    "rebuild": ("leadpact rebuild --check", "leadpact rebuild"),
    "backup": ("leadpact backup backups/2026-04-01",),
    "restore": ("leadpact restore backups/2026-04-01",),
    "form create": (
        'leadpact form create demo --field "name=Your name" --field "company*" '
        "--site https://www.example.com",
        "leadpact form create guide --states asset=Guide --thanks https://www.example.com/thanks",
    ),
    "form snippet": ("leadpact form snippet demo --at https://leads.example.com > form.html",),
    "form list": ("leadpact form list",),
    "form retire": ("leadpact form retire demo",),
    "key create": (
        "leadpact key create website --scope collect",
        'leadpact key create "assistant of Jo" --scope read --for jo@example.com',
    ),
    "key list": ("leadpact key list",),
    "key revoke": ("leadpact key revoke website",),
    "user create": ('leadpact user create jo@example.com --role "sales head" --name "Jo Bell"',),
    "user invite": ("leadpact user invite jo@example.com",),
    "user change": ('leadpact user change jo@example.com --role "sales head"',),
    "user remove": ("leadpact user remove jo@example.com",),
    "user restore": ("leadpact user restore jo@example.com",),
    "user list": ("leadpact user list --json",),
    "channel add": (
        "leadpact channel add mail 'mailtos://leads%40example.com:…@smtp.example.com?to={email}'",
        "leadpact channel add managers - --for sales",
    ),
    "channel list": ("leadpact channel list",),
    "channel try": ('leadpact channel try mail --to "Ana Silva"',),
    "channel remove": ("leadpact channel remove mail",),
    "webhook add": ("leadpact webhook add https://hooks.example.com/leads --kind handoff",),
    "webhook list": ("leadpact webhook list",),
    "webhook try": ("leadpact webhook try 1",),
    "webhook remove": ("leadpact webhook remove 1",),
    "notice list": ("leadpact notice list --state dead",),
    "notice replay": ("leadpact notice replay", "leadpact notice replay 41 42"),
    "crm connect": (
        "leadpact crm connect hubspot",
        "leadpact crm connect hubspot --mapping crm.yaml",
    ),
    "crm check": ("leadpact crm check hubspot", "leadpact crm check hubspot --mapping crm.yaml"),
    "crm setup": (
        "leadpact crm setup hubspot",
        "leadpact crm setup salesforce --package leadpact-salesforce.zip",
    ),
    "crm pull": ("leadpact crm pull hubspot",),
    "crm push": ("leadpact crm push hubspot --dry-run",),
    "crm shadow": ("leadpact crm shadow hubspot off",),
    "crm reconcile": ("leadpact crm reconcile hubspot", "leadpact crm reconcile hubspot --all"),
    "crm status": ("leadpact crm status",),
    "crm disconnect": ("leadpact crm disconnect hubspot",),
    "crm demo": ("leadpact crm demo", "leadpact crm demo salesforce"),
    "absence add": (
        'leadpact absence add "Ana Silva" 2026-08-03 2026-08-14 --reason holiday',
        'leadpact absence add "Ana Silva" 2026-08-03T12:00-04:00 2026-08-03T18:00-04:00',
    ),
    "absence list": ("leadpact absence list",),
    "absence remove": ("leadpact absence remove 3",),
    "mute": ('leadpact mute "Ana Silva" digest',),
    "unmute": ('leadpact unmute "Ana Silva" digest',),
    "proposal list": ("leadpact proposal list", "leadpact proposal list --state refused --json"),
    "proposal accept": ("leadpact proposal accept 12",),
    "proposal refuse": ("leadpact proposal refuse 12",),
    "person export": ("leadpact person export ada@lovelace.example > ada.json",),
    "person erase": ("leadpact person erase ada@lovelace.example",),
    "audit verify": ("leadpact audit verify",),
}  # fmt: skip


def words_of(example: str) -> list[str]:
    """The words of an example as a shell would hand them over, up to where its output goes."""
    return shlex.split(example.partition(" > ")[0])


class Parameter(NamedTuple):
    """An argument or option as it is typed and what it means; `default` is empty for none."""

    typed: str
    meaning: str
    needed: bool
    default: str

    @property
    def line(self) -> str:
        """The meaning, with what holds when it is not given."""
        if self.needed:
            return f"{self.meaning} Needed."
        return f"{self.meaning} Default: {self.default}." if self.default else self.meaning


def paragraphs(command: Any) -> list[str]:
    """The description of a command, each paragraph one line."""
    return [" ".join(each.split()) for each in (command.help or "").split("\n\n")]


def arguments(command: Any) -> list[Parameter]:
    """What is typed without a name, in order."""
    return [_told(each) for each in command.params if isinstance(each, TyperArgument)]


def options(command: Any) -> list[Parameter]:
    """What is typed with a name, in order."""
    return [_told(each) for each in command.params if not isinstance(each, TyperArgument)]


def pieces(command: Any) -> list[str]:
    """What may follow the command's name, what is needed first."""
    needed = [each.typed for each in options(command) if each.needed]
    others = [] if len(needed) == len(options(command)) else ["[OPTIONS]"]
    return [*(each.typed for each in arguments(command)), *needed, *others]


def _told(parameter: Any) -> Parameter:
    name = parameter.metavar or ""
    if isinstance(parameter, TyperArgument):
        typed = f"{name}..." if parameter.nargs == -1 else name
    else:
        typed = " / ".join((*parameter.opts, *parameter.secondary_opts))
        typed = f"{typed} {name}".rstrip()
    return Parameter(typed, parameter.help or "", parameter.required, _default(parameter))


def _default(parameter: Any) -> str:
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    if parameter.default is None or isinstance(parameter.default, bool):
        return ""
    return f"{parameter.default}"


class Command(TyperCommand):
    """A command whose help shows examples and says what is typed in the words of its options."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """What may follow the command's name."""
        return pieces(self)

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The description, wrapped to the terminal."""
        for paragraph in paragraphs(self):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(paragraph)

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Arguments and options, each with its meaning."""
        _list(formatter, "Arguments", ((each.typed, each.line) for each in arguments(self)))
        known = [(each.typed, each.line) for each in options(self)]
        _list(formatter, "Options", [*known, ("-h, --help", "Show this and end.")])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The examples, each on one line so that it can be copied."""
        with formatter.section("Examples"):
            for example in EXAMPLES.get(ctx.command_path.partition(" ")[2], ()):
                formatter.write(f"  {example}\n")


class Group(TyperGroup):
    """The program itself, whose help shows the first sentence about each command whole."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Options, then the commands."""
        known = [(each.typed, each.line) for each in options(self)]
        _list(formatter, "Options", [*known, ("-h, --help", "Show this and end.")])
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        _list(formatter, "Commands", ((name, paragraphs(c)[0]) for name, c in commands.items()))


def _list(formatter: Any, title: str, rows: Iterator[tuple[str, str]] | list[Any]) -> None:
    if rows := list(rows):
        with formatter.section(title):
            formatter.write_dl(rows)
