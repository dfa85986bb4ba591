"""The pages go on with what is saved, while people are signed in."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi import FastAPI

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import SystemClock
from monitor.runtime.backtest.runs import TrialRuns
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.environment import Environment
from monitor.store.config_running import RunningConfigs
from monitor.store.config_versions import VersionKind
from monitor.store.place_repository import PlaceRepository
from monitor.web.context import WebContext
from monitor.web.following import Following
from monitor.web.site import Site

if TYPE_CHECKING:
    from tests.web.conftest import World

DATABASES = ["sqlite"]


def test_another_version_reaches_the_pages_and_nobody_is_signed_out(world: World) -> None:
    config = world.write_config()
    environment = Environment.load(config)
    desk = ConfigDesk(world.database, config, environment.secret(), SystemClock())
    desk.taken(VersionKind.START, SYSTEM, "")
    app = FastAPI()
    before: Site = Site.of(world.context)
    app.state.site = before

    def build(found: Environment, runs: TrialRuns) -> WebContext:
        assert runs is before.context.backtests.runs
        return replace(world.context, settings=found.settings)

    following = Following(app, environment, world.database, build, every=0.02)
    following.start()
    present = desk.present()
    text = present.text.replace("en: Nap room", "en: Quiet room").replace(
        ", en: Yard", ", en: Garden"
    )
    saved = desk.save(desk.draft_text(present, text), VersionKind.PAGE, SYSTEM, "renamed")
    deadline = time.monotonic() + 30
    while all(
        item.config_version != saved.config_version for item in RunningConfigs(world.database).all()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    following.stop()
    site: Site = app.state.site
    assert site is not before
    assert (site.hub, site.doors, site.pending) == (before.hub, before.doors, before.pending)
    assert site.context.settings.institutions[0].rooms[1].name.en == "Quiet room"
    tree = PlaceRepository(world.database).tree(DISTRICT)
    assert [room.room.name.en for place in tree for room in place.rooms] == [
        "Toddler room",
        "Quiet room",
        "Activity hall",
        "Garden",
    ]
