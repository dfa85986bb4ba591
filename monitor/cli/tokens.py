"""``monitor token``: what programs sign in with."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Annotated, Any

import typer

from monitor.cli.accounts_changed import put_down
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json, print_rows
from monitor.domain.access import Scope, ScopeKind
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.store.api_tokens import ApiToken, ApiTokenRepository
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import User
from monitor.web.access import FOR_PROGRAMS, permissions_of

group = typer.Typer(help="Tokens with which programs use the API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Sign-in name of the person whose token it is.")]

_MADE = Text("生成接口令牌", "API token made")
_REVOKED = Text("撤销接口令牌", "API token revoked")


@group.command("add")
def add(
    name: Name,
    config: ConfigFile,
    label: Annotated[str, typer.Option("--name", help="What the token is for.")],
    grant: Annotated[
        list[str] | None, typer.Option(help="What it may do; repeat for several. Default: watch.")
    ] = None,
    institution: Annotated[str, typer.Option(help="Limit to one institution (its id).")] = "",
    days: Annotated[int, typer.Option(help="For how many days it works.")] = 90,
    as_json: JsonFlag = False,
) -> None:
    """Make a token and print it, this once.

    Example: `monitor token add wang --name display --grant watch -c configs/district.yaml`
    """
    grants = frozenset(grant or ["watch"])
    with closing(open_store(Environment.load(config))) as database:
        user = _known(database, name)
        _refuse_unfit(user, grants)
        now = utc_now(SystemClock())
        text, token = ApiTokenRepository(database).create(
            user,
            label,
            grants,
            _scope(database, user, institution),
            timedelta(days=days),
            now,
        )
        what = {"account": user.name, "token": token.id, "grants": sorted(grants)}
        put_down(database, _MADE, user.scope, what)
    if as_json:
        print_json({**_shown(token), "token": text})
    else:
        typer.echo(text)


@group.command("list")
def list_tokens(name: Name, config: ConfigFile, as_json: JsonFlag = False) -> None:
    """List a person's tokens, with when each was last used.

    Example: `monitor token list wang -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        tokens = ApiTokenRepository(database).of_user(_known(database, name).id)
    columns = ("id", "name", "grants", "scope", "expires", "used", "state")
    print_rows(columns, [_shown(token) for token in tokens], as_json=as_json)


@group.command("revoke")
def revoke(
    name: Name,
    token: Annotated[int, typer.Argument(help="The token's id, as listed.")],
    config: ConfigFile,
) -> None:
    """End a token at once.

    Example: `monitor token revoke wang 3 -c configs/district.yaml`
    """
    with closing(open_store(Environment.load(config))) as database:
        user = _known(database, name)
        ApiTokenRepository(database).revoke(user.id, token, utc_now(SystemClock()))
        put_down(database, _REVOKED, user.scope, {"account": user.name, "token": token})
    typer.echo(f"token {token} of {user.name} works no more")


def _known(database: Database, name: str) -> User:
    user = UserRepository(database).find(name)
    if user is None:
        raise NotFoundError(
            Text(f"没有用户“{name}”", f"there is no user '{name}'"),
            hint=Text(
                "monitor user list 列出现有用户", "'monitor user list' names those there are"
            ),
        )
    return user


def _refuse_unfit(user: User, grants: frozenset[str]) -> None:
    offered = {item.value for item in permissions_of(user.role) & FOR_PROGRAMS}
    if not grants <= offered:
        raise InputError(
            Text(
                f"这个人的令牌不能用于“{min(grants - offered)}”",
                f"a token of this person cannot be for '{min(grants - offered)}'",
            ),
            where="--grant",
            hint=Text(
                f"可用：{'、'.join(sorted(offered))}", f"possible: {', '.join(sorted(offered))}"
            ),
        )


def _scope(database: Database, user: User, institution: str) -> Scope:
    if not institution:
        return user.scope
    PlaceRepository(database).institution(user.scope, institution)
    return Scope(ScopeKind.INSTITUTION, institution)


def _shown(token: ApiToken) -> dict[str, Any]:
    now = utc_now(SystemClock())
    state = "revoked" if token.revoked else ("works" if token.valid(now) else "expired")
    return {
        "id": token.id,
        "name": token.name,
        "hint": token.hint,
        "grants": ", ".join(sorted(token.grants)),
        "scope": f"{token.scope.kind.value} {token.scope.id}".strip(),
        "created": token.created,
        "expires": token.expires,
        "used": token.used,
        "state": state,
    }
