"""What the evaluators find in cases small enough to be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from foedus import reference, rete
from foedus.derivation import choices_of, conclude, decisive, facts_of, overall, reasons_of
from foedus.diagram import NO, YES, Diagrams, find_nearest
from foedus.formula import (
    FALSE,
    TRUE,
    About,
    All,
    AnyOf,
    AtLeast,
    Choose,
    Dated,
    FormulaError,
    Knob,
    Layer,
    Not,
    Setting,
    Some,
    Term,
    Test,
    Who,
    conjunction,
    disjunction,
    negation,
    parse_formula,
    threshold,
    write_formula,
)
from foedus.ground import (
    APPLIED,
    SET_ASIDE,
    TEMPORAL_SCOPE,
    Facts,
    Reading,
    Rules,
    find_situations,
    merge,
    version_for,
)
from foedus.model import (
    Clause,
    Definition,
    Duty,
    Event,
    KnobSetting,
    Overlay,
    Party,
    Period,
    Scenario,
    Stated,
    Step,
    TermEntry,
    Treaty,
    Version,
)
from foedus.readings import Question
from foedus.residual import Space, by_definition, domain, join
from generated import ACTORS, DAY, SOURCE, TEMPORAL, TEXTS, VOCABULARY

if TYPE_CHECKING:
    from foedus.derivation import Finding
    from foedus.formula import Formula, Truth
    from foedus.ground import Situation
    from foedus.vocabulary import Value

TRUTHS: tuple[Truth, ...] = (True, False, None)
FIRST = Test("first", "is", (True,))
HOME = Test("place", "is", ("home",))
PARTIES = {"AAA": Party(), "BBB": Party()}


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def event(  # the attack that a case is about, or what is said of it
    name: str = "e",
    on: int = 0,
    by: Any = "CCC",  # noqa: ANN401 - whatever a scenario may state
    against: Any = "AAA",  # noqa: ANN401 - the same
    act: str = "strike",
    **more: Any,  # noqa: ANN401 - the same
) -> Event:
    fields = {name: more.pop(name) for name in ("until", "about", "follows") if name in more}
    facts = {key: value if isinstance(value, Stated) else Stated(value) for key, value in more.items()}
    return Event(name, day(on), Stated(act), Stated(by), Stated(against), facts=facts, **fields)


def treaty(*versions: Version, parties: dict[str, Party] | None = None, **more: Any) -> Treaty:  # noqa: ANN401
    of_clause = {name: more.pop(name) for name in ("overlays", "defaults", "obligors", "beneficiaries") if name in more}
    clause = Clause("c", "1", more.pop("kind", "defense"), versions or (Version(TRUE, Duty()),), **of_clause)
    period = more.pop("in_force", Period(DAY))
    return Treaty("t", "T", "T", period, parties or PARTIES, {"art-1": clause}, SOURCE, None, TEXTS, **more)


def rules(of: Treaty, terms: dict[str, TermEntry] | None = None, overlays: dict[str, Overlay] | None = None) -> Rules:
    return Rules(VOCABULARY, ACTORS, {TEMPORAL_SCOPE: TEMPORAL, **(terms or {})}, {"t": of}, overlays or {}, {})


def situations(known: Rules, *events: Event, account: str | None = None, on: date | None = None) -> list[Situation]:
    scenario = Scenario("s", "S", "S", ("t/art-1",), events)
    return list(find_situations(known, Facts(scenario, account, on), "t/art-1"))


def findings(
    known: Rules,
    *events: Event,
    choices: dict[str, Value] | None = None,
    **more: Any,  # noqa: ANN401 - an account, a day
) -> list[Finding]:
    reading = Reading(choices or {}, known)
    return [conclude(s, reference.judge(s, reading)) for s in situations(known, *events, **more)]


def truth(formula: Formula, *events: Event, **more: Any) -> Truth:  # noqa: ANN401
    """Whether a formula holds of the first event, as the trigger of a clause."""
    known = rules(treaty(Version(formula, Duty())), **more)
    return findings(known, *events)[0].judgement.casus.of[2].value


def entry(name: str, default: str, **definitions: Definition) -> TermEntry:
    return TermEntry(name, name, "?", default, definitions)


# Truth


def test_joins_of_truths_are_kleenes() -> None:
    for values in product(TRUTHS, repeat=3):
        assert conjunction(values) is (False if False in values else None if None in values else True)
        assert disjunction(values) is (True if True in values else None if None in values else False)
        for count in range(5):
            least, most = values.count(True), values.count(True) + values.count(None)
            assert threshold(count, values) is (True if least >= count else False if most < count else None)
    assert [negation(value) for value in TRUTHS] == [False, True, None]
    assert conjunction(()) is True
    assert disjunction(()) is False


def test_a_test_compares_on_its_scale_and_is_unknown_where_the_fact_is() -> None:
    middle = event(gravity="middle")
    for relation, holds in (
        ("at_least", [True, True, False]),
        ("at_most", [False, True, True]),
        ("is", [False, True, False]),
    ):
        for value, expected in zip(("low", "middle", "high"), holds, strict=True):
            assert truth(Test("gravity", relation, (value,)), middle) is expected  # type: ignore[arg-type]
    assert truth(Test("gravity", "is", ("low", "middle")), middle) is True
    assert truth(HOME, middle) is None
    assert truth(Test("deaths", "at_least", (10,)), event(deaths=10)) is True
    assert truth(Test("deaths", "at_most", (9,)), event(deaths=10)) is False
    assert truth(Test("act", "is", ("force",)), middle) is True
    assert truth(Test("act", "is", ("embargo",)), middle) is False


def test_connectives_and_some_hold_as_they_say() -> None:
    first = event(first=True, place="sea")
    assert truth(All((FIRST, HOME)), first) is False
    assert truth(AnyOf((FIRST, HOME)), first) is True
    assert truth(Not(HOME), first) is True
    assert truth(AtLeast(2, (FIRST, HOME, FIRST)), first) is True
    assert truth(AtLeast(3, (FIRST, HOME, FIRST)), first) is False
    request = event("r", 1, "AAA", "BBB", "request", about="e")
    asked = Some(All((Test("act", "is", ("request",)), About())))
    assert truth(asked, first) is False
    assert truth(asked, first, request) is True
    assert truth(asked, first, replace(request, about=None)) is False
    unsure = replace(request, facts={"happened": Stated()})
    assert truth(asked, first, unsure) is None
    assert truth(asked, first, replace(request, facts={"happened": Stated(value=False)})) is False


def test_roles_kinds_and_actors_are_told_apart() -> None:
    attack = event()
    for whose, holds in {
        "by": {"adversary", "non-party", "state", "CCC"},
        "against": {"beneficiary", "party", "state", "AAA"},
        "obligor": {"obligor", "party", "state", "BBB"},
    }.items():
        for name in (
            "obligor",
            "beneficiary",
            "adversary",
            "party",
            "non-party",
            "state",
            "group",
            "organ",
            "AAA",
            "BBB",
            "CCC",
        ):
            assert truth(Who(whose, (name,)), attack) is (name in holds), (whose, name)  # type: ignore[arg-type]
    assert truth(Who("by", ("AAA", "CCC")), attack) is True
    assert truth(Who("by", ("group",)), event(by="BND")) is True
    nobody = event(by=None)
    assert truth(Who("by", ("CCC",)), nobody) is None
    assert truth(Who("adversary", ("state",)), nobody) is None
    assert truth(Some(Who("by", ("adversary",))), nobody) is None


def test_some_event_is_found_whoever_is_meant() -> None:
    """An actor, a role, a kind, several of them, or an actor who is not known."""
    told = (event(), event("said", 1, "BND", "BBB"), event("asked", 2, None, "CCC", about="e"))
    known = rules(treaty(Version(TRUE, Duty()), parties={**PARTIES, "CCC": Party()}))
    case = next(each for each in situations(known, *told) if each.case.obligor == "BBB" and each.case.event == "e")
    for relations, names in (
        ((Who("by", ("BND",)),), ["said", "asked"]),
        ((Who("by", ("group",)),), ["said", "asked"]),
        ((Who("by", ("UNSC", "BND", "adversary")),), ["e", "said", "asked"]),
        ((Who("against", ("obligor",)),), ["said"]),
        ((Who("against", ("obligor", "beneficiary")),), ["e", "said"]),
        ((Who("against", ("party",)),), ["e", "said", "asked"]),
        ((Who("against", ("obligor",)), Who("by", ("state",))), []),
        ((Who("obligor", ("BBB",)),), ["e", "said", "asked"]),
        ((Who("obligor", ("AAA",)),), []),
        ((About(), Who("by", ("BND",))), ["asked"]),
        ((Dated("after"),), ["said", "asked"]),
    ):
        assert case.candidates(All(relations)) == names, relations
    nobody = situations(known, event(by=None), event("o", 1, "BND"))[0]
    assert nobody.case.adversary is None
    assert nobody.candidates(Who("by", ("adversary",))) == ["e", "o"]


def test_before_and_after_go_by_days_and_within_a_day_by_what_follows_what() -> None:
    def found(relation: Any, other: Event) -> Truth:  # noqa: ANN401
        return truth(Some(All((Test("act", "is", ("request",)), Dated(relation)))), event(on=2, follows=None), other)

    for on, holds in ((1, {"before", "not-after"}), (2, {"not-before", "not-after"}), (3, {"after", "not-before"})):
        for relation in ("before", "not-before", "after", "not-after"):
            assert found(relation, event("r", on, "AAA", "BBB", "request")) is (relation in holds), (on, relation)
    later = event("r", 2, "AAA", "BBB", "request", follows="m")
    middle = event("m", 2, "AAA", "BBB", "decision", follows="e")
    facts = Facts(Scenario("s", "S", "S", (), (event(on=2), middle, later)))
    assert facts.came_before("e", "r")
    assert facts.came_before("e", "m")
    assert not facts.came_before("r", "e")
    assert not facts.came_before("m", "e")
    assert not facts.came_before("e", "e")


# Cases, time, versions, overlays


def test_each_act_against_a_party_makes_a_case_for_each_other_party() -> None:
    three = {**PARTIES, "CCC": Party()}

    def cases(of: Treaty, *events: Event) -> list[tuple[str, str, str | None]]:
        return [(s.case.obligor, s.case.beneficiary, s.case.adversary) for s in situations(rules(of), *events)]

    assert cases(treaty(parties=three), event()) == [("BBB", "AAA", "CCC")]
    assert cases(treaty(parties=three), event(by="BND")) == [("BBB", "AAA", "BND"), ("CCC", "AAA", "BND")]
    assert cases(treaty(), event(by=None)) == [("BBB", "AAA", None)]
    assert cases(treaty(), event(against="CCC", by="AAA")) == []
    assert cases(treaty(), event(act="request")) == []
    assert cases(treaty(), event(against=None)) == []
    both = event(against=("AAA", "BBB"), by=("BND", "CCC"))
    assert cases(treaty(), both) == [
        ("BBB", "AAA", "BND"), ("BBB", "AAA", "CCC"), ("AAA", "BBB", "BND"), ("AAA", "BBB", "CCC")
    ]  # fmt: skip
    assert cases(treaty(parties=three, obligors=("CCC",)), event(by="BND")) == [("CCC", "AAA", "BND")]
    assert cases(treaty(parties=three, beneficiaries=("BBB",)), event(by="BND")) == []
    assert cases(treaty(parties=three, kind="nonaggression"), event()) == [("CCC", "AAA", "CCC")]
    assert cases(treaty(parties=three, kind="nonaggression"), event(by="BND")) == []


def test_a_clause_covers_what_meets_its_time_in_force() -> None:
    period = Period(day(2), day(5))
    ends: dict[tuple[int, Any], tuple[str, str, str]] = {
        (0, day(1)): ("does-not-arise", "does-not-arise", "not-yet"),
        (0, day(2)): ("arises", "does-not-arise", "came-into-force-during"),
        (1, "ongoing"): ("arises", "does-not-arise", "came-into-force-during"),
        (2, None): ("arises", "arises", "in-force"),
        (4, None): ("arises", "arises", "in-force"),
        (4, day(5)): ("arises", "arises", "ended-during"),
        (4, "ongoing"): ("arises", "arises", "in-force"),
        (5, None): ("does-not-arise", "does-not-arise", "no-longer"),
    }
    known = rules(treaty(in_force=period))
    for (on, until), (continuing, begun, status) in ends.items():
        one = event(on=on, until=until)
        (found,) = findings(known, one)
        assert (found.casus, found.in_force.status) == (continuing, status), (on, until)
        assert findings(known, one, choices={TEMPORAL_SCOPE: "begun"})[0].casus == begun, (on, until)
        assert (found.in_force.from_, found.in_force.until) == (day(2), day(5))


def test_the_time_in_force_is_that_of_both_parties() -> None:
    late = {"AAA": Party(until=day(4), again=(Period(day(6), day(8)),)), "BBB": Party(from_=day(3))}
    known = rules(treaty(parties=late, in_force=Period(day(0), day(9))))
    assert situations(known, event())[0].common_periods == [Period(day(3), day(4)), Period(day(6), day(8))]
    found = {on: findings(known, event(on=on))[0] for on in range(10)}
    assert [on for on, each in found.items() if each.casus == "arises"] == [3, 6, 7]
    assert (found[1].in_force.status, found[1].in_force.from_) == ("not-yet", day(3))
    assert (found[5].in_force.status, found[5].in_force.from_) == ("no-longer", day(3))
    assert (found[9].in_force.status, found[9].in_force.from_) == ("no-longer", day(6))
    never = rules(treaty(parties={"AAA": Party(until=day(2)), "BBB": Party(from_=day(2))}))
    assert findings(never, event(on=2))[0].in_force.status == "never"


def test_the_version_is_that_of_the_day_and_else_the_nearest() -> None:
    old, new = Version(TRUE, Duty(), day(2), day(4)), Version(TRUE, Duty(), day(6))
    clause = Clause("c", "1", "defense", (old, new))
    for first, last, expected in (
        (0, 0, 0),
        (2, 2, 0),
        (3, 9, 0),
        (4, 4, 1),
        (4, 6, 1),
        (6, 6, 1),
        (0, 2, 0),
        (5, 5, 1),
    ):
        assert version_for(clause, day(first), day(last)) == expected, (first, last)
    assert version_for(Clause("c", "1", "defense", (Version(TRUE, Duty()),)), day(0), day(0)) == 0


def test_what_is_seen_earlier_is_shorter_and_less() -> None:
    scenario = Scenario("s", "S", "S", (), (event(until="ongoing"), event("later", 3), event("not", happened=False)))
    assert list(Facts(scenario).events) == ["e", "later"]
    assert list(Facts(scenario, on=day(2)).events) == ["e"]
    assert list(Facts(scenario, on=day(3)).events) == ["e", "later"]
    assert Facts(scenario).last_day("e") == date.max
    assert Facts(scenario, on=day(2)).last_day("e") == day(2)
    assert Facts(scenario, on=day(4)).last_day("later") == day(3)
    told = Stated(None, {"AAA": True, "others": None})
    disputed = Scenario("s", "S", "S", (), (event(first=told, happened=Stated(None, {"BBB": False, "others": True})),))
    assert Facts(disputed, "AAA").known["e", "first"] is True
    assert ("e", "first") not in Facts(disputed, "CCC").known
    assert list(Facts(disputed, "BBB").events) == []
    assert Facts(disputed, "AAA").known["e", "happened"] is True
    assert Facts(disputed).known["e", "act"] == "strike"
    assert Facts(disputed).named == {"AAA", "CCC"}


def test_overlays_and_attachments_speak_when_they_apply() -> None:
    asks = Overlay("o", "charter", SOURCE, requires=FIRST, excludes=HOME, procedure={"ask": Step("ask", FIRST, HOME)})
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"first": True, "place": "sea"}, "arises"),
        ({"first": False, "place": "sea"}, "does-not-arise"),
        ({"first": True, "place": "home"}, "does-not-arise"),
        ({"place": "sea"}, "undetermined"),
    )
    for facts, casus in cases:
        known = rules(treaty(overlays=("o",)), overlays={"o": asks})
        (found,) = findings(known, event(**facts))
        assert found.casus == casus
        assert findings(known, event(**facts), choices={"o": SET_ASIDE})[0].casus == "arises"
        aside = rules(treaty(overlays=("o",)), overlays={"o": replace(asks, applied=False)})
        assert findings(aside, event(**facts))[0].casus == "arises"
        assert findings(aside, event(**facts), choices={"o": APPLIED})[0].casus == casus
    known = rules(treaty(overlays=("o",)), overlays={"o": asks})
    assert list(situations(known, event())[0].steps) == ["o:ask"]
    steps = rules(treaty(overlays=("o",)), overlays={"o": replace(asks, requires=None, excludes=None)})
    for facts, duty in (({"first": True, "place": "sea"}, "due"), ({"first": False, "place": "sea"}, "dormant"),
                        ({"first": True, "place": "home"}, "not-due"), ({"first": True}, "undetermined")):  # fmt: skip
        assert findings(steps, event(**facts))[0].duty == duty
        assert findings(steps, event(**facts), choices={"o": SET_ASIDE})[0].duty == "due"

    def attached(**fields: Any) -> list[str]:  # noqa: ANN401
        of = treaty(attachments={"note": replace(asks, **fields)})
        return list(situations(rules(of), event(on=2))[0].overlays)

    assert attached() == ["t/note"]
    assert attached(binds=("BBB",)) == ["t/note"]
    assert attached(binds=("AAA",)) == []
    assert attached(clauses=("art-1",)) == ["t/note"]
    assert attached(clauses=("art-2",)) == []
    assert attached(from_=day(2)) == ["t/note"]
    assert attached(from_=day(3)) == []


def test_obligors_are_alike_unless_an_event_or_a_condition_names_them() -> None:
    three = {**PARTIES, "CCC": Party()}
    known = rules(treaty(parties=three))
    assert len({situation.alike for situation in situations(known, event(by="BND"))}) == 1
    request = event("r", 1, "AAA", "CCC", "request")
    asking = rules(treaty(Version(Not(Some(Who("against", ("obligor",)))), Duty()), parties=three))
    assert len({situation.alike for situation in situations(asking, event(by="BND"), request)}) == 2
    naming = rules(treaty(Version(Not(Who("obligor", ("CCC",))), Duty()), parties=three))
    assert len({situation.alike for situation in situations(naming, event(by="BND"))}) == 2
    later = rules(treaty(parties={**PARTIES, "CCC": Party(from_=day(1))}))
    assert len({situation.alike for situation in situations(later, event(by="BND"))}) == 2
    denied = event("r", 1, "AAA", "CCC", "request", happened=Stated(None, {"AAA": True, "BBB": False}))
    told = [next(iter(situations(asking, event(by="BND"), denied, account=account))) for account in ("AAA", "BBB")]
    assert len({each.bearing(asking.words(Some(FIRST))) for each in told}) == 2
    assert len({each.bearing(asking.words(FIRST)) for each in told}) == 1
    dated = rules(treaty(), overlays={"o": Overlay("o", "charter", SOURCE, excludes=Who("by", ("BBB",)))})
    assert dated.named == {"t": frozenset({"BBB"})}


# Readings


def test_a_reading_takes_defaults_of_the_version_before_those_of_the_clause_and_of_the_term() -> None:
    floor = KnobSetting(("low", "middle", "high"), "middle")
    war = entry(
        "war", "b", a=Definition("a", SOURCE, Test("gravity", "at_least", (Knob("floor"),)), knobs={"floor": floor}),
        b=Definition("b", SOURCE, FALSE), c=Definition("c", SOURCE, TRUE),
    )  # fmt: skip
    asked = Term("war")

    def casus(choices: dict[str, Value], gravity: str = "middle", **defaults: dict[str, Value]) -> str:
        version = Version(asked, Duty(), defaults=defaults.get("version", {}))
        known = rules(treaty(version, defaults=defaults.get("clause", {})), {"war": war})
        return findings(known, event(gravity=gravity), choices=choices)[0].casus

    assert casus({}) == "does-not-arise"
    assert casus({"war": "c"}) == "arises"
    assert casus({}, clause={"war": "c"}) == "arises"
    assert casus({}, clause={"war": "c"}, version={"war": "b"}) == "does-not-arise"
    assert casus({"war": "a"}) == "arises"
    assert casus({"war": "a", "war.floor": "high"}) == "does-not-arise"
    assert casus({"war": "a", "war.floor": "none such"}) == "arises"
    assert casus({}, clause={"war": "a", "war.floor": "high"}) == "does-not-arise"
    assert casus({"war": "a"}, clause={"war": "a", "war.floor": "high"}) == "arises"
    assert casus({"war.floor": "low"}, "low", clause={"war": "a"}) == "arises"
    assert merge({"x.y": 1, "z": 2}, {"x": "d"}) == {"z": 2, "x": "d"}
    assert merge({"x.y": 1, "x": "d"}, {"x.y": 2}) == {"x": "d", "x.y": 2}


def test_a_knob_is_read_wherever_it_stands_in_its_definition() -> None:
    high = Test("gravity", "at_least", (Knob("floor"),))
    floor = KnobSetting(("low", "high"), "high")
    for formula, by_setting in (
        (Not(high), {"low": False, "high": True}),
        (Some(high), {"low": True, "high": False}),
        (AtLeast(1, (high,)), {"low": True, "high": False}),
        (AnyOf((All((high,)), FALSE)), {"low": True, "high": False}),
    ):
        war = entry("war", "a", a=Definition("a", SOURCE, formula, knobs={"floor": floor}))
        known = rules(treaty(Version(Term("war"), Duty())), {"war": war})
        for setting, holds in by_setting.items():
            (found,) = findings(known, event(gravity="middle"), choices={"war.floor": setting})
            assert (found.casus == "arises") is holds


def test_a_wording_is_the_treatys_choice_and_its_first_text_the_default() -> None:
    version = Version(All((Choose("wording", (("second", HOME), ("first", FIRST))),)), Duty())
    known = rules(treaty(version))
    one = event(first=True, place="sea")
    assert findings(known, one)[0].casus == "arises"
    (found,) = findings(known, one, choices={"t": "second"})
    assert found.casus == "does-not-arise"
    assert "t" in reasons_of(found.judgement)
    counted = AtLeast(2, (FIRST, Choose("wording", (("second", HOME), ("first", FIRST)))))
    assert findings(rules(treaty(Version(counted, Duty()))), one)[0].casus == "arises"
    inner = AnyOf((Not(Choose("wording", (("second", HOME), ("first", FIRST)))), Some(AtLeast(1, (FALSE,)))))
    assert findings(rules(treaty(Version(inner, Duty()))), one)[0].casus == "does-not-arise"
    some = rules(treaty(Version(Some(Choose("wording", (("second", HOME), ("first", FIRST)))), Duty())))
    assert findings(some, one)[0].casus == "arises"
    assert findings(some, one, choices={"t": "second"})[0].casus == "does-not-arise"


# Findings


def test_the_duty_follows_from_casus_steps_and_refusals() -> None:
    steps = {"ask": Step("ask", FIRST, HOME), "decide": Step("decide", Test("deaths", "at_least", (10,)))}
    for discretion, done in (("none", "due"), ("form", "due"), ("self-judging", "left-to-the-party")):
        known = rules(treaty(Version(TRUE, Duty(discretion=discretion), procedure=steps)))  # type: ignore[arg-type]
        for first, place, deaths in product((True, False, None), ("home", "sea", None), (10, 9, None)):
            facts: dict[str, Any] = {
                name: value
                for name, value in (("first", first), ("place", place), ("deaths", deaths))
                if value is not None
            }
            met = [first, None if deaths is None else deaths >= 10]
            expected = (
                "not-due" if place == "home" else "undetermined" if place is None
                else "dormant" if False in met else "undetermined" if None in met else done
            )  # fmt: skip
            (found,) = findings(known, event(**facts))
            assert found.duty == expected
            waiting = [name for name, value in zip(("ask", "decide"), met, strict=True) if value is False]
            assert list(found.waiting_for) == waiting
    for trigger, casus, duty in ((FALSE, "does-not-arise", "not-due"), (FIRST, "undetermined", "undetermined")):
        (found,) = findings(rules(treaty(Version(trigger, Duty(), procedure=steps))), event())
        assert (found.casus, found.duty, found.waiting_for) == (casus, duty, ())
    assert found.owed == Duty()
    assert (found.case.obligor, found.case.event) == ("BBB", "e")


def test_scopes_and_exceptions_are_layers_that_decide_and_are_named() -> None:
    version = Version(
        TRUE, Duty(), scope={"where": HOME}, exceptions={"unless": FIRST}, procedure={"ask": Step("ask", TRUE)}
    )
    known = rules(treaty(version))
    in_time = ["happened", "in-force", TEMPORAL_SCOPE, f"{TEMPORAL_SCOPE}=continuing"]
    for place, first, casus, reasons in (
        ("home", False, "arises", [*in_time, "trigger", "where", "unless", "ask"]),
        ("sea", False, "does-not-arise", ["where"]),
        ("home", True, "does-not-arise", ["unless"]),
        ("sea", True, "does-not-arise", ["where", "unless"]),
    ):  # fmt: skip
        (found,) = findings(known, event(place=place, first=first))
        assert found.casus == casus
        assert reasons_of(found.judgement) == reasons
    layers = [layer.formula for layer in found.judgement.casus.of if isinstance(layer.formula, Layer)]
    assert [(layer.stage, layer.name) for layer in layers] == [
        ("event", "happened"), ("in-force", "in-force"), ("trigger", "trigger"), ("scope", "where"),
        ("exception", "unless"),
    ]  # fmt: skip
    refused = rules(
        treaty(Version(TRUE, Duty(), procedure={"ask": Step("ask", TRUE, TRUE), "more": Step("m", TRUE, FALSE)}))
    )
    (found,) = findings(refused, event())
    assert reasons_of(found.judgement)[-2:] == ["ask", "more"]
    war = entry("war", "a", a=Definition("a", SOURCE, TRUE))
    for term, last in ((Term("war"), ["ask", "war", "war=a"]), (Not(Term("war")), ["trigger", "ask"])):
        of = treaty(Version(TRUE, Duty(), procedure={"ask": Step("ask", TRUE, term)}))
        (found,) = findings(rules(of, {"war": war}), event())
        assert reasons_of(found.judgement)[-len(last) :] == last


def test_one_alternative_decides_and_all_failures_do() -> None:
    known = rules(treaty(Version(AnyOf((FIRST, HOME, Test("gravity", "is", ("low",)))), Duty())))

    def deciding(**facts: Any) -> list[Formula]:  # noqa: ANN401
        trigger = findings(known, event(**facts))[0].judgement.casus.of[2]
        return [part.formula for part in decisive(trigger.of[0])]

    assert deciding(first=True, place="home") == [FIRST]
    assert deciding(first=False, place="home") == [HOME]
    assert len(deciding(first=False, place="sea", gravity="high")) == 3
    assert deciding(first=False) == [HOME, Test("gravity", "is", ("low",))]
    (found,) = findings(known, event(first=False, place="home"))
    assert facts_of(found.judgement) == {("e", "happened"), ("e", "in_force_while_it_lasted"), ("e", "place")}
    asking = rules(treaty(Version(Some(All((Who("by", ("BBB",)), Test("act", "is", ("request",))))), Duty())))
    rests = facts_of(findings(asking, event(), event("r", 1, "BBB", "AAA", "request"))[0].judgement)
    assert rests - {("e", "happened"), ("e", "in_force_while_it_lasted")} == {
        ("r", "happened"), ("r", "by"), ("r", "act"),
    }  # fmt: skip
    negated = rules(treaty(Version(Not(FIRST), Duty())))
    trigger = findings(negated, event(first=True))[0].judgement.casus.of[2]
    assert [part.formula for part in decisive(trigger.of[0])] == [FIRST]


def test_the_strongest_of_several_cases_is_the_clauses() -> None:
    known = rules(treaty(Version(FIRST, Duty(), procedure={"ask": Step("ask", HOME)})))
    one = event("one", first=True, place="sea")
    two = event("two", first=False, place="home")
    three = event("three")
    assert overall(findings(known, two)).casus == "does-not-arise"
    assert overall(findings(known, two, three)).casus == "undetermined"
    assert overall(findings(known, two, three, one)).casus == "arises"
    assert overall(findings(known, two, three, one)).duty == "undetermined"
    assert overall(findings(known, two, one)).duty == "dormant"
    assert (overall([]).casus, overall([]).duty) == ("no-case", "no-case")


def test_the_choices_that_a_judgement_came_to_are_told_with_their_values() -> None:
    wide = KnobSetting((True, False), default=False)
    war = entry(
        "war",
        "a",
        a=Definition("a", SOURCE, Setting("wide", value=True), knobs={"wide": wide}),
        b=Definition("b", SOURCE, TRUE),
    )
    of = treaty(Version(Choose("wording", (("first", Term("war")), ("second", TRUE))), Duty()), attachments={
        "note": Overlay("n", "practice", SOURCE, procedure={"ask": Step("ask", Term("war"))}),
    })  # fmt: skip
    known = rules(of, {"war": war})
    (situation,) = situations(known, event())
    for choices, expected in (
        ({}, {TEMPORAL_SCOPE: "continuing", "t": "first", "t/note": APPLIED, "war": "a", "war.wide": False}),
        ({"t": "second", "war": "b"}, {TEMPORAL_SCOPE: "continuing", "t": "second", "t/note": APPLIED, "war": "b"}),
    ):
        reading = Reading(choices, known)
        assert choices_of(reference.judge(situation, reading), reading) == expected
    (found,) = findings(known, event())
    setting = found.judgement.casus.of[2].of[0].of[0].of[0]
    assert (setting.read, setting.value) == (False, False)
    assert reasons_of(found.judgement) == ["trigger", "t", "war", "war=a"]


# Formulas as files write them


def test_every_formula_is_written_as_it_is_read() -> None:
    written = [
        {"all": [{"first": True}, {"not": {"place": "home"}}]},
        {"any": [{"some": {"act": ["strike", "raid"]}}, {"term": "war"}]},
        {"at_least": 2, "of": [{"about": "this"}, {"dated": "before"}, {"by": "adversary"}]},
        {"setting": {"wide": True}},
        {"wording": {"first": True, "second": False}},
        {"gravity": {"at_most": "$floor"}},
        {"obligor": ["AAA", "party"]},
        {"deaths": {"at_least": 3}},
    ]
    for data in written:
        assert write_formula(parse_formula(data)) == data
    assert parse_formula({"first": True, "place": "home"}) == All((FIRST, HOME))
    assert parse_formula({"setting": {"a": 1, "b": 2}}) == All((Setting("a", 1), Setting("b", 2)))
    assert (parse_formula(data=True), parse_formula(data=False)) == (TRUE, FALSE)
    assert write_formula(Layer("trigger", "trigger", FIRST)) == {"first": True}
    nested = All((AnyOf((FIRST,)), Not(HOME)))
    assert list(nested.walk()) == [nested, AnyOf((FIRST,)), FIRST, Not(HOME), HOME]


def test_what_is_no_formula_is_refused_at_its_place() -> None:
    wrong: list[tuple[object, tuple[object, ...]]] = [
        (None, ()), ([], ()), ("x", ()), ({}, ()), ({"all": []}, ("all",)), ({"any": {}}, ("any",)),
        ({"all": [3]}, ("all", 0)),
        ({"not": None}, ("not",)), ({"term": 3}, ("term",)), ({"about": "that"}, ("about",)),
        ({"dated": "soon"}, ("dated",)),
        ({"by": []}, ("by",)), ({"by": [3]}, ("by",)), ({"setting": {}}, ("setting",)), ({"setting": 3}, ("setting",)),
        ({"wording": {}}, ("wording",)), ({"wording": 3}, ("wording",)), ({"gravity": {}}, ("gravity",)),
        ({"gravity": {"at_least": 1, "at_most": 2}}, ("gravity",)), ({"gravity": {"about": 1}}, ("gravity",)),
        ({"gravity": {"at_least": [1]}}, ("gravity",)), ({"gravity": []}, ("gravity",)),
        ({"gravity": [None]}, ("gravity",)),
        ({"at_least": 2}, ()), ({"of": []}, ()), ({"at_least": True, "of": [{"first": True}]}, ()),
        ({"at_least": "2", "of": [{"first": True}]}, ()), ({"at_least": 2, "of": []}, ("of",)),
        ({"at_least": 1, "of": [{"first": True}], "all": []}, ()), ({"wording": {"a": 3}}, ("wording", "a")),
    ]  # fmt: skip
    for data, place in wrong:
        with pytest.raises(FormulaError) as caught:
            parse_formula(data)
        assert [at for at, _, _ in caught.value.problems] == [place], data


# Partial evaluation, diagrams and the space of readings


def test_joins_leave_out_constants_and_repetitions() -> None:
    one, other = ("pick", "x", (True, False)), ("pick", "y", (False, True))
    assert join("all", [], absorbing=False) is True
    assert join("any", [], absorbing=True) is False
    assert join("all", [True, one, True, one], absorbing=False) == one
    assert join("all", [one, False, other], absorbing=False) is False
    assert join("any", [one, True], absorbing=True) is True
    assert join("all", [one, ("all", (other, one))], absorbing=False) == ("all", (one, other))
    assert join("all", [one, ("any", (one, other))], absorbing=False) == ("all", (one, ("any", (one, other))))


def test_diagrams_compute_what_truth_tables_do() -> None:
    sizes = [2, 3, 2]
    every = list(product(*(range(size) for size in sizes)))

    def value(diagrams: Diagrams, node: int, at: tuple[int, ...]) -> int:
        while node >= 8:
            node = diagrams.branches[node][at[diagrams.levels[node]]]
        return node

    diagrams = Diagrams(sizes)
    first, middle, last = (diagrams.node(0, (NO, YES)), diagrams.node(1, (YES, NO, YES)), diagrams.node(2, (NO, YES)))
    both, either = diagrams.both(first, last), diagrams.either(middle, last)
    for at in every:
        one, two, three = at[0] == 1, at[1] != 1, at[2] == 1
        assert value(diagrams, both, at) == (one and three)
        assert value(diagrams, diagrams.both(last, first), at) == (one and three)
        assert value(diagrams, either, at) == (two or three)
        assert value(diagrams, diagrams.negate(either), at) == (not (two or three))
        assert value(diagrams, diagrams.pick(1, (first, last, both)), at) == [one, three, one and three][at[1]]
        assert value(diagrams, diagrams.pick(0, (middle, last)), at) == [two, three][at[0]]
        assert value(diagrams, diagrams.pick(2, (first, middle)), at) == [one, two][at[2]]
        assert value(diagrams, diagrams.combine("max", max, first, middle), at) == max(one, two)
        assert value(diagrams, diagrams.map_terminals(both, {NO: 3, YES: 5}), at) == (5 if one and three else 3)
        assert value(diagrams, diagrams.settle(both, 2, 6), at) == (6 if one else 0)
    assert diagrams.node(1, (first, first, first)) == first
    assert diagrams.node(0, (NO, YES)) == first
    assert diagrams.negate(diagrams.negate(either)) == either
    assert diagrams.both(first, NO) == NO
    assert diagrams.both(YES, first) == first
    assert diagrams.combine("max", max, YES, first) == YES
    assert [value(diagrams, diagrams.pick(0, (first, middle)), at) for at in ((0, 0, 0), (1, 0, 0), (1, 1, 0))] == [
        0,
        1,
        0,
    ]
    assert diagrams.both(first, first) == first
    assert (diagrams.support(both), diagrams.support(middle), diagrams.support(YES)) == ({0, 2}, {1}, set())
    assert (diagrams.reached(both), diagrams.reached(NO)) == ({NO, YES}, {NO})
    assert diagrams.settle(first, 1, 6) == first
    assert diagrams.settle(middle, 0, 6) == 6
    for nodes in (
        (first, middle),
        (both, middle),
        (middle, diagrams.negate(middle)),
        (first,),
        (NO, middle),
        (YES, both),
    ):
        for level in range(len(diagrams.sizes) + 1):
            joined = reduce(diagrams.either, nodes)
            assert diagrams.settle_any(frozenset(nodes), level, 6) == diagrams.settle(joined, level, 6)
    assert diagrams.settle_any(frozenset(), 1, 6) == diagrams.settle_any(frozenset({NO}), 1, 6) == NO
    current = [0, 1, 0]
    assert find_nearest(diagrams, both, current, YES, 20) == (2, [{0: 1, 2: 1}])
    assert find_nearest(diagrams, either, current, YES, 20) == (1, [{2: 1}, {1: 0}, {1: 2}])
    assert find_nearest(diagrams, either, current, YES, 2) == (1, [{2: 1}, {1: 0}])
    assert find_nearest(diagrams, both, current, NO, 20) == (0, [{}])
    assert find_nearest(diagrams, NO, current, YES, 20) == (None, [])
    alone = Diagrams([2])
    assert find_nearest(alone, alone.node(0, (NO, YES)), [0], YES, 20) == (1, [{0: 1}])


WAR = TermEntry(
    "war", "war", "?", "strict", {
        "strict": Definition("strict", SOURCE, FALSE),
        "graded": Definition("graded", SOURCE, Test("gravity", "at_least", (Knob("floor"),)), knobs={
            "floor": KnobSetting(("low", "middle", "high"), "middle", "gravity"),
        }),
        "any": Definition("any", SOURCE, TRUE),
    },
)  # fmt: skip


def question(**more: Any) -> Question:  # noqa: ANN401
    of = treaty(
        Version(Term("war"), Duty(), procedure={"ask": Step("ask", more.pop("met", TRUE), more.pop("refused", None))})
    )
    of = replace(of, attachments={"note": Overlay("n", "practice", SOURCE, requires=FIRST)})
    gravity = more.pop("gravity", "middle")
    scenario = Scenario("s", "S", "S", ("t/art-1",), (event(gravity=gravity, **more.pop("facts", {"first": False})),))
    return Question(rules(of, {"war": WAR}), scenario, "t/art-1", **{"fixed": {TEMPORAL_SCOPE: "continuing"}, **more})


def test_the_shares_of_a_small_space_are_those_counted_by_hand() -> None:
    """Three definitions that weigh the same, one with three settings; the note applied or not, and then it never is."""
    asked = question()
    assert asked.shares == {
        "arises": (Fraction(1, 3) + Fraction(1, 3) * Fraction(2, 3)) / 2,
        "undetermined": 0,
        "does-not-arise": 1 - (Fraction(1, 3) + Fraction(1, 3) * Fraction(2, 3)) / 2,
    }
    assert asked.counts == {"arises": 3, "undetermined": 0, "does-not-arise": 7}
    assert (asked.total, asked.is_settled) == (10, False)
    assert asked.reached == {"arises", "does-not-arise"}
    assert asked.finding_now() == "does-not-arise"
    influences = {each.variable.name: each for each in asked.influence()}
    assert set(influences) == {"war", "war=graded.floor", "t/note"}
    assert influences["t/note"].pivotal == Fraction(5, 9)
    assert influences["war"].pivotal == Fraction(1, 2)
    assert influences["war=graded.floor"].pivotal == Fraction(1, 6)
    assert sum(each.settling or 0 for each in influences.values()) == 1
    assert dict(influences["t/note"].sides) == {APPLIED: 0, SET_ASIDE: Fraction(5, 9)}
    assert dict(influences["war"].sides) == {"strict": 0, "graded": Fraction(1, 3), "any": Fraction(1, 2)}
    assert [each.settling for each in asked.influence(settling=False)] == [None] * 3
    assert asked.witness("arises") in (
        {"war": "any", "war=graded.floor": "middle", "t/note": SET_ASIDE},
        {"war": "graded", "war=graded.floor": "middle", "t/note": SET_ASIDE},
    )
    assert asked.witness("undetermined") is None
    flip = asked.flip()
    assert flip.fewest == 2
    assert [{v.name: value for v, value in way} for way in flip.ways] == [
        {"war": "graded", "t/note": SET_ASIDE}, {"war": "any", "t/note": SET_ASIDE},
    ]  # fmt: skip
    near = question(current={"war": "graded", "war.floor": "high", "t/note": SET_ASIDE})
    assert near.finding_now() == "does-not-arise"
    assert near.flip().fewest == 1


def test_a_part_of_the_reading_fixed_leaves_the_rest() -> None:
    fixed: dict[str, Value] = {TEMPORAL_SCOPE: "continuing"}
    assert question(fixed=fixed | {"t/note": SET_ASIDE}).shares["arises"] == Fraction(5, 9)
    assert question(fixed=fixed | {"t/note": SET_ASIDE, "war": "graded"}).shares["arises"] == Fraction(2, 3)
    assert question(fixed=fixed | {"t/note": SET_ASIDE, "war": "graded", "war.floor": "high"}).shares["arises"] == 0
    assert question(fixed=fixed | {"t/note": SET_ASIDE, "war": "any"}).is_settled
    only = question(fixed=fixed, admits=lambda term, name, _: term != "war" or name in {"graded", "any"})
    assert only.shares["arises"] == Fraction(5, 12)
    none = question(fixed=fixed, admits=lambda *_: False)
    assert none.counts == {"arises": 0, "undetermined": 0, "does-not-arise": 2}
    weighed = question(fixed=fixed | {"t/note": SET_ASIDE}, weights={"war": {"strict": 1, "graded": 1, "any": 4}})
    assert weighed.shares["arises"] == (4 + Fraction(2, 3)) / 6
    assert question().shares == question(order_of_choices=["t/note", "war=graded.floor", "war"]).shares


def test_the_space_of_every_connective_is_that_of_the_reference() -> None:
    """All facts are known, so that the share is the share of the readings under which the reference lets it arise."""
    floor, wide = KnobSetting(("low", "middle", "high"), "middle", "gravity"), KnobSetting((True, False), default=False)
    high = Test("gravity", "at_least", (Knob("floor"),))
    either = Test("gravity", "is", ("low", Knob("floor")))
    formulas: list[Formula] = [
        All((high, Setting("wide", value=True))), AnyOf((high, Setting("wide", value=True))), Not(high), either,
        AtLeast(2, (high, Setting("wide", value=True), FIRST)), AtLeast(0, (high,)), AtLeast(4, (high, FIRST, HOME)),
        *(AtLeast(count, (high, Setting("wide", value=True), HOME)) for count in (1, 2, 3)),
        Some(All((Test("act", "is", ("request",)), About(), high))), Some(All((Who("by", ("BBB",)), high))),
        Test("act", "is", ("force",)), Test("act", "is", ("embargo", "request")), Dated("before"),
        Test("gravity", "at_most", (Knob("floor"),)),
        Not(All((Not(high), Not(HOME)))), AnyOf((Not(AnyOf((high, HOME))), Not(Setting("wide", value=False)))),
    ]  # fmt: skip
    for formula, gravity, home in product(formulas, ("low", "middle", "high"), ("home", "sea")):
        war = entry("war", "a", a=Definition("a", SOURCE, formula, knobs={"floor": floor, "wide": wide}),
                    b=Definition("b", SOURCE, FIRST))  # fmt: skip
        trigger = Choose("wording", (("first", Term("war")), ("second", All((HOME, Term("war"))))))
        known = rules(treaty(Version(trigger, Duty())), {"war": war})
        events = (
            event(gravity=gravity, place=home, first=True),
            event("r", 1, "BBB", "AAA", "request", about="e", gravity="middle", first=False, place="sea"),
        )
        share = Fraction(0)
        for text, setting, counts in product(("first", "second"), floor.values, wide.values):
            fixed: dict[str, Value] = {"t": text, "war": "a", "war.floor": setting, "war.wide": counts}
            share += Fraction(findings(known, *events, choices=fixed)[0].casus == "arises", 24)
            share += Fraction(findings(known, *events, choices={"t": text, "war": "b"})[0].casus == "arises", 24)
        scenario = Scenario("s", "S", "S", ("t/art-1",), events)
        asked = Question(known, scenario, "t/art-1", fixed={TEMPORAL_SCOPE: "continuing"})
        assert asked.shares == {"arises": share, "undetermined": 0, "does-not-arise": 1 - share}, formula
        for text in ("first", "second"):
            part = Question(known, scenario, "t/art-1", fixed={TEMPORAL_SCOPE: "continuing", "t": text, "war": "b"})
            expected = findings(known, *events, choices={"t": text, "war": "b"})[0].casus
            assert part.shares[expected] == 1


def test_unknown_actors_leave_the_answer_open() -> None:
    known = rules(treaty(Version(Who("by", ("CCC",)), Duty())))
    scenario = Scenario("s", "S", "S", ("t/art-1",), (event(by=None),))
    asked = Question(known, scenario, "t/art-1", fixed={TEMPORAL_SCOPE: "continuing"})
    assert asked.shares["undetermined"] == 1
    assert [(v.kind, v.name, v.of) for v in asked.facts_that_decide] == [("actor", "e.by is CCC", ("e", "by"))]
    freed = Question(known, replace(scenario, events=(event(gravity="low"),)), "t/art-1", frees=True)
    assert [variable.name for variable in freed.facts_that_decide] == ["e.happened"]
    partly = several(event(by="BND", place="sea"), trigger=AnyOf((FIRST, HOME)), frees=True)
    assert [variable.name for variable in partly.choices] == ["e.happened", "e.place"]


def test_unknown_and_disputed_facts_leave_the_answer_open_or_to_the_account() -> None:
    fixed: dict[str, Value] = {TEMPORAL_SCOPE: "continuing", "t/note": APPLIED, "war": "any"}
    open_ = question(fixed=fixed, facts={})
    assert open_.shares["undetermined"] == 1
    assert [variable.name for variable in open_.facts_that_decide] == ["e.first"]
    assert open_.finding_now() == "undetermined"
    told = question(fixed=fixed, facts={"first": Stated(None, {"AAA": True, "BBB": False})})
    assert told.told == ("AAA", "BBB")
    assert told.shares["arises"] == Fraction(1, 2)
    assert [influence.variable.name for influence in told.influence()] == ["account"]
    assert (
        question(fixed=fixed, facts={"first": Stated(None, {"AAA": True, "BBB": False})}, account="AAA").shares[
            "arises"
        ]
        == 1
    )
    both = question(fixed=fixed, facts={"first": Stated(None, {"AAA": True, "BBB": None})})
    assert (both.shares["arises"], both.shares["undetermined"]) == (Fraction(1, 2), Fraction(1, 2))
    put_in = question(fixed=fixed, facts={}, overrides={("e", "first"): True})
    assert put_in.shares["arises"] == 1


def several(*events: Event, trigger: Formula = FIRST, **more: Any) -> Question:  # noqa: ANN401
    """A question of three parties, of a clause with that trigger."""
    known = rules(treaty(Version(trigger, Duty()), parties={**PARTIES, "CCC": Party()}), more.pop("terms", None))
    scenario = Scenario("s", "S", "S", ("t/art-1",), events)
    return Question(known, scenario, "t/art-1", **{"fixed": {TEMPORAL_SCOPE: "continuing"}, **more})


def test_one_of_several_cases_that_arises_is_enough() -> None:
    """Whichever it is and whatever is unknown of the others; of some alone it is asked what is said of those."""
    yes, no, open_ = event("yes", first=True, by="BND"), event("no", first=False, by="BND"), event("open", by="BND")
    assert several(yes, no).shares["arises"] == several(no, yes).shares["arises"] == 1
    assert several(no, open_, yes).shares["arises"] == 1
    assert several(no, open_).shares["undetermined"] == several(open_, no).shares["undetermined"] == 1
    assert several(no, yes, event="no").shares["arises"] == 0
    assert several(no, open_, event="no").facts_that_decide == []
    bound = several(yes, trigger=All((FIRST, Who("obligor", ("CCC",)))))
    assert bound.shares["arises"] == 1
    assert several(yes, trigger=All((FIRST, Who("obligor", ("CCC",)))), obligor="BBB").shares["arises"] == 0
    assert several(yes, trigger=All((FIRST, Who("obligor", ("CCC",)))), obligor="CCC").shares["arises"] == 1


def test_what_unknown_facts_leave_open_is_told_for_each_definition_apart() -> None:
    """Also where two cases, or two conditions, hang on the same fact: together they can settle it."""
    settled = entry("war", "a", a=Definition("a", SOURCE, FIRST), b=Definition("b", SOURCE, Not(FIRST)),
                    c=Definition("c", SOURCE, AnyOf((FIRST, Not(FIRST)))), d=Definition("d", SOURCE, HOME),
                    e=Definition("e", SOURCE, All((FIRST, HOME))))  # fmt: skip
    asked = several(event(place="sea", by="BND"), trigger=Term("war"), terms={"war": settled})
    assert asked.shares == {"arises": Fraction(1, 5), "undetermined": Fraction(2, 5), "does-not-arise": Fraction(2, 5)}
    assert [variable.name for variable in asked.facts_that_decide] == ["e.first"]
    assert asked.facts_that_do_not_matter == []
    negated = several(event(place="sea", by="BND"), trigger=Not(Term("war")), terms={"war": settled})
    assert negated.shares["does-not-arise"] == Fraction(1, 5)
    assert negated.shares["undetermined"] == Fraction(2, 5)
    other = Some(All((Who("by", ("CCC",)), Not(FIRST))))
    two = several(event(by="BND"), event("o", by="CCC", against=(), act="request"), trigger=AnyOf((FIRST, other)))
    assert [variable.name for variable in two.facts_that_decide] == ["e.first", "o.first"]
    assert two.shares["undetermined"] == 1


def test_an_event_that_may_have_happened_leaves_open_what_looks_for_it() -> None:
    asked = Some(Test("act", "is", ("request",)))
    for stated, outcome in ((Stated(None), "undetermined"), (Stated(True), "arises")):
        told = event("r", 1, "BBB", "AAA", "request", happened=stated)
        found = several(event(by="BND"), told, trigger=asked)
        assert found.shares[outcome] == 1
        assert several(event(by="BND"), told, trigger=Not(asked)).shares["arises"] == 0
        assert [each.name for each in found.facts_that_decide] == ["r.happened"] * (outcome == "undetermined")
    denied = event("r", 1, "BBB", "AAA", "request", happened=Stated(None, {"AAA": True, "BBB": None, "CCC": False}))
    shares = several(event(by="BND"), denied, trigger=asked).shares
    assert shares == dict.fromkeys(("arises", "undetermined", "does-not-arise"), Fraction(1, 3))


def test_what_is_left_of_a_question_is_that_of_each_account() -> None:
    told = Stated(None, {"AAA": True, "BBB": False})
    assert several(event(by="BND", first=told)).residual == ("pick", "account", (True, False))
    assert several(event(by="BND", first=told), accounts=("BBB",)).residual is False
    assert several(event(by="BND", first=True, place=Stated(None, {"AAA": "sea", "BBB": "home"}))).residual is True
    assert several(event(by="BND", first=told), account="BBB").residual is False
    assert several(event("n", first=False, by="BND"), event(by="BND", first=True)).residual is True


def test_a_flip_is_the_nearest_of_all_other_outcomes() -> None:
    """Of a duty there are several; and settling shares are told only where there are few enough to add up."""
    steps = entry("war", "a", a=Definition("a", SOURCE, TRUE), b=Definition("b", SOURCE, FALSE))
    ask = entry("ask", "n", n=Definition("n", SOURCE, FALSE), y=Definition("y", SOURCE, TRUE))
    version = Version(Term("war"), Duty(), procedure={"ask": Step("ask", All((Term("ask"), Term("ask2"))))})
    known = rules(treaty(version), {"war": steps, "ask": ask, "ask2": replace(ask, term="ask2")})
    scenario = Scenario("s", "S", "S", ("t/art-1",), (event(),))
    asked = Question(known, scenario, "t/art-1", "duty", fixed={TEMPORAL_SCOPE: "continuing"})
    assert asked.finding_now() == "dormant"
    assert [[(v.name, value) for v, value in way] for way in asked.flip().ways] == [[("war", "b")]]
    due = Question(known, scenario, "t/art-1", "duty", {TEMPORAL_SCOPE: "continuing"}, {"war": "b", "ask": "y"})
    assert [[(v.name, value) for v, value in way] for way in due.flip().ways] == [[("war", "a")]]
    assert due.flip(limit=1).fewest == 1
    assert all(each.settling is not None for each in due.influence())
    assert all(each.settling is None for each in due.influence(most=1))


def test_the_space_of_duties_counts_steps_and_refusals() -> None:
    fixed: dict[str, Value] = {TEMPORAL_SCOPE: "continuing", "t/note": SET_ASIDE}
    cases: tuple[tuple[Formula, Formula | None, str], ...] = (
        (TRUE, None, "due"),
        (FALSE, None, "dormant"),
        (HOME, None, "undetermined"),
        (TRUE, TRUE, "not-due"),
        (TRUE, HOME, "undetermined"),
        (FALSE, FALSE, "dormant"),
    )
    for met, refused, outcome in cases:
        asked = question(fixed=fixed, asked="duty", met=met, refused=refused)
        shares = {name: share for name, share in asked.shares.items() if share}
        expected = {"not-due": Fraction(4, 9)}
        expected[outcome] = expected.get(outcome, Fraction(0)) + Fraction(5, 9)
        assert shares == expected, outcome
    assert question(asked="duty").flip().fewest == 2


def test_a_shared_knob_is_one_choice_and_others_are_each_definitions_own() -> None:
    shared = KnobSetting(("low", "high"), "high", "gravity", same_as="war.shared")
    own = KnobSetting(("low", "high"), "high", "gravity")
    tests = Test("gravity", "at_least", (Knob("shared"),)), Test("gravity", "at_least", (Knob("own"),))
    war = entry("war", "a", a=Definition("a", SOURCE, tests[0], knobs={"shared": shared}),
                b=Definition("b", SOURCE, AnyOf(tests), knobs={"shared": shared, "own": own}))  # fmt: skip
    known = rules(treaty(Version(Term("war"), Duty())), {"war": war})
    space = Space(known)
    space.reach(Term("war"))
    assert {name: (variable.kind, variable.of) for name, variable in space.variables.items()} == {
        "war": ("term", ("", "")), "war.shared": ("knob", ("", "")), "war=b.own": ("knob", ("war", "b")),
    }  # fmt: skip
    assert by_definition(known, {"war": "a", "war.shared": "low", "war.own": "high"}) == {
        "war": "a", "war.shared": "low", "war=b.own": "high",
    }  # fmt: skip
    assert by_definition(known, {"war.own": "none such"}) == {}
    assert set(Space(known, {"war": "a"}).definitions("war")) == {"a", "b"}
    fixed = Space(known, {"war": "a"})
    fixed.reach(Term("war"))
    assert list(fixed.variables) == ["war.shared"]
    scenario = Scenario("s", "S", "S", ("t/art-1",), (event(gravity="middle"),))
    asked = Question(known, scenario, "t/art-1", fixed={TEMPORAL_SCOPE: "continuing"})
    assert asked.shares["arises"] == (Fraction(1, 2) + Fraction(3, 4)) / 2
    assert asked.finding_now() == "does-not-arise"  # the default of the shared knob is the higher
    # definition `a` has two readings, `b` has four
    assert asked.counts == {"arises": 4, "undetermined": 0, "does-not-arise": 2}


def test_a_number_may_be_whatever_lies_around_a_limit() -> None:
    limit = KnobSetting((3, 10), 10)
    war = entry("war", "a", a=Definition("a", SOURCE, Test("deaths", "at_least", (Knob("n"),)), knobs={"n": limit}))
    known = rules(treaty(Version(AnyOf((Term("war"), Test("deaths", "is", (0,)))), Duty())), {"war": war})
    deaths, gravity, first = (VOCABULARY.attribute(name) for name in ("deaths", "gravity", "first"))
    assert deaths is not None and gravity is not None and first is not None  # noqa: PT018 - for the types
    assert domain(known, "deaths", deaths) == (0, 1, 2, 3, 4, 9, 10, 11)
    assert domain(rules(treaty(), {"war": war}), "deaths", deaths) == (0, 2, 3, 4, 9, 10, 11)
    assert domain(known, "gravity", gravity) == ("low", "middle", "high")
    assert domain(known, "first", first) == (True, False)


# durable-rules


def test_rule_sets_at_and_beyond_the_limits_give_what_the_reference_gives() -> None:
    if not rete.is_available():
        pytest.skip("durable-rules does not load on this Python")
    values: dict[str, tuple[Value, ...]] = {
        "first": (True, False),
        "place": ("home", "sea", "abroad"),
        "gravity": ("low", "middle", "high"),
        "deaths": tuple(range(27)),
    }
    tests = [Test(name, "is", (value,)) for name, listed in values.items() for value in listed]
    known_facts: dict[str, Any] = {"first": True, "place": "sea", "gravity": "high", "deaths": 3}
    formulas: list[Formula] = [
        *(
            connective(tuple(map(Not, tests[:count])))
            for connective in (All, AnyOf)
            for count in (14, 15, 16, 17, 31, 32)
        ),
        AtLeast(0, (FIRST,)),
        AtLeast(2, (FIRST, FIRST, HOME)),
        AtLeast(3, tuple(tests[:6])),
        AtLeast(3, tuple(map(Not, tests[:5]))),
        All((TRUE, Not(FALSE))),
        AnyOf((Who("by", ("adversary",)), Who("by", ("BBB",)), About(), Dated("before"))),
    ]
    for formula in formulas:
        for facts in (known_facts, {}):
            known = rules(treaty(Version(formula, Duty(), procedure={"ask": Step("ask", FIRST, HOME)})))
            (situation,) = situations(known, event(**facts))
            reading = Reading({}, known)
            assert rete.judge(situation, reading) == reference.judge(situation, reading)
    many = Version(AtLeast(2, tuple(tests[:16])), Duty())
    (situation,) = situations(rules(treaty(many)), event(**known_facts))
    with pytest.raises(rete.TooLargeError):
        rete.judge(situation, Reading({}, situation.rules))
    floors = tuple(Not(Test("deaths", "at_least", (number,))) for number in range(27))
    for connective in (All, AnyOf):
        layers = Version(connective(tuple(tests[:33])), Duty(), scope={"more": AnyOf(floors)})
        for facts in (known_facts, {}, {"deaths": 3}):
            (situation,) = situations(rules(treaty(layers)), event(**facts))
            found, expected = (each.judge(situation, Reading({}, situation.rules)) for each in (rete, reference))
            assert found == expected
            assert (found.casus.value is True) == (connective is AnyOf and facts != {})
