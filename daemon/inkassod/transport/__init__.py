"""The exchange with the agency's file server: SFTP, or a folder that another program carries on."""

from inkassod.transport.agent import Agent, Listing, RemoteFile, TransportError
from inkassod.transport.folder import FolderAgent
from inkassod.transport.memory import MemoryAgent
from inkassod.transport.retry import retrying
from inkassod.transport.sftp import SftpSettings, connect

__all__ = [
    "Agent",
    "FolderAgent",
    "Listing",
    "MemoryAgent",
    "RemoteFile",
    "SftpSettings",
    "TransportError",
    "connect",
    "retrying",
]
