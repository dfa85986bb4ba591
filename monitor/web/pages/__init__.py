"""Pages for people, one file for each noun."""

from fastapi import APIRouter

from monitor.web.pages import (
    account,
    alerts,
    backtest,
    control_room,
    inbox,
    inspections,
    institutions,
    labels,
    preferences,
    recordings,
    retention,
    rooms,
    sign_in,
    system,
)

ROUTERS: tuple[APIRouter, ...] = (
    sign_in.router,
    preferences.router,
    account.router,
    control_room.router,
    alerts.router,
    backtest.router,
    institutions.router,
    rooms.router,
    inspections.router,
    inbox.router,
    system.router,
    labels.router,
    recordings.router,
    retention.router,
)
