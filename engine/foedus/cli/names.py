"""Names for shell completion: of the files that there are, without reading more of them than needed."""

from __future__ import annotations


def _index(kind: str, incomplete: str) -> list[str]:
    from foedus.loading.library import Library

    return [name for name in sorted(Library().index[kind]) if name.startswith(incomplete)]


def scenarios(incomplete: str) -> list[str]:
    """The names of scenarios."""
    return _index("scenario", incomplete)


def profiles(incomplete: str) -> list[str]:
    """The ids of profiles; after a comma, of the next one."""
    *before, last = incomplete.split(",")
    return [",".join([*before, name]) for name in _index("profile", last)]


def treaties(incomplete: str) -> list[str]:
    """The ids of treaties."""
    return _index("treaty", incomplete)


def clauses(incomplete: str) -> list[str]:
    """The ids of clauses: of treaties first, then of the clauses of one."""
    from foedus.loading.library import Library

    library = Library()
    treaty, slash, _ = incomplete.partition("/")
    if not slash:
        return [f"{name}/" for name in sorted(library.index["treaty"]) if name.startswith(incomplete)]
    found = library.find("treaty", treaty)
    return [f"{treaty}/{name}" for name in found.clauses if f"{treaty}/{name}".startswith(incomplete)] if found else []


def definitions(incomplete: str) -> list[str]:
    """`TERM=` for every term, then the definitions of one."""
    from foedus.loading.library import Library

    library = Library()
    term, equals, _ = incomplete.partition("=")
    if not equals:
        return [f"{name}=" for name in sorted(library.index["term"]) if name.startswith(incomplete)]
    found = library.find("term", term)
    return [f"{term}={name}" for name in found.definitions if f"{term}={name}".startswith(incomplete)] if found else []


def actors(incomplete: str) -> list[str]:
    """The codes of actors."""
    from foedus.loading.library import Library

    return [code for code in Library().actors if code.startswith(incomplete.upper())]


def everything(incomplete: str) -> list[str]:
    """Whatever `foedus show` can show."""
    from foedus.loading.library import Library

    library = Library()
    ids = [name for kind in ("treaty", "term", "profile", "overlay", "scenario") for name in library.index[kind]]
    return [name for name in sorted(ids) if name.startswith(incomplete)] or clauses(incomplete)
