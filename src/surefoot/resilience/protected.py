"""The types of protected functions: parameters and results as they were, for the type checker."""

import typing  # whole: a name of it that stands in quotes alone would look unused
from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar, overload

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S")
F = TypeVar("F", bound=Callable[..., object])


class Protected(Protocol[P, R_co]):
    """A function, or method, that its pipeline protects."""

    __name__: str
    __qualname__: str

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Call it."""
        ...

    def replay(self, *, key: Callable[..., object] | None = None) -> Callable[[F], F]:
        """Decorate what makes a queued call later; it takes the call's arguments.

        Args:
            key: What makes two calls the same, when the decoration of the function itself does not say it; takes the
                call's arguments.
        """
        ...

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> "Protected[P, R_co]": ...

    @overload
    def __get__(
        self: "Protected[typing.Concatenate[S, Q], R_co]", instance: S, owner: type | None = None
    ) -> Callable[Q, R_co]: ...


class Protect(Protocol):
    """A decorator that keeps parameters and result."""

    def __call__(self, target: Callable[P, R], /) -> Protected[P, R]:
        """Protect a function."""
        ...
