"""One JSON line a request: what was asked, by whom, and how it ended."""

import json
import threading
from pathlib import Path
from typing import Any


class RequestLog:
    """Appends to a file and keeps the entries for queries. Entries are numbered from 1 without gaps."""

    def __init__(self, path: Path):
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        self._file = path.open("a", encoding="utf-8")

    def add(self, entry: dict[str, Any]) -> None:
        with self._lock:
            entry = {"number": len(self._entries) + 1, **entry}
            self._entries.append(entry)
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()

    @property
    def count(self) -> int:
        with self._lock:
            return len(self._entries)

    def since(self, number: int) -> list[dict[str, Any]]:
        """The entries after the one with this number."""
        with self._lock:
            return self._entries[number:]
