"""The REST API of a made-up workspace, for code that calls it by the Databricks SDK."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest


class WorkspaceApi:
    """What it answers by method and path, and what it was sent; all else is not found.

    An answer that is a list is given item by item, the last one again and again.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.sent: list[tuple[str, Any]] = []

    def answer(self, request: str, body: Any) -> Any:
        """Return the answer to a request; null where there is none."""
        if not request.startswith("GET"):
            self.sent.append((request, body))
        found = self.answers.get(request)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


@contextmanager
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkspaceApi]:
    """Serve such an API, and have the SDK take it for the workspace."""
    api = WorkspaceApi()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            found = api.answer(f"{self.command} {path}", json.loads(body) if body else None)
            missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"{path} is not there"}
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(missing if found is None else found).encode())

        do_GET = do_POST = do_PUT = respond

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    for name in [name for name in os.environ if name.startswith("DATABRICKS_")]:
        monkeypatch.delenv(name)
    with TemporaryDirectory() as folder:
        login = Path(folder, "databrickscfg")
        host = f"http://127.0.0.1:{server.server_port}"
        login.write_text(f"[DEFAULT]\nhost = {host}\ntoken = made-up\n", encoding="utf-8")
        monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(login))
        yield api
    server.shutdown()
