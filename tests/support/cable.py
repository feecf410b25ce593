"""A TCP connection through a proxy in this process, to be cut or silenced where a test wants it."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from typing import Self

NEVER = 1 << 62


class Cable:
    """Listens on a free loopback port and carries each connection to `port`.

    `cut_up` and `cut_down`: after so many bytes from, or to, the client, both ends are reset. `freeze()`: nothing is
    carried any more and nothing is closed, as behind a dead router. Use it as a context manager.
    """

    def __init__(self, port: int, *, cut_up: int = NEVER, cut_down: int = NEVER) -> None:
        self.carried = {"up": 0, "down": 0}
        self._target = port
        self._limits = {"up": cut_up, "down": cut_down}
        self._flowing = threading.Event()
        self._flowing.set()
        self._closing = False
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._run(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing = True
        self._flowing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._reset()
        for thread in self._threads:
            thread.join(30)

    def freeze(self) -> None:
        """Carry nothing from now on."""
        self._flowing.clear()

    def _run(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [client, server]
                self._run(self._carry, "up", client, server)
                self._run(self._carry, "down", server, client)

    def _carry(self, way: str, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                rest = self._limits[way] - self.carried[way]
                target.sendall(data[:rest])
                self.carried[way] += len(data)
                if len(data) >= rest:
                    self._reset()
                    return
            self._flowing.wait()
            target.shutdown(socket.SHUT_WR)

    def _reset(self) -> None:
        """Close all sockets so that the other ends see a reset, not an orderly end."""
        for one in self._sockets:
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RD)
            with suppress(OSError):
                one.close()
