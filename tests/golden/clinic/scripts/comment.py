"""Writes a Markdown file into a comment of the pull request: the same comment each time.

The pipeline's own token does it, where its build service may contribute to pull requests.
https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads
"""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

API = (
    f"{os.environ['SYSTEM_COLLECTIONURI']}{os.environ['SYSTEM_TEAMPROJECTID']}/_apis/git"
    f"/repositories/{os.environ['BUILD_REPOSITORY_ID']}"
    f"/pullRequests/{os.environ['SYSTEM_PULLREQUEST_PULLREQUESTID']}/threads"
)
HEADERS = {
    "Authorization": f"Bearer {os.environ['SYSTEM_ACCESSTOKEN']}",
    "Content-Type": "application/json",
}


def call(method: str, url: str, body: Any = None) -> Any:
    """Send a request, and return what is answered."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, HEADERS, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def main(path: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    title = text.partition("\n")[0]
    comment = {"parentCommentId": 0, "content": text, "commentType": 1}
    for thread in call("GET", f"{API}?api-version=7.1")["value"]:
        first = (thread["comments"] or [{}])[0]
        if (first.get("content") or "").partition("\n")[0] == title:
            url = f"{API}/{thread['id']}/comments/{first['id']}?api-version=7.1"
            call("PATCH", url, {"content": text})
            return
    call("POST", f"{API}?api-version=7.1", {"comments": [comment], "status": "closed"})


if __name__ == "__main__":
    main(sys.argv[1])
