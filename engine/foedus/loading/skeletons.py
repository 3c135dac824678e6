"""Commented skeletons of files to start from; each passes `foedus check` as it is."""

from __future__ import annotations

import re

from foedus.errors import InputError, InputErrors

_SCENARIO = """\
# yaml-language-server: $schema=scenario.schema.json
# Complete and check in an editor: foedus schema scenario > scenario.schema.json
scenario: {name}
title: An attack on North Korea
summary: What happened, in two or three sentences.
clauses: [rus-prk-2024/art-4]        # the clauses to ask; `foedus list clauses`

events:
  - id: attack                       # a name of yours
    date: 2026-05-01                 # the day, or the first day; `until:` gives the last, or `ongoing`
    act: bombardment                 # what kind of event; `foedus list acts`
    by: KOR                          # who did it; `foedus list actors`; `unknown` where nobody knows
    against: PRK                     # to whom
    place: home-territory            # facts; `foedus list attributes`. What you leave out is unknown
    gravity: serious
    attribution: state-organ
    perpetrator: state-forces
    intent: {{disputed: {{PRK: deliberate, KOR: mistaken}}}}   # a disputed fact, by whose account
  - id: request                      # a step: a request, a determination, a decision
    date: 2026-05-02
    act: request-for-assistance
    by: PRK
    against: RUS                     # to whom the request is addressed
    about: attack

expect: []                           # what foedus must find; `foedus test` sees that it does
  # - clause: rus-prk-2024/art-4
  #   profile: widest
  #   casus: arises
"""

_TREATY = """\
# yaml-language-server: $schema=rules.schema.json
# Complete and check in an editor: foedus schema rules > rules.schema.json
# Put this file into DIR/treaties/ and use it with: foedus run SCENARIO --rules DIR
treaty: {name}
title: Treaty of mutual assistance between A and B
short: A–B 2026
in_force: {{from: 2026-01-01}}         # `until:` is the first day on which it is no longer in force
parties: {{FRA: {{}}, POL: {{}}}}          # codes; `foedus list actors`. A party can have its own `from:` and `until:`
source: {{title: "Where the text is published", at: "page or number", confidence: to-check}}

clauses:
  art-1:
    title: Assistance
    article: "article 1"
    kind: defense                    # defense, offense, neutrality, nonaggression or consultation
    wording: {{trigger: "the operative words", duty: "the operative words"}}
    trigger: {{term: armed-attack}}    # a word of the treaty; `foedus list terms`
    scope:
      place: {{place: [home-territory, island-territory]}}
    exceptions: {{}}                   # what defeats the trigger, by a name of yours
    procedure:
      request: {{title: a request by the party attacked, met_when: {{term: request}}}}
    duty: {{means: [military, other], extent: all means in its power, timing: at once, discretion: none}}
    overlays: [charter-51]           # other law read into it; `foedus list overlays`
"""

_DEFINITION = """\
# yaml-language-server: $schema=rules.schema.json
# Complete and check in an editor: foedus schema rules > rules.schema.json
# Put this file into DIR/terms/ and use it with: foedus run SCENARIO --rules DIR
# To add a definition to a shipped term, give its id, and leave title, question and default out.
term: {name}
title: {title}
question: Does what happened amount to it?
default: narrow
definitions:
  narrow:
    title: only a grave use of force by a State
    source: {{title: "Who argues this, and where", at: "para. 1", confidence: to-check}}
    holds_when:
      all:
        - act: armed-force           # an act, a list of acts, or a group; `foedus list acts`
        - gravity: {{at_least: $floor}}
        - attribution: {{at_least: effective-control}}
    knobs:
      floor: {{attribute: gravity, values: [serious, grave], default: grave}}
  wide:
    title: any use of force
    source: {{title: "Who argues that, and where", confidence: to-check}}
    holds_when: {{act: armed-force}}
broader_than:
  - [wide, narrow]
"""

SKELETONS = {"scenario": _SCENARIO, "treaty": _TREATY, "definition": _DEFINITION}
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def skeleton(what: str, name: str) -> tuple[str, str]:
    """The id and the text of a new file.

    Raises:
        InputErrors: if the id is none.
    """
    name = name or {"scenario": "my-scenario", "treaty": "my-treaty", "definition": "my-term"}[what]
    if not _ID.fullmatch(name):
        message = f"`{name}` cannot be an id"
        raise InputErrors([InputError(message, None, "lower-case letters, digits and hyphens, such as `2026-attack`")])
    return name, SKELETONS[what].format(name=name, title=name.replace("-", " "))
