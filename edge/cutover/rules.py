"""Which side answers a call: rules, in order, the first that matches. Pure.

They come from one JSON file. A Kubernetes ConfigMap mounted as a file reaches every edge, is reviewed and rolled back
like any other change, and can be read when the database can't.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

LEGACY: Final = "legacy"
SERVICES: Final = "services"
Target = Literal["legacy", "services"]

ANY_ROUTE: Final = "*"
NO_RULE: Final = "none"
"""What the counters call it when no rule matches; such calls are the services'."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._ -]{1,60}$")]
_Percent = Annotated[int, Field(ge=0, le=100, strict=True)]


class BadRules(Exception):
    """The file can't be used; the message names each place and what is wrong there."""


class Rule(BaseModel):
    """Which calls, and who answers them. What is left out matches everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name
    """For counters and logs."""
    target: Target
    methods: frozenset[str] | None = Field(None, min_length=1)
    prefix: str = ""
    """Of the path, by whole segments; case is ignored, as in routing."""
    restaurants: frozenset[str] | None = Field(None, min_length=1)
    percent: _Percent = 100
    """Share of clients, sticky by their address: raising it only adds clients."""
    shadow: bool = Field(default=False, strict=True)
    """Whether reads are asked of the other side as well, and compared."""
    sample_percent: _Percent = 100
    """Share of the reads that are compared."""

    @field_validator("methods")
    @classmethod
    def _known(cls, value: frozenset[str] | None) -> frozenset[str] | None:
        unknown = sorted((value or frozenset()) - _METHODS)
        if unknown:
            message = f"unknown methods {', '.join(unknown)}; they are written in capitals"
            raise ValueError(message)
        return value

    @field_validator("prefix")
    @classmethod
    def _normal(cls, value: str) -> str:
        if not value.startswith("/") or not value.isascii():
            message = "must begin with / and be ASCII"
            raise ValueError(message)
        return value.rstrip("/").lower()

    def covers(self, method: str, path: str) -> bool:
        """Tell whether method and path (in lower case) are the rule's."""
        if self.methods is not None and method not in self.methods:
            return False
        return path.startswith(self.prefix) and path[len(self.prefix) : len(self.prefix) + 1] in ("", "/")

    def takes(self, client: str) -> bool:
        """Tell whether a client is in the rule's share."""
        return self.percent == 100 or share_of(client) < self.percent


class Rules(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[Rule, ...] = ()
    ignore: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Accepted differences: by route (`GET /menu-app/order/{order_id}`, or `*`) the fields that may differ."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1 or name == NO_RULE})
        if twice:
            message = f"rule names must be distinct, and not {NO_RULE!r}: {', '.join(twice)}"
            raise ValueError(message)
        return self

    def ignored(self, route: str) -> tuple[str, ...]:
        """Return the fields that may differ in a route's answers."""
        return (*self.ignore.get(ANY_ROUTE, ()), *self.ignore.get(route, ()))


NOTHING: Final = Rules()


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules look at. `path` is in lower case."""

    method: str
    path: str
    client: str


def candidates(rules: Sequence[Rule], asked: Asked) -> list[Rule]:
    """Return the rules that match but for the restaurant, up to the first that asks for none."""
    found = []
    for rule in rules:
        if rule.covers(asked.method, asked.path) and rule.takes(asked.client):
            found.append(rule)
            if rule.restaurants is None:
                break
    return found


def chosen(found: Sequence[Rule], restaurant: str | None) -> Rule | None:
    """Return the first of the candidates that holds for a restaurant (None: it is not known)."""
    return next((r for r in found if r.restaurants is None or restaurant in r.restaurants), None)


def share_of(client: str) -> int:
    """Return a client's place among a hundred, the same in every edge."""
    return int.from_bytes(hashlib.blake2b(client.encode(), digest_size=4).digest(), "big") % 100


def read_rules(content: bytes) -> Rules:
    """Read the file. Raises BadRules."""
    try:
        return Rules.model_validate_json(content)
    except ValidationError as error:
        problems = ("{}: {}".format(".".join(map(str, e["loc"])) or "file", e["msg"]) for e in error.errors())
        raise BadRules("; ".join(problems)) from error
