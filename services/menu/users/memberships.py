"""What people are to restaurants, as it stands in their profiles.

`restaurants` lists the restaurants, as in the old system; `memberRoles` says what the person is there. Who is not in it
is an owner: the old system knows nothing else. That a restaurant keeps an owner is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.kit.errors import Refused, Unauthenticated
from services.kit.principal import Role
from services.kit.values import objects, text, texts

Profile = Mapping[str, Any]

MOST_RESTAURANTS: Final = 100
"""Of one person: all of them are told to the services with each call, in a header that can hold some 500."""


def memberships(profile: Profile) -> dict[str, Role]:
    """Return the person's restaurants and their role in each."""
    stated = {text(e.get("restaurantId")): text(e.get("role")) for e in objects(profile.get("memberRoles"))}
    return {name: _role(stated.get(name)) for name in texts(profile.get("restaurants"))}


def _role(stated: str | None) -> Role:
    """Return a stored role. What can't be read must not give more than it might have said."""
    if stated is None:
        return Role.OWNER
    return Role[stated.upper()] if stated.upper() in Role.__members__ else Role.STAFF


def check_not_deleted(profile: Profile) -> None:
    """Tell whether the account is still there; its session may be. Raises Unauthenticated (ACCOUNT_DELETED)."""
    if profile.get("deletedAt") is not None:
        raise Unauthenticated("ACCOUNT_DELETED", "this account was deleted")


def check_room(restaurants: Sequence[str]) -> None:
    """Tell whether somebody with these restaurants can have one more. Raises Refused (TOO_MANY_RESTAURANTS)."""
    if len(restaurants) >= MOST_RESTAURANTS:
        raise Refused("TOO_MANY_RESTAURANTS", f"one person can act for {MOST_RESTAURANTS} restaurants at most")


def join(profile: dict[str, Any], restaurant_id: str, role: Role) -> None:
    """Make the person a member with a role, or give them the role. Raises Refused (TOO_MANY_RESTAURANTS)."""
    restaurants = texts(profile.get("restaurants"))
    if restaurant_id not in restaurants:
        check_room(restaurants)
        profile["restaurants"] = [*restaurants, restaurant_id]
    others = [e for e in objects(profile.get("memberRoles")) if e.get("restaurantId") != restaurant_id]
    profile["memberRoles"] = [*others, {"restaurantId": restaurant_id, "role": role.name.lower()}]


def leave(profile: dict[str, Any], restaurant_id: str) -> None:
    """End the membership."""
    profile["restaurants"] = [r for r in texts(profile.get("restaurants")) if r != restaurant_id]
    profile["memberRoles"] = [e for e in objects(profile.get("memberRoles")) if e.get("restaurantId") != restaurant_id]


def at_restaurant(profile: Profile, restaurant_id: str) -> dict[str, Any]:
    """Return a profile that tells of one restaurant only: what a person is elsewhere is not that one's business."""
    shown = dict(profile)
    if "restaurants" in shown:
        shown["restaurants"] = [r for r in texts(shown["restaurants"]) if r == restaurant_id]
    if "memberRoles" in shown:
        shown["memberRoles"] = [e for e in objects(shown["memberRoles"]) if e.get("restaurantId") == restaurant_id]
    return shown


def has_owner_after(members: Iterable[Profile], restaurant_id: str, user_id: str, role: Role | None) -> bool:
    """Tell whether a restaurant has an owner when somebody gets a role (None: is no member any more)."""
    roles = {text(m.get("userId")): memberships(m).get(restaurant_id) for m in members}
    return Role.OWNER in (roles | {user_id: role}).values()


def is_alone(members: Iterable[Profile], user_id: str) -> bool:
    """Tell whether somebody is the only member."""
    return all(text(m.get("userId")) == user_id for m in members)
