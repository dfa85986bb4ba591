"""One rendering for all who would see the same, never one from before what they heard of."""

from __future__ import annotations

import asyncio
import time

from monitor.web.shared_pages import SharedPages


class Source:
    """A page that shows the newest entry, slowly."""

    def __init__(self) -> None:
        self.entry = 0
        self.rendered = 0

    def newest(self) -> int:
        """Return the newest entry."""
        return self.entry

    def render(self) -> str:
        """Return a page that shows everything from before it was begun."""
        self.rendered += 1
        shown = self.entry
        time.sleep(0.02)
        return str(shown)


def test_many_who_ask_at_once_share_a_rendering() -> None:
    pages, source = SharedPages(), Source()
    source.entry = 7

    async def ask() -> list[str]:
        asked = (pages.get("room", 7, source.newest, source.render) for _ in range(50))
        return await asyncio.gather(*asked)

    assert asyncio.run(ask()) == ["7"] * 50
    assert source.rendered == 1


def test_whoever_heard_of_something_newer_sees_it_while_news_pour_in() -> None:
    pages, source = SharedPages(), Source()

    async def listener(delay: float) -> bool:
        await asyncio.sleep(delay)
        heard = source.entry
        return int(await pages.get("room", heard, source.newest, source.render)) >= heard

    async def pour() -> None:
        for _ in range(60):
            source.entry += 1
            await asyncio.sleep(0.005)

    async def all_of_it() -> list[bool]:
        listeners = [asyncio.create_task(listener(number / 200)) for number in range(60)]
        await pour()
        return await asyncio.gather(*listeners)

    assert all(asyncio.run(all_of_it()))
    assert source.rendered < 40


def test_other_rights_or_another_language_is_another_rendering() -> None:
    pages, source = SharedPages(), Source()

    async def ask() -> None:
        for key in (("district", "zh"), ("district", "en"), ("nursery", "zh")):
            await pages.get(key, 0, source.newest, source.render)

    asyncio.run(ask())
    assert source.rendered == 3
