"""Each command as its users type it: what it writes, where, and how it ends."""

import json
import re
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest

from leadpact import __version__
from leadpact.agreement import templates
from leadpact.cli import usage
from leadpact.cli.app import COMMANDS
from leadpact.cli.exits import MEANING, Code
from tests.cli.helpers import SAMPLES, parsed

CONTACTS = SAMPLES / "hubspot-contacts.csv"


# Help.


def test_it_says_what_there_is(leadpact) -> None:
    done = leadpact("--help")
    assert (done.code, done.err) == (0, "")
    assert leadpact() == done
    for name in COMMANDS:
        assert re.search(rf"^  {name.split()[0]} +[A-Z]", done.out, re.M)
    assert "..." not in done.out.split("Commands:")[1], "a sentence is cut short"
    assert leadpact("--version").out == f"leadpact {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_how_it_is_typed(leadpact, name: str) -> None:
    done = leadpact(*name.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out == leadpact(*name.split(), "-h").out
    for example in usage.EXAMPLES[name]:
        assert example in done.out
    # What a channel's address leaves open is written in braces.
    told = done.out.replace("{email}", "")
    assert not re.search(r"<\w+>|\{|\*\*", told), "words of the framework"


@pytest.mark.parametrize("example", [each for of in usage.EXAMPLES.values() for each in of])
def test_every_example_can_be_typed(example: str) -> None:
    parsed(usage.words_of(example)[1:])


def test_every_exit_code_has_a_meaning() -> None:
    assert set(MEANING) == set(Code)


# init


def test_init_writes_two_files_that_run(leadpact, tmp_path: Path) -> None:
    done = leadpact("init", "--from", CONTACTS, "--deals", SAMPLES / "hubspot-deals.csv")
    assert (done.code, done.err) == (0, "")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["agreement.yaml", "sources.yaml"]
    assert "Sales spoke with 111 of 160 leads within 3 business days." in done.out
    command = done.out.splitlines()[-1].split()
    assert command[0] == "leadpact"
    assert leadpact(*command[1:]).code == 0
    assert (tmp_path / "report" / "report.html").is_file()


def test_init_into_a_new_folder_beside_the_export(leadpact, tmp_path: Path) -> None:
    (tmp_path / "my data é").mkdir()
    (tmp_path / "my data é" / "people.csv").write_bytes(CONTACTS.read_bytes())
    assert leadpact("init", "--from", "my data é/people.csv", "--out", "new one/ours").code == 0
    ours = tmp_path / "new one" / "ours"
    done = leadpact("run", ours / "agreement.yaml", "--sources", ours / "sources.yaml")
    assert (done.code, done.err) == (0, "")


def test_init_through_a_link(leadpact, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "er")
    (tmp_path / "people.csv").write_bytes(CONTACTS.read_bytes())
    assert leadpact("init", "--from", "people.csv", "--out", "link").code == 0
    assert leadpact("run", "link/agreement.yaml", "--sources", "link/sources.yaml").code == 0


def test_init_replaces_nothing_unasked(leadpact, tmp_path: Path) -> None:
    (tmp_path / "agreement.yaml").write_text("mine")
    done = leadpact("init", "--from", CONTACTS)
    assert done.code == Code.FILES
    assert "agreement.yaml is there already" in done.err
    assert "--force" in done.err
    assert [each.name for each in tmp_path.iterdir()] == ["agreement.yaml"]
    assert leadpact("init", "--from", CONTACTS, "--force").code == 0
    assert "leadpact: 1" in (tmp_path / "agreement.yaml").read_text()


@pytest.mark.parametrize("name", templates.names())
def test_init_from_a_template(leadpact, name: str, tmp_path: Path) -> None:
    done = leadpact("init", "--template", name, "--out", "ours")
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "ours" / "agreement.yaml").read_text() == templates.text(name)
    assert leadpact("check", "ours/agreement.yaml").code == 0


# check


