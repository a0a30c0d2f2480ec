"""The commands of `leadpact`, put together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from leadpact import __version__
from leadpact.cli import guard, usage
from leadpact.cli.commands import (
    absence,
    act,
    audit,
    backup,
    channel,
    check,
    crm,
    crm_data,
    crm_demo,
    demo,
    diagnose,
    diff,
    document,
    drops,
    explain,
    export,
    form,
    import_,
    init,
    key,
    learn,
    live,
    mcp,
    measure,
    mute,
    notice,
    person,
    plan,
    proposal,
    publish,
    rebuild,
    route,
    run_agreement,
    schema,
    serve,
    uploads,
    user,
    webhook,
    what_if,
)

app = typer.Typer(
    name="leadpact",
    cls=usage.Group,
    help="The service level agreement between marketing and sales, as software.",
    epilog="Begin with `leadpact demo`, or with your own export: `leadpact init --from FILE`.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo.demo,
    "init": init.init,
    "check": check.check,
    "run": run_agreement.run,
    "explain": explain.explain,
    "route": route.route,
    "diagnose": diagnose.diagnose,
    "what-if": what_if.what_if,
    "learn": learn.learn,
    "plan": plan.plan,
    "diff": diff.diff,
    "document": document.document,
    "schema": schema.schema,
    "publish": publish.publish,
    "live": live.live,
    "shadow": live.shadow,
    "import": import_.import_,
    "imports": import_.imports,
    "void": import_.void,
    "uploads": uploads.uploads,
    "drops": drops.drops,
    "export": export.export,
    "act": act.act,
    "measure": measure.measure,
    "rebuild": rebuild.rebuild,
    "backup": backup.backup,
    "restore": backup.restore,
    "mcp": mcp.mcp,
    "serve": serve.serve,
    "web": serve.web,
    "worker": serve.worker,
    "form create": form.create,
    "form snippet": form.snippet,
    "form list": form.list_,
    "form retire": form.retire,
    "key create": key.create,
    "key list": key.list_,
    "key revoke": key.revoke,
    "user create": user.create,
    "user invite": user.invite,
    "user change": user.change,
    "user remove": user.remove,
    "user restore": user.restore,
    "user list": user.list_,
    "channel add": channel.add,
    "channel list": channel.list_,
    "channel try": channel.try_,
    "channel remove": channel.remove,
    "webhook add": webhook.add,
    "webhook list": webhook.list_,
    "webhook try": webhook.try_,
    "webhook remove": webhook.remove,
    "notice list": notice.list_,
    "notice replay": notice.replay,
    "crm connect": crm.connect,
    "crm check": crm.check,
    "crm setup": crm.setup,
    "crm pull": crm_data.pull,
    "crm push": crm_data.push,
    "crm shadow": crm.shadow,
    "crm reconcile": crm_data.reconcile,
    "crm status": crm.status,
    "crm disconnect": crm.disconnect,
    "crm demo": crm_demo.demo,
    "absence add": absence.add,
    "absence list": absence.list_,
    "absence remove": absence.remove,
    "mute": mute.mute,
    "unmute": mute.unmute,
    "proposal list": proposal.list_,
    "proposal accept": proposal.accept,
    "proposal refuse": proposal.refuse,
    "person export": person.export,
    "person erase": person.erase,
    "audit verify": audit.verify,
}
#: What one command lets another do, in a process of its own.
PARTS: dict[str, Callable[..., None]] = {
    "demo-ledger": demo.ledger,
    "demo-life": demo.life,
    "demo-crm-system": crm_demo.stand_in,
    "demo-crm-ledger": crm_demo.ledger,
}
#: What commands of two words have in common.
GROUPS = {
    "form": "Declare web forms, and print the HTML to paste into a page.",
    "key": "Make, list and revoke keys for programs.",
    "user": "Let people sign in, as what, and no more; list them.",
    "channel": "Tell people over mail and chat.",
    "webhook": "Tell programs, by signed calls.",
    "notice": "See what was told, and try anew what did not get through.",
    "crm": "Work where your reps work: HubSpot and Salesforce, both ways.",
    "absence": "Say who is away and gets no leads.",
    "proposal": "Say of leads that look alike whether they are one person.",
    "person": "Hand out or erase what is held on one person.",
    "audit": "Verify the trail of every change to what decides.",
}
_groups = {
    name: typer.Typer(cls=usage.Group, help=text, add_completion=False, rich_markup_mode=None)
    for name, text in GROUPS.items()
}
for _name, _command in COMMANDS.items():
    *_above, _last = _name.split()
    (_groups[_above[0]] if _above else app).command(_last, cls=usage.Command)(_command)
for _name, _command in PARTS.items():
    app.command(_name, hidden=True)(_command)
for _name, _group in _groups.items():
    app.add_typer(_group, name=_name)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leadpact {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def leadpact(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """The service level agreement between marketing and sales, as software."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(arguments: Sequence[str] | None) -> int:
    """Run one command; its exit code."""
    guard.prepare()
    given = sys.argv[1:] if arguments is None else list(arguments)
    return guard.ended(lambda: _invoke(given))


def _invoke(arguments: list[str]) -> None:
    """Run a command without the framework's own answers to what goes wrong."""
    program = typer.main.get_command(app)
    with program.make_context("leadpact", arguments) as context:
        program.invoke(context)
