"""What the bar of every page leads to: areas with their pages, for those who may see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from monitor.web.access import Permission

_P = Permission


@dataclass(frozen=True, slots=True)
class NavPage:
    """A page that the bar or its tabs lead to.

    ``key`` is its name among the texts and ``below`` are further beginnings of addresses of it.
    ``deep`` pages keep their tabs on the addresses below them; a ``monthly`` page takes the month
    along that is being looked at.
    """

    href: str
    symbol: str
    key: str
    permission: Permission
    below: tuple[str, ...] = ()
    deep: bool = False
    monthly: bool = False

    def covers(self, path: str) -> bool:
        """Say whether ``path`` is this page's address or one below it."""
        if path == self.href:
            return True
        return any(
            path.startswith(f"{start}/") for start in (self.href, *self.below) if start != "/"
        )


@dataclass(frozen=True, slots=True)
class NavArea:
    """An entry of the bar; with more than one page it has tabs."""

    symbol: str
    key: str
    pages: tuple[NavPage, ...]

    @property
    def href(self) -> str:
        """The first of its pages."""
        return self.pages[0].href


@dataclass(frozen=True, slots=True)
class Navigation:
    """What one person sees on one page; ``tabs`` are empty where there are none to choose from."""

    areas: tuple[NavArea, ...]
    more: tuple[NavPage, ...]
    area: NavArea | None
    page: NavPage | None
    tabs: tuple[NavPage, ...]


_AREAS = (
    NavArea(
        "room",
        "nav.control_room",
        (NavPage("/", "room", "nav.control_room", _P.WATCH, ("/handovers",)),),
    ),
    NavArea(
        "alerts",
        "nav.alerts",
        (
            NavPage("/alerts", "alerts", "nav.alerts", _P.WATCH),
            NavPage("/alarm-quality", "system", "operator.quality", _P.WATCH),
            NavPage("/shelves", "sound-off", "alerts.shelves", _P.WATCH),
            NavPage("/notices", "phone", "alerts.notices", _P.NOTICES, deep=True),
            NavPage("/backtest", "flag", "backtest.title", _P.BACKTEST),
        ),
    ),
    NavArea(
        "house",
        "nav.institutions",
        (
            NavPage("/institutions", "house", "nav.institutions", _P.WATCH, ("/rooms", "/cameras")),
            NavPage("/connections", "camera", "connect.title", _P.WATCH),
            NavPage("/configuration", "system", "config.title", _P.CONFIGURE),
            NavPage("/onboarding", "download", "connect.import", _P.ONBOARD),
        ),
    ),
    NavArea(
        "checklist",
        "nav.inspections",
        (
            NavPage(
                "/inspections",
                "checklist",
                "plan.tab_checklists",
                _P.INSPECTIONS,
                ("/on-site",),
                monthly=True,
            ),
            NavPage("/inspections/plan", "calendar", "plan.tab_plan", _P.INSPECTIONS, monthly=True),
            NavPage("/findings", "flag", "findings.title", _P.INSPECTIONS),
            NavPage("/risk", "high", "risk.title", _P.RISK),
            NavPage("/reports", "download", "reports.title", _P.RISK, ("/verify",)),
            NavPage("/inspections/templates", "book", "plan.tab_templates", _P.INSPECTIONS),
        ),
    ),
    NavArea(
        "book", "nav.registers", (NavPage("/registers", "book", "nav.registers", _P.REGISTERS),)
    ),
    NavArea(
        "camera",
        "nav.recordings",
        (
            NavPage("/recordings", "camera", "nav.recordings", _P.RECORDINGS),
            NavPage("/retention", "check", "recording.retention", _P.INSPECTIONS),
        ),
    ),
)
_MORE = (
    NavPage("/exports", "download", "export.title", _P.EXPORT),
    NavPage("/register", "checklist", "register.title", _P.REGISTER),
    NavPage("/privacy/requests", "inbox", "privacy.requests", _P.REQUESTS),
    NavPage("/privacy/rules", "calendar", "privacy.rules", _P.PRIVACY),
    NavPage("/users", "people", "users.title", _P.USERS),
    NavPage("/system", "system", "nav.system", _P.SYSTEM),
    NavPage("/labels", "people", "nav.labels", _P.LABEL),
    NavPage("/demo/inbox", "inbox", "nav.inbox", _P.INBOX),
)


def navigation(
    path: str, may: Collection[Permission], *, demo: bool, labelling: bool
) -> Navigation:
    """Return what somebody who ``may`` do these things sees on the page at ``path``."""
    absent = set() if demo else {_P.INBOX}
    seen = set(may) - absent - (set() if labelling else {_P.LABEL})
    areas = tuple(
        replace(area, pages=pages)
        for area in _AREAS
        if (pages := tuple(item for item in area.pages if item.permission in seen))
    )
    more = tuple(item for item in _MORE if item.permission in seen)
    fitting = [(area, item) for area in areas for item in area.pages if item.covers(path)]
    area, page = max(fitting, key=lambda pair: len(pair[1].href), default=(None, None))
    if page is None:
        page = next((item for item in more if item.covers(path)), None)
    tabs: tuple[NavPage, ...] = ()
    if area is not None and page is not None and len(area.pages) > 1:
        tabs = area.pages if page.deep or path == page.href else ()
    return Navigation(areas, more, area, page, tabs)
