"""Files and folders for this account alone: the database holds PIN hashes and who works here.

Made so from the first moment on, not put right afterwards: in between somebody could open them.
"""

import os
from pathlib import Path

FILE_MODE, FOLDER_MODE = 0o600, 0o700
_JOURNALS = ("", "-wal", "-shm", ".lock")


def make_folder(folder: Path) -> None:
    """Make a folder unless it is there; one that is there stays as somebody made it (``doctor`` looks at it)."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        return


def make_file(name: str | None) -> None:
    """Make an empty SQLite file; its journals get the rights that it has."""
    if not name or name == ":memory:":
        return
    try:
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    except OSError:
        return  # it is there, or it cannot be made, which its first use says better


def close_to_others(folder: Path, database: str | None) -> None:
    """Take others' rights off the data folder and the database, where they are ours."""
    ours = [(folder, FOLDER_MODE), *((Path(f"{database}{ending}"), FILE_MODE) for ending in _JOURNALS if database)]
    for path, mode in ours:
        if path.exists() and path.stat().st_uid == os.getuid() and open_to_others(path):
            path.chmod(path.stat().st_mode & mode)


def open_to_others(path: Path) -> bool:
    """Whether anybody but its owner may read or write it."""
    return path.exists() and bool(path.stat().st_mode & 0o077)
