"""The parts of httpcore that are used here. No other module imports it, so a successor is put in at this place."""

from httpcore import (
    SOCKET_OPTION,
    ConnectError,
    ConnectionPool,
    ConnectTimeout,
    NetworkBackend,
    NetworkError,
    NetworkStream,
    ProtocolError,
    ReadTimeout,
    Response,
    SyncBackend,
    TimeoutException,
)

__all__ = [
    "SOCKET_OPTION",
    "ConnectError",
    "ConnectTimeout",
    "ConnectionPool",
    "NetworkBackend",
    "NetworkError",
    "NetworkStream",
    "ProtocolError",
    "ReadTimeout",
    "Response",
    "SyncBackend",
    "TimeoutException",
]
