"""`driftsim studio`: what it needs, and which port it gets."""

import socket

import pytest

pytest.importorskip("starlette")

from driftsim.cli import studio
from driftsim.messages import ScenarioError
from driftsim.studio import running


def test_without_its_packages_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(studio, "find_spec", lambda name: None if name == "uvicorn" else name)
    with pytest.raises(ScenarioError, match=r"uvicorn; \.venv/bin/pip install '\.\[studio\]'"):
        studio.check_installed()


def test_a_port_in_use_is_refused_if_asked_for_and_passed_over_if_not(monkeypatch):
    with running.bound(0) as taken:
        number = taken.getsockname()[1]
        assert taken.getsockname()[0] == "127.0.0.1"
        with pytest.raises(ScenarioError, match=f"--port {number}: another program uses"):
            running.bound(number)
        monkeypatch.setattr(running, "PORT", number)
        with running.bound(None) as other:
            assert number < other.getsockname()[1] <= number + running.TRIED
        monkeypatch.setattr(running, "TRIED", 1)
        with pytest.raises(ScenarioError, match="are all in use"):
            running.bound(None)


def test_a_port_takes_connections_of_this_machine_alone_before_it_is_printed():
    with running.bound(0) as opened:
        number = opened.getsockname()[1]
        socket.create_connection(("127.0.0.1", number), 5).close()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", number), 0.5)
