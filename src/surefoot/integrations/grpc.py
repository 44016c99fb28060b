"""Interceptors for gRPC: clients whose unary calls go through a pipeline, servers that hand the deadline on.

::

    channel = grpc.intercept_channel(grpc.insecure_channel(address), Client(payments, idempotent={"/bank.Bank/Get"}))
    server = grpc.server(pool, interceptors=[Server(own)])

Methods that are not named `idempotent` pass the policies once. Streams go by: protect what reads them.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple, cast

import grpc

from surefoot.resilience.attempt import Attempt
from surefoot.resilience.deadline import deadline, remaining
from surefoot.resilience.errors import DeadlineExceeded, Rejected
from surefoot.resilience.outcome import Errors
from surefoot.resilience.pipeline import Pipeline

FAULTS = frozenset(
    (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DATA_LOSS,
    )
)


def is_fault(error: BaseException) -> bool:
    """Tell whether an error says that the dependency fails, and not that the request is wrong."""
    code = getattr(error, "code", None)
    return isinstance(error, grpc.RpcError) and callable(code) and code() in FAULTS


class Details(NamedTuple):
    """What is known of a call, with the time-out shortened to what the deadline leaves."""

    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: Any
    compression: Any


def details(given: Any) -> Details:
    """Shorten the time-out of a call."""
    left, timeout = remaining(), given.timeout
    if left is not None:
        timeout = left if timeout is None else min(timeout, left)
    names = ("metadata", "credentials", "wait_for_ready", "compression")
    return Details(given.method, timeout, *(getattr(given, name, None) for name in names))


class Client(grpc.UnaryUnaryClientInterceptor):  # type: ignore[misc]  # gRPC has no types
    """Sends the unary calls of a channel through a pipeline.

    Args:
        pipeline: Of the dependency.
        on: Errors that count.
        idempotent: Full names of the methods that may be called twice: `/package.Service/Method`.
    """

    def __init__(self, pipeline: Pipeline, *, on: Errors = is_fault, idempotent: Collection[str] = ()) -> None:
        self._idempotent = frozenset(idempotent)
        self._once: Callable[[], Attempt] = lambda: pipeline.attempt(on=on)
        self._whole: Callable[..., Any] = pipeline(on=on, idempotent=True)(_call)

    def intercept_unary_unary(self, continuation: Callable[..., Any], client_call_details: Any, request: Any) -> Any:
        """Make a call; called by the channel."""
        if client_call_details.method in self._idempotent:
            return self._whole(continuation, client_call_details, request)
        with self._once():
            return _call(continuation, client_call_details, request)


def _call(continuation: Callable[..., Any], given: Any, request: Any) -> Any:
    call = continuation(details(given), request)
    error = call.exception()  # waits for the end
    if error is not None:
        raise error
    return call


class AsyncClient(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[misc]  # as above
    """Sends the unary calls of a channel of `grpc.aio` through a pipeline; see `Client`."""

    def __init__(self, pipeline: Pipeline, *, on: Errors = is_fault, idempotent: Collection[str] = ()) -> None:
        self._idempotent = frozenset(idempotent)
        self._once: Callable[[], Attempt] = lambda: pipeline.attempt(on=on)
        self._whole: Callable[..., Any] = pipeline(on=on, idempotent=True)(_call_async)

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        """Make a call; called by the channel."""
        if client_call_details.method.decode() in self._idempotent:
            return await self._whole(continuation, client_call_details, request)
        async with self._once():
            return await _call_async(continuation, client_call_details, request)


async def _call_async(continuation: Callable[..., Any], given: Any, request: Any) -> Any:
    left, timeout = remaining(), given.timeout
    if left is not None:
        given = given._replace(timeout=left if timeout is None else min(timeout, left))
    call = await continuation(given, request)
    await call  # raises what it ended with
    return call


class Server(grpc.ServerInterceptor):  # type: ignore[misc]  # as above
    """Hands the client's deadline to what a unary handler calls, and sheds calls by a pipeline of the service itself.

    A refusal becomes `RESOURCE_EXHAUSTED`, a deadline that is over `DEADLINE_EXCEEDED`.
    """

    def __init__(self, pipeline: Pipeline | None = None) -> None:
        self._pipeline = pipeline

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        """Wrap a handler; called by the server."""
        handler = continuation(handler_call_details)
        if handler is None or not handler.unary_unary:
            return handler
        plain = handler.unary_unary

        def serve(request: Any, context: grpc.ServicerContext) -> Any:
            try:
                return self._serve(plain, request, context)
            except Rejected as refused:
                context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, str(refused))
            except DeadlineExceeded as over:
                context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, str(over))

        return handler._replace(unary_unary=serve)

    def _serve(self, plain: Callable[..., Any], request: Any, context: Any) -> Any:
        call: Callable[..., Any] = plain
        if self._pipeline is not None:
            pipeline = self._pipeline

            def call(request: Any, context: Any) -> Any:
                with pipeline.attempt():
                    return plain(request, context)

        left = context.time_remaining()
        if left is None or left > _FOREVER:
            return call(request, context)
        with _limited(left):
            return call(request, context)


class AsyncServer(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # as above
    """Hands the deadline on and sheds, in a server of `grpc.aio`; see `Server`."""

    def __init__(self, pipeline: Pipeline | None = None) -> None:
        self._pipeline = pipeline

    async def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        """Wrap a handler; called by the server."""
        handler = await continuation(handler_call_details)
        if handler is None or not handler.unary_unary:
            return handler
        plain = handler.unary_unary

        async def serve(request: Any, context: Any) -> Any:
            try:
                left = context.time_remaining()
                if left is None or left > _FOREVER:
                    return await self._serve(plain, request, context)
                async with _limited(left):
                    return await self._serve(plain, request, context)
            except Rejected as refused:
                await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, str(refused))
            except DeadlineExceeded as over:
                await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, str(over))

        return handler._replace(unary_unary=serve)

    async def _serve(self, plain: Callable[..., Any], request: Any, context: Any) -> Any:
        if self._pipeline is None:
            return await plain(request, context)
        async with self._pipeline.attempt():
            return await plain(request, context)


_FOREVER = 10 * 365 * 86_400.0  # gRPC tells no deadline as a very late one


def _limited(left: float) -> Any:
    if left <= 0:
        raise DeadlineExceeded("the client waits no longer")
    return cast("Any", deadline(left))
