"""Pages for people, one file for each noun."""

from fastapi import APIRouter

from monitor.web.pages import (
    account,
    alerts,
    backtest,
    control_room,
    exports,
    inbox,
    inspections,
    institutions,
    labels,
    oidc,
    preferences,
    register,
    rooms,
    second_factor,
    sign_in,
    system,
    tokens,
    users,
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
    oidc.router,
    second_factor.router,
    tokens.router,
    users.router,
    exports.router,
    register.router,
)
