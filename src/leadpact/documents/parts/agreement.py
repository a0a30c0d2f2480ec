"""The agreement itself, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from leadpact.agreement.durations import Term
from leadpact.agreement.lint.reach import group_of
from leadpact.agreement.plain_names import plainly
from leadpact.agreement.prose import in_words
from leadpact.agreement.spec import Agreement, Goal, Limits, Meeting, Period, Person
from leadpact.agreement.vocabulary import METRICS
from leadpact.documents import words
from leadpact.documents.blocks import Section, Table, plain

_DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


def agreement_section(agreement: Agreement) -> Section:
    """Everything both sides accepted, as the report shows it."""
    frame, *rest = tables_of(agreement)
    return Section(
        "agreement",
        "The agreement",
        text=[agreement.name, *([agreement.purpose] if agreement.purpose else [])],
        tables=[frame],
        aside=rest,
    )


def tables_of(agreement: Agreement) -> list[Table]:
    """Everything both sides accepted, in the order of the document; what it lacks is left out."""
    plain_words = plainly(agreement)
    found = [_frame(agreement), *(table for table in _tables(agreement) if table.rows)]
    return [
        replace(table, rows=[[plain_words(plain(cell)) for cell in row] for row in table.rows])
        for table in found
    ]


def _tables(agreement: Agreement) -> Iterator[Table]:
    definitions = [[term, meaning] for term, meaning in agreement.definitions.items()]
    yield Table("Definitions", ["Term", "Meaning"], definitions, words=2)
    yield _customers(agreement)
    yield _personas(agreement)
    yield _hygiene(agreement)
    yield _stages(agreement)
    yield _disqualification(agreement)
    yield _obligations(agreement)
    yield _escalations(agreement)
    yield _protocol(agreement)
    yield _goals(agreement)
    yield _scoring(agreement)
    yield _limits(agreement)
    yield _rejections(agreement)
    yield _returns(agreement)
    yield _routing(agreement)
    yield _teams(agreement)
    yield _nurture(agreement)
    yield _segments(agreement)
    duties = [
        [words.capital(side), duty]
        for side in ("marketing", "sales")
        for duty in getattr(agreement.responsibilities, side)
    ]
    yield Table("Responsibilities", ["Side", "Duty"], duties, words=2)
    meetings = [
        [
            each.name,
            _held(each),
            ", ".join(each.attendees) or words.NOTHING,
            each.goal or words.NOTHING,
            "; ".join(each.agenda) or words.NOTHING,
        ]
        for each in agreement.meetings
    ]
    yield Table("Meetings", ["Meeting", "When", "Who", "To reach", "About"], meetings, words=5)


def _held(meeting: Meeting) -> str:
    day = f" on {_DAYS[meeting.on]}" if meeting.on else ""
    clock = f" at {meeting.at}" if meeting.at else ""
    return f"every {meeting.every}{day}{clock}"


def _frame(agreement: Agreement) -> Table:
    rows = []
    if agreement.parties:
        for side in ("marketing", "sales"):
            head = getattr(agreement.parties, side).head
            rows.append([f"For {side}", _person(head)])
            contacts = getattr(agreement.parties, side).contacts
            if contacts:
                told = "; ".join(map(_person, contacts))
                rows.append([f"Points of contact in {side}", told])
    if agreement.term:
        rows.append(["Term", _term(agreement.term)])
        if agreement.term.review_every:
            rows.append(["Looked at again", f"every {agreement.term.review_every}"])
        if agreement.term.renewal_notice:
            notice = f"{agreement.term.renewal_notice} before its end"
            rows.append(["Reminder of renewal", notice])
    rows.append(["Working time", in_words(agreement.calendar)])
    if agreement.calendar.holidays:
        rows.append(["Holidays", in_words(agreement.calendar.holidays)])
    return Table("Who, when, where", ["What", "Agreed"], rows, words=2)


def _person(person: Person) -> str:
    return ", ".join(filter(None, (person.name, person.role, person.email)))


def _term(term: Period) -> str:
    first = f"{term.starts.day} {term.starts:%b %Y}"
    if term.until is None:
        return f"from {first} until further notice"
    return f"{first} to {term.until.day} {term.until:%b %Y}"


def _customers(agreement: Agreement) -> Table:
    rows = [
        [
            customer.name,
            customer.product or "everything",
            customer.description or words.NOTHING,
            each.name,
            in_words(each.when),
            f"{each.weight:g}",
        ]
        for customer in agreement.ideal_customers
        for each in customer.criteria
    ]
    header = ["Customer", "Of", "In a few words", "Trait", "Leads that have it", "Weight"]
    return Table("Ideal customers", header, rows, words=5)


def _personas(agreement: Agreement) -> Table:
    rows = [
        [
            persona.name,
            persona.demographics or words.NOTHING,
            persona.responsibilities or words.NOTHING,
            "; ".join(persona.issues) or words.NOTHING,
            "; ".join(persona.goals) or words.NOTHING,
            in_words(persona.when) if persona.when else words.NOTHING,
        ]
        for persona in agreement.personas
    ]
    header = ["Buyer", "Is", "Does", "Is troubled by", "Wants", "Recognised by"]
    return Table("Personas", header, rows, words=6)


def _hygiene(agreement: Agreement) -> Table:
    clean = agreement.hygiene
    rows = [
        [name, told]
        for name, told in (
            ("Duplicates", "a second lead with the same email" if clean.duplicates else ""),
            ("Competitors", ", ".join(clean.competitors)),
            ("Our own people", ", ".join(clean.own_domains)),
            ("Tests", ", ".join(clean.test_patterns)),
            ("Throw-away addresses", "all known services" if clean.disposable else ""),
            ("Emails that cannot be", "left out" if clean.invalid_email else ""),
            ("Opted out", in_words(clean.opt_out) if clean.opt_out else ""),
            ("Bots", in_words(clean.bot) if clean.bot else ""),
        )
        if told
    ]
    return Table("Left out before sales sees it", ["What", "Which"], rows, words=2)


def _disqualification(agreement: Agreement) -> Table:
    rules = agreement.disqualification
    rows = [[f"Discarded: {each.reason}", in_words(each.when)] for each in rules.rules]
    for name, when in (("Lost", rules.closed_lost), ("Begins anew", rules.reopens_on)):
        if when:
            rows.append([name, in_words(when)])
    return Table("Who is discarded, and who comes back", ["What", "When"], rows, words=2)


def _stages(agreement: Agreement) -> Table:
    rows = [
        [
            stage.name,
            stage.side or words.NOTHING,
            stage.definition or words.NOTHING,
            in_words(stage.when)
            if stage.when
            else "as recorded"
            if place
            else "with the first row",
        ]
        for place, stage in enumerate(agreement.stages)
    ]
    return Table("Stages", ["Stage", "Side", "Meaning", "Entered when"], rows, words=4)


def _obligations(agreement: Agreement) -> Table:
    rows = [
        [
            obligation.name,
            obligation.side,
            in_words(obligation.starts_on),
            in_words(obligation.stops_on) if obligation.stops_on else words.NOTHING,
            str(obligation.within),
            _promised(obligation.hurdles),
        ]
        for obligation in agreement.obligations
    ]
    header = ["Obligation", "Side", "From", "Until", "Within", "Promised"]
    return Table("Obligations", header, rows, words=6)


def _escalations(agreement: Agreement) -> Table:
    rows = [
        [each.name, _before_due(each.warnings), in_words(each.escalate_to)]
        for each in agreement.obligations
        if each.warnings or each.escalate_to
    ]
    header = ["Obligation", "Its owner is warned", "Told when it is broken"]
    return Table("Warnings and escalation", header, rows, words=3)


def _before_due(warnings: Sequence[Term]) -> str:
    return f"{in_words(list(warnings))} before it is due" if warnings else words.NOTHING


def _protocol(agreement: Agreement) -> Table:
    steps = agreement.contact_protocol.steps if agreement.contact_protocol else []
    rows = [[step.name, in_words(step.channel), str(step.within)] for step in steps]
    return Table("Contact protocol", ["Step", "Channel", "Within"], rows, words=3)


def _goals(agreement: Agreement) -> Table:
    rows = [
        [goal.name, goal.side, _counted(goal), f"each {goal.per}", _promised_by(goal)]
        for goal in agreement.goals
    ]
    header = ["Goal", "Side", "What is counted", "Period", "Promised"]
    return Table("Goals", header, rows, words=5)


def _counted(goal: Goal) -> str:
    """The figure of a goal, and of which leads it is."""
    scopes = {
        "stage {}": goal.stage,
        "“{}”": goal.obligation,
        "segment {}": goal.segment,
        "brought by {}": goal.origin,
        "team {}": goal.team,
        "{}": goal.person,
    }
    of = [told.format(value) for told, value in scopes.items() if value]
    return ", ".join([METRICS[goal.metric][0], *of])


def _promised_by(goal: Goal) -> str:
    """What is promised, beside which period, and whose part is how much."""
    said = _promised(goal.hurdles)
    if goal.relative_to:
        said += f", in {goal.by} beside {goal.relative_to}"
    if goal.direction == "down":
        said += "; less is better"
    return f"{said}; {_promised(goal.quotas)}" if goal.quotas else said


def _promised(hurdles: Mapping[str, str | float]) -> str:
    said = ", ".join(f"{name} {in_words(value)}" for name, value in hurdles.items())
    return said.replace(" %", f"{words.GLUE}%") or words.NOTHING


def _scoring(agreement: Agreement) -> Table:
    rules = agreement.scoring.rules if agreement.scoring else []
    rows = [
        [
            rule.name,
            in_words(rule.when),
            group_of(rule),
            in_words(rule.ageing) if rule.ageing else words.NOTHING,
            f"{rule.points:+g}",
            words.NOTHING if rule.at_most is None else f"{rule.at_most:g}",
        ]
        for rule in rules
    ]
    header = ["Rule", "When", "Counts as", "Loses", "Points", "At most"]
    return Table("Scoring", header, rows, words=4)


def _limits(agreement: Agreement) -> Table:
    """Bounds of the sums of points, and what makes a lead one of high quality."""
    scoring = agreement.scoring
    rows = []
    if scoring:
        bounds_of = {f"Points for {name}": each for name, each in scoring.groups.items()}
        bounds_of["All points"] = scoring.total
        rows += [[name, in_words(each)] for name, each in bounds_of.items() if each != Limits()]
        if tiers := scoring.tiers:
            for name, bounds in (("fit", tiers.fit), ("engagement", tiers.engagement)):
                told = ", ".join(f"{grade} from {least:g}" for grade, least in bounds.items())
                rows.append([f"Grades of {name}", told])
            rows.append(["High quality", ", ".join(tiers.high_quality)])
    return Table("Limits and grades", ["What", "Agreed"], rows, words=2)


def _rejections(agreement: Agreement) -> Table:
    rows = [
        [each.reason, each.then, str(each.cool_down or words.NOTHING)]
        for each in agreement.handoff.rejections
    ]
    return Table("Reasons for rejection", ["Reason", "Then", "Rest"], rows, words=3)


def _returns(agreement: Agreement) -> Table:
    handoff = agreement.handoff
    rows = [
        [each.name, f"from {each.after_stage} on: {in_words(each.when)}",
         str(each.cool_down or words.NOTHING)]
        for each in handoff.recycling
    ]  # fmt: skip
    return Table("Sent back to marketing by rule", ["Rule", "When", "Rest"], rows, words=3)


def _routing(agreement: Agreement) -> Table:
    routing = agreement.routing
    rows = [
        [each.name, in_words(each.when) if each.when else "every other lead", each.to]
        for each in routing.routes
    ]
    if rows and routing.company_owner_first:
        rows.insert(0, ["Owner first", "somebody holds a lead of the same company", "that person"])
    if routing.reassign_on_breach:
        rows.append(["Late", "the holder lets a clock of sales run out", "somebody else"])
    return Table("Who receives which leads", ["Route", "Leads", "To"], rows, words=3)


def _teams(agreement: Agreement) -> Table:
    rows = [
        [
            team.name,
            team.side,
            team.lead or words.NOTHING,
            ", ".join(each.name for each in team.people) or words.NOTHING,
            words.NOTHING if team.capacity is None else f"{team.capacity:,}",
        ]
        for team in agreement.routing.teams
    ]
    return Table("Teams", ["Team", "Side", "Led by", "People", "Leads a month"], rows, words=4)


def _nurture(agreement: Agreement) -> Table:
    rows = [
        [
            program.name,
            program.owner,
            in_words(program.enters) if program.enters else words.NOTHING,
            in_words(program.exits) if program.exits else words.NOTHING,
            ", ".join(f"{step.name} ({step.channel}, after {step.after})" for step in program.steps)
            or words.NOTHING,
        ]
        for program in agreement.nurture
    ]
    header = ["Program", "Owner", "For", "Until", "Touches"]
    return Table("Nurture", header, rows, words=5)


def _segments(agreement: Agreement) -> Table:
    rows = []
    for segment in agreement.segments:
        terms = [f"{name} {own.within}" for name, own in segment.obligations.items()]
        stages = [f"{name} when {in_words(own.when)}" for name, own in segment.stages.items()]
        differs = "; ".join([*terms, *stages]) or words.NOTHING
        rows.append([segment.name, in_words(segment.when), differs])
    return Table("Segments", ["Segment", "Leads", "What differs"], rows, words=3)
