"""Who may use the studio: nobody but a page of this machine that knows the token."""

import asyncio
import json

import pytest

pytest.importorskip("starlette")

from driftsim.studio.access import MOST_BYTES, token_of
from driftsim.studio.document import document, policy_of
from driftsim.studio.server import Studio
from driftsim.studio.session import Session
from driftsim.studio.sources import source_of

PORT, TOKEN = 8484, "secret"
HOST = f"127.0.0.1:{PORT}"
OWN = {"host": HOST, "origin": f"http://{HOST}"}
STEPS = json.dumps({"number": 1, "steps": []}).encode()


@pytest.fixture(scope="module")
def app():
    return Studio(Session(source_of(None))).app(PORT, TOKEN)


def answer(app, path="/", headers=OWN, body=b"", method="GET", token=TOKEN, pieces=1):
    """The status, the headers and the body that a request gets."""
    query = f"token={token}".encode() if token else b""
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": query, "scheme": "http", "http_version": "1.1", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "server": ("127.0.0.1", PORT), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    sent, given = [], [body] * pieces

    async def receive():
        return {"type": "http.request", "body": given.pop(), "more_body": bool(given)}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(one.get("body", b"") for one in sent[1:])


def test_its_own_page_is_let_in_and_asks_nobody_else(app):
    status, headers, body = answer(app, headers={"host": HOST})
    assert status == 200 and body.decode() == document()
    assert headers["referrer-policy"] == "no-referrer" and headers["cache-control"] == "no-store"
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert headers["content-security-policy"] == policy_of(document())
    assert "https://" not in document() and answer(app, "/names")[0] == 200


def test_others_are_kept_out(app):
    refused = [
        (421, {"host": "evil.example"}),  # whose name leads here: DNS rebinding
        (421, {"host": f"evil.example:{PORT}"}),
        (421, {"host": f"127.0.0.1:{PORT + 1}"}),
        (421, {}),
        (403, {"host": HOST, "origin": "http://evil.example"}),
        (403, {"host": HOST, "origin": "null"}),
        (403, {"host": HOST, "origin": "http://127.0.0.1:1"}),  # another program of this machine
        (403, {"host": HOST, "sec-fetch-site": "cross-site"}),
        (403, {"host": HOST, "sec-fetch-site": "same-site"}),
    ]
    for path in ("/", "/events", "/scenario", "/report", "/names", "/nothing"):
        for status, headers in refused:
            assert answer(app, path, headers)[0] == status, (path, headers)
        for token in ("", "secre", "secret1", "ſecret"):
            assert answer(app, path, OWN, token=token)[0] == 403
    assert answer(app, "/nothing")[0] == 404
    assert answer(app, "/steps")[0] == 405
    assert answer(app, "/../etc/passwd")[0] == 404


def test_what_is_sent_is_short_and_says_where_it_is_from(app):
    def sent(body, headers=OWN, **more):
        return answer(app, "/steps", headers, body, "POST", **more)[0]

    assert sent(STEPS) == 202
    assert sent(STEPS, {"host": HOST}) == 403  # no origin
    assert sent(b"x" * (MOST_BYTES + 1)) == 413
    assert sent(b"x" * 1_000, pieces=100) == 413
    assert sent(STEPS, {**OWN, "content-length": str(10**9)}) == 413
    assert sent(STEPS, {**OWN, "content-length": "-1"}) == 413
    for body in (b"", b"[]", b"{", b"[" * 10_000, b'{"number": 1, "steps": [1]}', b"\xff"):
        assert sent(body) == 400, body
    assert sent(json.dumps({"number": True, "steps": []}).encode()) == 400
    assert sent(json.dumps({"number": 1, "steps": [{}] * 501}).encode()) == 400


def test_the_token_stays_the_same_for_a_port_and_only_its_owner_can_read_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTSIM_CACHE", str(tmp_path / "cache"))
    first = token_of(1)
    assert len(first) > 40 and token_of(1) == first != token_of(2)
    assert (tmp_path / "cache" / "studio").stat().st_mode & 0o077 == 0


def test_a_file_is_saved_under_the_name_of_the_scenario(app):
    status, headers, body = answer(app, "/scenario")
    assert status == 200 and headers["content-disposition"].endswith("''studio.yaml")
    assert body.decode().startswith("# Two classes turn around each other.")
