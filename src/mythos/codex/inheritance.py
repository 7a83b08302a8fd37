"""What a contract inherits: roles, the roles they include, and the clauses of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mythos.accounts.models import Swarm
from mythos.codex.models import CodexRole
from mythos.codex.terms import ClauseTerm, RoleTerm
from mythos.errors import Invalid


def newest_roles(swarm: Swarm) -> dict[str, CodexRole]:
    """Name -> the version in force."""
    return {role.name: role for role in CodexRole.objects.filter(swarm=swarm, is_newest=True)}


def refuse_circle(name: str, includes: Sequence[str], known: Mapping[str, CodexRole]) -> None:
    """Raise Invalid when a role would include itself, naming the way round."""
    for path in _paths(includes, known, (name,), set()):
        if path[-1] == name:
            circle = " → ".join(path)
            raise Invalid(f"The roles include each other in a circle: {circle}.", fields={"includes": circle})


def _paths(
    includes: Iterable[str], known: Mapping[str, CodexRole], path: tuple[str, ...], seen: set[str]
) -> Iterator[tuple[str, ...]]:
    """The first way to every role that can be reached, parents before what they include."""
    for name in includes:
        if name not in seen:
            seen.add(name)
            yield (*path, name)
            if name in known:
                yield from _paths(known[name].includes, known, (*path, name), seen)


def resolve(names: Sequence[str], known: Mapping[str, CodexRole]) -> tuple[list[RoleTerm], list[ClauseTerm]]:
    """Every role reached from these names, once, and their clauses, each at the highest version any of them pins."""
    roles: dict[str, RoleTerm] = {}
    clauses: dict[tuple[str, str], ClauseTerm] = {}
    for path in _paths(names, known, (), set()):
        role = known.get(path[-1])
        if role is None:
            raise Invalid("The contract cannot be signed.", fields={"roles": f"There is no role {path[-1]!r}."})
        where = "/".join(path)
        roles[role.name] = RoleTerm(role.name, role.version, where)
        for row in role.clauses:
            term = ClauseTerm(row["codex"], row["ref"], row["version"], row["obligation"], "role", where)
            other = clauses.get((term.codex, term.ref))
            if other is None or term.version > other.version:
                clauses[term.codex, term.ref] = term
    return list(roles.values()), list(clauses.values())
