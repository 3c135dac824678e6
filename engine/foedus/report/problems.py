"""Problems of the input for a program to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foedus.errors import InputErrors


def problems_record(errors: InputErrors) -> str:
    """Every problem with its place, message and hint, as JSON."""
    problems = [
        {
            "path": problem.place.path if problem.place else None,
            "line": problem.place.line or None if problem.place else None,
            "column": problem.place.column or None if problem.place else None,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in errors.problems
    ]
    return json.dumps({"problems": problems}, ensure_ascii=False, indent=2)
