"""Writes a Markdown file into a comment of the merge request: the same comment each time.

COMMENT_TOKEN is a project access token with the scope `api`: a job's own token may not comment.
https://docs.gitlab.com/api/notes/
"""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

API = (
    f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}"
    f"/merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes"
)
HEADERS = {"PRIVATE-TOKEN": os.environ["COMMENT_TOKEN"], "Content-Type": "application/json"}


def call(method: str, url: str, body: Any = None) -> Any:
    """Send a request, and return what is answered."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, HEADERS, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def main(path: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    title = text.partition("\n")[0]
    notes = call("GET", f"{API}?per_page=100&sort=asc")
    ours = [note["id"] for note in notes if note["body"].partition("\n")[0] == title]
    if ours:
        call("PUT", f"{API}/{ours[0]}", {"body": text})
    else:
        call("POST", API, {"body": text})


if __name__ == "__main__":
    main(sys.argv[1])
