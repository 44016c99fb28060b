"""Which errors count as failures of the dependency: chosen by `on`, never those of `ignore`, never our own refusals."""

from collections.abc import Callable

from surefoot.resilience.errors import AttemptTimeout, DeadlineExceeded, Rejected

Errors = type[BaseException] | tuple[type[BaseException], ...] | Callable[[BaseException], bool]
Counted = Callable[[BaseException], bool]

_OURS = (Rejected, DeadlineExceeded)


def classifier(on: Errors = Exception, ignore: Errors = ()) -> Counted:
    """Build the question whether an error counts.

    Classes, or a predicate, choose. What neither `on` nor `ignore` names is neutral, as are cancellations, exits,
    `Rejected` and `DeadlineExceeded` (the call was not made, or its caller ran out of time). An `AttemptTimeout`
    counts unless ignored: the declared limit of the dependency is over. A predicate must not raise.

    Raises:
        TypeError: Neither classes nor a function.

    >>> counted = classifier(on=OSError, ignore=FileNotFoundError)
    >>> counted(ConnectionError()), counted(FileNotFoundError()), counted(KeyError()), counted(AttemptTimeout())
    (True, False, False, True)
    """
    chosen, ignored = _predicate(on), _predicate(ignore)

    def counted(error: BaseException) -> bool:
        if not isinstance(error, Exception) or isinstance(error, _OURS):
            return False
        return not ignored(error) and (isinstance(error, AttemptTimeout) or chosen(error))

    return counted


def _predicate(errors: Errors) -> Counted:
    if isinstance(errors, (type, tuple)):
        isinstance(None, errors)  # refuses what holds no classes
        return lambda error: isinstance(error, errors)
    if callable(errors):
        return errors
    raise TypeError(f"{errors!r} chooses no errors: write an exception class, a tuple of them, or a function")
