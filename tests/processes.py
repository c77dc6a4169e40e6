"""Processes: what those that a test has started leave and say."""

import os
import re


def session(leader):
    """The processes of a session, each as its command."""
    found = []
    for number in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/stat") as file:
                state, _, _, owner = file.read().rpartition(")")[2].split()[:4]
            with open(f"/proc/{number}/cmdline") as file:
                words = file.read()
        except OSError:
            continue
        if int(owner) == leader and state != "Z":
            found.append(words)
    return found


def messages(printed):
    """What a command has printed on standard error, without the lines on its progress."""
    return re.sub(r"^\d+ s: .*\n", "", printed, flags=re.M)
