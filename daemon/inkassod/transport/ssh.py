"""One SSH connection with the SFTP subsystem: pinned host key, login, and an end to every wait.

paramiko's own client is not used: its host-key policies invite to accept anyone, and several of its waits have no
limit. Here the key is compared before anything secret is sent, and a timer thread closes the line when time is up.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import paramiko
from paramiko.ssh_exception import ChannelException, IncompatiblePeer

from inkassod.transport.agent import TransportError, shown
from inkassod.transport.ssh_login import SftpSettings, Transport, check_host_key, log_in, private_key

# paramiko 5 still offers these (transport.py, _preferred_ciphers and _preferred_macs).
DISABLED = {
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96"],
}
# paramiko logs whole tracebacks and texts of the server: everything an operator needs is in the TransportError.
LOG_CHANNEL = "inkassod.transport.paramiko"
logging.getLogger(LOG_CHANNEL).addHandler(logging.NullHandler())
logging.getLogger(LOG_CHANNEL).propagate = False


class Guard:
    """Calls `close` from a thread of its own when `seconds` have passed, unless cancelled."""

    def __init__(self, seconds: float, close: Callable[[], None], reason: str) -> None:
        self.fired = False
        self.reason = reason
        self._close = close
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def _fire(self) -> None:
        self.fired = True
        self._close()

    def cancel(self) -> None:
        """Stop the clock."""
        self._timer.cancel()


class Connection:
    """A byte stream to the server's SFTP subsystem. Every failure is a TransportError and ends the connection."""

    def __init__(self, settings: SftpSettings, transport: Transport, channel: paramiko.Channel) -> None:
        self.where = settings.where
        self._transport = transport
        self._channel = channel
        late = f"the connection has used up its {settings.deadline:g} seconds"
        self._guard = Guard(settings.deadline, transport.close, late)
        self._silence = f"no answer for {settings.operation_timeout:g} seconds"
        channel.settimeout(settings.operation_timeout)
        transport.set_keepalive(settings.keepalive)

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        with self._ending():
            self._channel.sendall(data)

    def receive(self, size: int) -> bytes:
        """Receive exactly `size` bytes."""
        received = bytearray()
        with self._ending():
            while len(received) < size:
                part = self._channel.recv(size - len(received))
                if not part:
                    raise EOFError("the server ended the session")
                received += part
        return bytes(received)

    def close(self) -> None:
        """End it at once: nothing is sent, since every answer that counts has been read."""
        self._guard.cancel()
        with suppress(Exception):
            self._transport.close()

    @contextmanager
    def _ending(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.close()
            raise _translated(error, self._transport, self._guard, self.where, self._silence) from error


def open_connection(settings: SftpSettings) -> Connection:
    """Connect, compare the host key, log in and start the SFTP subsystem.

    Raises TransportError: name_unknown, refused, timeout, cut, host_key, auth, denied, protocol.
    """
    key = private_key(settings)
    if key is None and settings.password is None:
        raise TransportError(
            "transport.auth", f"{settings.where}: neither a private key nor a password is set", False
        )
    sock = _tcp(settings)
    transport = Transport(sock, disabled_algorithms=DISABLED)
    transport.set_log_channel(LOG_CHANNEL)
    late = f"the session was not set up within {settings.connect_timeout:g} seconds"
    guard = Guard(settings.connect_timeout, lambda: _end(transport, sock), late)
    try:
        channel = _set_up(settings, transport, key)
    except Exception as error:
        raised = _translated(error, transport, guard, settings.where, late)
        _end(transport, sock)
        raise raised from error
    except BaseException:
        _end(transport, sock)
        raise
    finally:
        guard.cancel()
    return Connection(settings, transport, channel)


def _end(transport: paramiko.Transport, sock: socket.socket) -> None:
    with suppress(Exception):
        transport.close()
    with suppress(OSError):
        sock.close()


def _tcp(settings: SftpSettings) -> socket.socket:
    where = settings.where
    try:
        sock = socket.create_connection((settings.host, settings.port), timeout=settings.connect_timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except TimeoutError as error:
        message = f"{where}: no connection within {settings.connect_timeout:g} seconds"
        raise TransportError("transport.timeout", message, transient=True) from error
    except (socket.gaierror, UnicodeError) as error:
        again = getattr(error, "errno", None) == socket.EAI_AGAIN
        message = f"{where}: the host name cannot be resolved; check host in the settings and the name server"
        raise TransportError("transport.name_unknown", message, transient=again) from error
    except ConnectionRefusedError as error:
        message = f"{where}: nothing listens there; check port in the settings"
        raise TransportError("transport.refused", message, transient=True) from error
    except OSError as error:
        raise TransportError(
            "transport.refused", f"{where}: {error.strerror or error}", transient=True
        ) from error
    return sock


def _set_up(settings: SftpSettings, transport: Transport, key: paramiko.PKey | None) -> paramiko.Channel:
    seconds = settings.connect_timeout
    transport.banner_timeout = transport.handshake_timeout = seconds
    transport.auth_timeout = transport.channel_timeout = seconds
    transport.start_client()
    check_host_key(settings, transport.get_remote_server_key())
    log_in(settings, transport, key)
    channel = transport.open_session()
    try:
        channel.invoke_subsystem("sftp")
    except paramiko.SSHException as error:
        if not transport.is_active():
            raise
        message = f"{settings.where}: the server offers no SFTP to {settings.username}"
        raise TransportError("transport.protocol", message, transient=False) from error
    return channel


def _translated(
    error: Exception, transport: Transport, guard: Guard, where: str, silence: str
) -> TransportError:
    """The one cut or silence that paramiko reports in many ways, as one error."""
    if isinstance(error, TransportError):
        return error
    if guard.fired or isinstance(error, TimeoutError):
        return TransportError(
            "transport.timeout", f"{where}: {guard.reason if guard.fired else silence}", transient=True
        )
    if isinstance(error, ChannelException):
        return TransportError(
            "transport.denied", f"{where}: the server refused to open a session", transient=False
        )
    # A line that is reset between two steps of the set-up can surface as any fault of paramiko's own threads.
    lost = isinstance(error, paramiko.SSHException | EOFError | OSError) or not transport.is_active()
    if lost and not isinstance(error, IncompatiblePeer):
        reason = f"the server hung up: {transport.disconnect[1]}" if transport.disconnect else str(error)
        return TransportError(
            "transport.cut", f"{where}: the connection was cut ({shown(reason)})", transient=True
        )
    message = f"{where}: no common language with the server ({type(error).__name__}: {shown(str(error))})"
    return TransportError("transport.protocol", message, transient=False)
