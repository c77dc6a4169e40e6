"""Fixtures: a browser, and studios in processes of their own."""

import os
import re
import subprocess
import sys

import pytest
from browser import missing, started


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    if why := missing():
        required = os.environ.get("DRIFTSIM_BROWSER") == "required"
        (pytest.fail if required else pytest.skip)(why)
    driver = started(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


class Server:
    """A studio in a process of its own, as the command line starts it."""

    def __init__(self, *arguments, port=0):
        command = [sys.executable, "-m", "driftsim", "studio", "--no-browser", "--port", str(port)]
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/\S+", line):
                self.address, self.port = found[0], int(found[1])
                return
        raise AssertionError(f"the studio has ended with {self.process.wait()}")

    def end(self, number):
        """End it by a signal; gives its exit code."""
        self.process.send_signal(number)
        return self.process.wait(15)


@pytest.fixture
def serve():
    """Starts studios, which end with the test."""
    servers = []

    def start(*arguments, **more):
        servers.append(Server(*arguments, **more))
        return servers[-1]

    yield start
    for one in servers:
        one.process.kill()
        one.process.wait()
        one.process.stdout.close()
