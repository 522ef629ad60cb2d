"""Files of answers as they lie in storage: encrypted piece by piece, so that no file is held in memory whole.

Each line is one piece under the first key of the ring, as huiqi.core.crypto makes it. Snapshots are made
again within days and exports expire, hence `huiqi rotate_keys` leaves them alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.core.files.base import File

from huiqi.core import crypto
from huiqi.core.errors import Refused
from huiqi.core.messages import gettext_noop

PIECE = 1 << 20


def seal(source: IO[bytes], target: IO[bytes]) -> None:
    """Write `source` encrypted."""
    while piece := source.read(PIECE):
        target.write(crypto.encrypt(piece).encode("ascii"))
        target.write(b"\n")


def unseal(source: IO[bytes], target: IO[bytes]) -> None:
    """Write what was sealed as it was. Refused: `surveys.file_unreadable` when no key fits any more."""
    try:
        for line in source:
            target.write(crypto.decrypt(line.rstrip(b"\n").decode("ascii")))
    except (crypto.Unreadable, UnicodeDecodeError) as error:
        said = gettext_noop("保存的结果文件已无法读取，请重新汇总。")
        raise Refused("surveys.file_unreadable", said) from error


@contextmanager
def unsealed(stored: "File[bytes]", name: str = "wave.parquet") -> Iterator[Path]:
    """The plain file, readable by this process alone and gone afterwards."""
    with TemporaryDirectory(prefix="huiqi-") as folder:
        path = Path(folder) / name
        with stored.open("rb") as source, path.open("wb") as target:
            unseal(source, target)
        yield path
