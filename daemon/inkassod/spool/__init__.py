"""Files on the local disk: written whole or not at all, claimed by one daemon, archived by content.

The order of the steps is protocol (a) of the durability rules: a name that exists says what has happened,
so recovery after a crash needs nothing but a look at the folders.
"""

from inkassod.spool.archive import Archived, open_archived, store, store_bytes
from inkassod.spool.atomic import fsync_folder, make_folders, move, remove, write_atomic
from inkassod.spool.claim import (
    Claimed,
    Waiting,
    abandoned,
    claim,
    fail,
    failed_file,
    finish,
    oddities,
    put_back,
    set_aside,
    take_copy,
    waiting,
)
from inkassod.spool.lock import hold
from inkassod.spool.tree import Area, Busy, FileChanging, Spool, SpoolError

__all__ = [
    "Archived",
    "Area",
    "Busy",
    "Claimed",
    "FileChanging",
    "Spool",
    "SpoolError",
    "Waiting",
    "abandoned",
    "claim",
    "fail",
    "failed_file",
    "finish",
    "fsync_folder",
    "hold",
    "make_folders",
    "move",
    "oddities",
    "open_archived",
    "put_back",
    "remove",
    "set_aside",
    "store",
    "store_bytes",
    "take_copy",
    "waiting",
    "write_atomic",
]