def test_check_says_so_when_nothing_is_wrong(leadpact, company: Path) -> None:
    done = leadpact("check", company / "agreement.yaml", company / "sources.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("no problem found.") == 2


def test_check_shows_every_problem_at_its_line(leadpact, tmp_path: Path) -> None:
    text = templates.text("basic").replace("MQLs", "Leads").replace("side: sales", "side: nobody")
    (tmp_path / "a.yaml").write_text(text + "colour: red\n")
    done = leadpact("check", "a.yaml")
    assert (done.code, done.err) == (Code.PROBLEMS, "")
    lines = (tmp_path / "a.yaml").read_text().splitlines()
    shown = re.findall(
        r"^a\.yaml:(\d+):(\d+): error: .+\n +\1 (\|.+)\n +(\|[ ^]+)\n", done.out, re.M
    )
    assert len(shown) == 3
    for line, column, excerpt, marks in shown:
        underlined = excerpt[marks.index("^") : len(marks)]
        assert lines[int(line) - 1][int(column) - 1 :].startswith(underlined)
    assert [excerpt[marks.index("^") :][:6] for *_, excerpt, marks in shown] == [
        "nobody", "nobody", "colour",
    ]  # fmt: skip
    assert done.out.endswith("a.yaml: 3 errors.\n")


def test_check_as_data(leadpact, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("leadpact: 1\n")
    done = leadpact("check", "--json", "a.yaml")
    assert done.code == Code.PROBLEMS
    problems = json.loads(done.out)
    assert {"file", "line", "column", "path", "message", "hint"} <= set(problems[0])
    (tmp_path / "b.yaml").write_text(templates.text("basic"))
    done = leadpact("check", "--json", "b.yaml")
    assert (done.code, json.loads(done.out)) == (0, [])


def test_warnings_matter_only_when_strict(leadpact, tmp_path: Path) -> None:
    text = templates.text("basic").replace("2026-01-01, review_every: quarter", "2026-01-01")
    (tmp_path / "a.yaml").write_text(text)
    assert "warning" in leadpact("check", "a.yaml").out
    assert leadpact("check", "a.yaml").code == 0
    assert leadpact("check", "--strict", "a.yaml").code == Code.PROBLEMS


# run


def test_run_tells_who_kept_which_promise(leadpact, company: Path, tmp_path: Path) -> None:
    done = leadpact("run", company / "agreement.yaml", "--sources", company / "sources.yaml")
    assert (done.code, done.err) == (0, "")
    assert "In Q3 2025 marketing did not keep its one promise" in done.out
    assert re.search(r"^Marketing\n  ✗ .*\b0\b", done.out, re.M)
    assert re.search(r"^Sales\n  – .*, too few$", done.out, re.M)
    assert "5 of 6" in done.out, "under 20 cases counts, not rates"
    assert list(tmp_path.iterdir()) == []


def test_run_writes_a_folder_of_results(leadpact, company: Path, tmp_path: Path) -> None:
    words = ["run", company / "agreement.yaml", "--sources", company / "sources.yaml"]
    done = leadpact(*words, "--out", "my report")
    assert (done.code, done.err) == (0, "")
    assert "The report: my report/report.html\n" in done.out
    folder = tmp_path / "my report"
    names = {each.name for each in folder.iterdir() if not each.name.startswith(".")}
    assert {"report.html", "figures.json", "rejects.csv", "leads.parquet"} <= names
    assert json.loads((folder / "figures.json").read_text()) == json.loads(
        leadpact(*words, "--json").out
    )
    first = (folder / "report.html").read_bytes()
    assert leadpact(*words, "--out", "my report").code == 0
    assert (folder / "report.html").read_bytes() == first
    (folder / "mine.txt").write_text("mine")
    done = leadpact(*words, "--out", "my report")
    assert done.code == Code.FILES
    assert "has files that Leadpact did not write there: mine.txt" in done.err


def test_the_figures_have_the_form_that_was_promised(leadpact, company: Path) -> None:
    done = leadpact(
        "run", company / "agreement.yaml", "--sources", company / "sources.yaml", "--json"
    )
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert list(found)[:5] == ["as_of", "agreement", "counts", "metrics", "obligations"]
    assert datetime.fromisoformat(found["as_of"]).utcoffset() is not None
    assert set(found["agreement"]) == {"name", "sha256"}
    assert re.fullmatch(r"[0-9a-f]{64}", found["agreement"]["sha256"])
    assert set(found["counts"]) == {"leads", "excluded", "stages"}
    assert found["counts"]["leads"] == 360
    stages = ["Lead", "Marketing Qualified Lead", "Sales Qualified Lead", "Opportunity", "Customer"]
    assert list(found["counts"]["stages"]) == stages
    assert all(type(n) is int for n in found["counts"]["stages"].values())
    for each in found["metrics"]:
        assert list(each) == [
            "name", "period", "by", "group", "segment", "source",
            "value", "unit", "n", "low", "high",
        ]  # fmt: skip
        assert all(type(each[key]) is str for key in ("name", "period", "unit"))
        assert type(each["n"]) is int
        assert all(type(each[key]) in (float, type(None)) for key in ("value", "low", "high"))
    contacts = [m for m in found["metrics"] if m["name"] == "contacts_added"]
    assert [m["value"] for m in contacts if m["period"] == "all" and not m["source"]] == [360]
    (promise,) = found["obligations"]
    assert promise.pop("p50_seconds") > 0
    assert promise == {
        "name": "Connect with every Marketing Qualified Lead",
        "side": "sales",
        "met": 111,
        "missed": 11,
        "running": 0,
        "overdue": 38,
        "cancelled": 0,
        "waived": 0,
        "rate": 111 / 160,
        "p90_seconds": None,
    }


def test_a_day_means_its_end_where_the_agreement_is(leadpact, company: Path) -> None:
    words = ["run", company / "agreement.yaml", "--sources", company / "sources.yaml", "--json"]
    day = json.loads(leadpact(*words, "--as-of", "2025-03-08").out)
    assert day["as_of"] == "2025-03-09T04:59:59.999999Z"
    instant = json.loads(leadpact(*words, "--as-of", "2025-03-08T23:59:59.999999-05:00").out)
    assert instant == day
    shortened = json.loads(leadpact(*words, "--as-of", "2025-03-09").out)
    assert shortened["as_of"] == "2025-03-10T03:59:59.999999Z", "a day of 23 hours"


def test_versions_are_each_in_force_in_their_time(leadpact, company: Path, tmp_path: Path) -> None:
    text = (company / "agreement.yaml").read_text()
    early = re.sub(r"from: [\d-]+", "from: 2024-01-01", text)
    late = re.sub(r"from: [\d-]+", "from: 2025-05-01", text).replace("within: 3", "within: 1")
    (tmp_path / "early.yaml").write_text(early)
    (tmp_path / "late.yaml").write_text(late)
    words = ["--sources", company / "sources.yaml", "--json"]
    met = [
        json.loads(leadpact("run", *files, *words).out)["obligations"][0]["met"]
        for files in (["early.yaml"], ["late.yaml"], ["early.yaml", "late.yaml"])
    ]
    assert met[1] < met[2] < met[0]


def test_the_data_folder_may_be_named_with_or_without_the_last_step(
    leadpact, tmp_path: Path
) -> None:
    (tmp_path / "data" / "acme").mkdir(parents=True)
    (tmp_path / "data" / "acme" / "people.csv").write_bytes(CONTACTS.read_bytes())
    assert leadpact("init", "--from", "data/acme/people.csv").code == 0
    mapping = (tmp_path / "sources.yaml").read_text().replace("data/acme/", "acme/")
    (tmp_path / "sources.yaml").write_text(mapping)
    words = ["run", "agreement.yaml", "--sources", "sources.yaml", "--json"]
    above = leadpact(*words, "--data", "data")
    assert above.code == 0
    assert leadpact(*words, "--data", "data/acme") == above
    assert leadpact(*words, "--data", "data/other").code == Code.PROBLEMS


# demo and explain


def test_demo_writes_what_the_other_commands_take(leadpact, made_up) -> None:
    folder, _, done = made_up
    assert (done.code, done.err) == (0, "")
    assert "made up" in (folder / "report.html").read_text(encoding="utf-8")
    assert f"The report: {folder / 'report.html'}\n" in done.out
    assert json.loads(made_up.answer) == {"status": "ready"}
    assert done.out.endswith("Ended. The files stay where they are.\n")
    assert leadpact("check", folder / "agreement.yaml").code == 0
    again = leadpact(
        "run", folder / "agreement.yaml", "--sources", folder / "log.parquet", "--json"
    )
    assert json.loads(again.out) == json.loads((folder / "figures.json").read_text())


def test_demo_that_serves_nothing_ends(leadpact, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("leadpact.flows.demonstration.TEMPLATE", "basic")
    done = leadpact("demo", "--no-serve", "--leads", "100", "--out", "new")
    assert (done.code, done.err) == (0, "")
    assert "Open http" not in done.out
    assert (tmp_path / "new" / "report.html").is_file()
    assert (tmp_path / "new" / ".ledger" / "leadpact.sqlite3").is_file()


def test_the_command_that_demo_suggests_works(leadpact, made_up) -> None:
    (line,) = [each for each in made_up.done.out.splitlines() if each.startswith("    leadpact ")]
    suggested = usage.words_of(line)
    assert suggested[:2] == ["leadpact", "explain"]
    story = leadpact(*suggested[1:])
    assert (story.code, story.err) == (0, "")
    assert story.out.startswith(f"{suggested[3]} ")
    assert "(sales): MET." in story.out
    assert "MISSED" in story.out
    data = leadpact(*suggested[1:], "--json")
    assert json.loads(data.out)["lead"] == suggested[3]


def test_explain_says_which_leads_are_near(leadpact, made_up) -> None:
    folder = made_up.folder
    words = [folder / "agreement.yaml", "L0004x", "--sources", folder / "log.parquet"]
    done = leadpact("explain", *words)
    assert (done.code, done.out) == (Code.PROBLEMS, "")
    assert "No lead has the key “L0004x”. Did you mean “L0004" in done.err


# diff and schema


def test_diff_says_what_changes(leadpact, tmp_path: Path) -> None:
    old = templates.text("basic")
    (tmp_path / "old.yaml").write_text(old)
    (tmp_path / "new.yaml").write_text(old.replace("3 business days", "1 business day"))
    done = leadpact("diff", "old.yaml", "new.yaml")
    assert (done.code, done.err) == (0, "")
    assert "3 business days" in done.out
    assert "1 business day" in done.out
    data = json.loads(leadpact("diff", "old.yaml", "new.yaml", "--json").out)
    assert set(data) == {"old", "new", "changes"}
    assert data["old"]["sha256"] != data["new"]["sha256"]
    assert {"whom", "sentence"} == set(data["changes"][0])
    assert leadpact("diff", "old.yaml", "old.yaml").out == "No change in meaning.\n"


def test_schema_is_one_that_editors_can_use(leadpact) -> None:
    for words in (["schema"], ["schema", "--sources"]):
        schema = json.loads(leadpact(*words).out)
        jsonschema.validators.validator_for(schema).check_schema(schema)
