"""A real https server on 127.0.0.1 that gives documents by their path, with injected faults."""

import ssl
from typing import Self

from tests.servers.loopback import Answer, LoopbackServer, Request

XML = {"Content-Type": "application/samlmetadata+xml"}


class DocumentServer(LoopbackServer):
    """Gives ``documents`` by their target (path and query); everything else is not there."""

    def __init__(self, context: ssl.SSLContext, documents: dict[str, bytes | Answer]) -> None:
        """Keep what there is to give; ``context`` is the server side of TLS."""
        super().__init__()
        self.documents = documents
        self._context = context

    @property
    def port(self) -> int:
        """Return the address on which it listens."""
        return self._port

    def __enter__(self) -> Self:
        """Listen, over TLS."""
        super().__enter__()
        assert self._listener is not None
        self._listener.socket = self._context.wrap_socket(self._listener.socket, server_side=True)
        return self

    def answer(self, request: Request) -> Answer:
        """Return the document."""
        found = self.documents.get(request.target)
        if found is None:
            return Answer(404)
        return found if isinstance(found, Answer) else Answer(200, found, XML)
