"""Scopes as forms write them: ``district``, ``community NAME`` or ``institution ID``."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.web.site import Site


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """One scope that somebody may give to others."""

    value: str
    kind: ScopeKind
    name: Text


def scope_choices(site: Site, own: Scope) -> tuple[ScopeChoice, ...]:
    """Return the scopes within ``own``, widest first."""
    institutions = site.places.institutions(own)
    choices = []
    if own.kind is ScopeKind.DISTRICT:
        name = site.context.settings.district.name.text()
        choices.append(ScopeChoice("district", ScopeKind.DISTRICT, name))
    if own.kind is not ScopeKind.INSTITUTION:
        communities = {item.community for item in institutions if item.community}
        choices += [
            ScopeChoice(f"community {name}", ScopeKind.COMMUNITY, Text(name, name))
            for name in sorted(communities)
        ]
    choices += [
        ScopeChoice(f"institution {item.id}", ScopeKind.INSTITUTION, item.name)
        for item in institutions
    ]
    return tuple(choices)


def scope_of(site: Site, own: Scope, written: str) -> Scope:
    """Return the scope that a form names.

    Raises:
        InputError: it does not exist, or lies outside ``own``.
    """
    if written not in {choice.value for choice in scope_choices(site, own)}:
        raise InputError(
            Text("本区没有这一部分", "there is no such part of the district"), where="scope"
        )
    kind, _, name = written.partition(" ")
    return DISTRICT if kind == ScopeKind.DISTRICT.value else Scope(ScopeKind(kind), name)
