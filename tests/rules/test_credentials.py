"""What is taken for a credential in a bundle's files, and what is not."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest
from bundles import findings

HEX = "0f3a9c7e5b1d2f4a6c8e0b2d4f6a8c1e"
LONG = "q7Rz0LkPw3VxT8mYbN2cHdJ5sFgA9eUuK4iO1tXvZ6B"  # as random as they come
UUID = "0b8e1c5e-5f0d-4c3a-9f5b-2a1f5f0a6c1d"
DATA = base64.b64encode(random.Random(0).randbytes(9000)).decode()


def told(folder: Path, line: str) -> list[tuple[int, str]]:
    """The line and message of each credential found where a line is a comment, and a value."""
    text = f"bundle: {{name: b}}\n# {line}\ninclude: [more.yml]\n@ more.yml\n# {line}\n"
    found = [one for one in findings(folder, text) if one.code == "BW744"]
    assert [one.file for one in found] in ([], ["databricks.yml", "more.yml"])
    return [(one.line, one.message) for one in found]


# In parts: put together they are what scanners of this repository look for.
@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f"token: dapi{HEX}-2", "a Databricks token"),
        (f"fs.azure.account.key.acc.dfs.core.windows.net: {LONG}{LONG}==", "an Azure storage key"),
        (f"spark.hadoop.fs.s3a.secret.key: {LONG[:40]}", "secret.key"),
        (f"fs.azure.account.oauth2.client.secret: abC8Q~{LONG[:34]}", "client.secret"),
        (f"client.secret.acc.dfs.core.windows.net: abC8Q~{LONG[:34]}", "client.secret"),
        (f"SharedAccessKeyName=a;SharedAccessKey={LONG}=", "an Azure access key"),
        (f"github_pat_{LONG}{LONG}", "a GitHub token"),
        ("-----BEGIN OPENSSH " + "PRIVATE KEY-----", "a private key"),
        (f"sk-proj-{LONG}", "an API key"),
        (f'"clientSecret": "{LONG[:16]}"', "clientSecret"),
        ("{user: u, password: Tr0ub4dor}", "password"),
        ("DB_PASSWORD: s3cr3tP@ss  # rotate", "DB_PASSWORD"),
        ("parameters: [--password=Passw0rd!]", "password"),
        ("run: load --password=Passw0rd! --verbose", "password"),
        ('password: "p@ss#word1"', "password"),
        ("odbc: Driver=x;Uid=u;Pwd=Tr0ub4dor;", "Pwd"),
        ("'pwd': 'Tr0ub4dor'", "pwd"),
        ("url: postgresql://user:S3cretpw@host/db", "of a URL"),
    ],
)
def test_credentials(tmp_path: Path, line: str, what: str) -> None:
    found = told(tmp_path, line)
    assert [number for number, _ in found] == [2, 1]
    assert all(what in message for _, message in found)
    assert not any(one in str(found) for one in (HEX[4:], LONG[4:16], "r0ub4dor", "assw0rd"))


@pytest.mark.parametrize(
    "line",
    [
        "token: {{secrets/a/b}}",
        'fs.azure.account.oauth2.client.secret: "{{secrets/scope/key}}"',
        'token: "{{job.parameters.token}}"',
        "token: ${var.token}",
        "DATABRICKS_TOKEN: ${{ secrets.TOKEN }}",
        "token: $TOKEN",
        "password: ''",
        "password: null",
        "password: YOUR_PASSWORD",
        'password: os.environ["PASSWORD"]',
        "password = dbutils.secrets.get('a', 'b')",
        'description: "password: stored in the vault"',
        "description: set password = something",
        "secret_scope: name",
        "secret_key: my-key-2024",
        "secret: prod-kv-secret-name",
        "token_endpoint: https://login.microsoftonline.com/x/oauth2/token",
        f"client.endpoint: https://login.microsoftonline.com/{UUID}/oauth2/token",
        f"client_secret: {UUID}",
        f"service_principal_name: {UUID}",
        f"git_commit: {HEX}{HEX[:8]}",
        f"whl: ./dist/a.whl#sha256={HEX}{HEX}",
        f"integrity: sha512-{DATA[:86]}==",
        f"content: {DATA}",
        f"path: /Workspace/Shared/{'abc123def/' * 20}x",
        "path: abfss://container@account.dfs.core.windows.net/x",
        "url: https://github.com/a/b@main",
        f"ssh-rsa AAAAB3NzaC1yc2E{DATA[:300]}",
    ],
)
def test_what_is_no_credential(tmp_path: Path, line: str) -> None:
    assert told(tmp_path, line) == []


@pytest.mark.parametrize(
    ("holder", "way"),
    [
        ("spark_env_vars:", "refer to it by {{secrets/scope/key}}"),
        ("base_parameters:", "read it in the code by dbutils.secrets.get(scope, key)"),
        ("parameters:\n  - x\n  -", "read it in the code by dbutils.secrets.get(scope, key)"),
        ("apps:\n  front:\n    env: []\n    config:", "give the app a resource for it"),
        ("targets:", "keep it in a secret scope, and revoke this one"),
    ],
)
def test_how_a_secret_is_read_depends_on_where(tmp_path: Path, holder: str, way: str) -> None:
    text = f"bundle: {{name: b}}\n{holder}\n      token: dapi{HEX}\nparameters_end: 1\n"
    [hint] = [one.hint for one in findings(tmp_path, text) if one.code == "BW744"]
    assert way in hint
