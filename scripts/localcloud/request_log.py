"""One JSON line a request: what was asked, by whom, and how it ended."""

import json
import threading
from pathlib import Path
from typing import Any


class RequestLog:
    """Appends to a file, and reads the entries from it again. They are numbered from 1 without gaps."""

    def __init__(self, path: Path):
        self._lock = threading.Lock()
        self._path = path
        self._file = path.open("ab")
        self._size = self._file.tell()
        self._starts: list[int] = []  # where each entry begins

    def add(self, entry: dict[str, Any]) -> None:
        with self._lock:
            line = json.dumps({"number": len(self._starts) + 1, **entry}).encode() + b"\n"
            self._starts.append(self._size)
            self._size += len(line)
            self._file.write(line)
            self._file.flush()

    @property
    def count(self) -> int:
        with self._lock:
            return len(self._starts)

    def since(self, number: int) -> list[dict[str, Any]]:
        """The entries after the one with this number."""
        with self._lock:
            start = self._starts[number] if number < len(self._starts) else self._size
            size = self._size - start
        with self._path.open("rb") as file:
            file.seek(start)
            return [json.loads(line) for line in file.read(size).splitlines()]
