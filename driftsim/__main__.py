"""`driftsim` and `python -m driftsim`: the command line, which a signal ends in an orderly way."""

import os
import signal
import sys

ORDERLY = "SIGINT", "SIGTERM", "SIGHUP"
STOPPED = 130  # with which typer exits after a KeyboardInterrupt
MESSAGE = "stopped; the runs that had ended are kept, and the same command goes on from there\n"
AGAIN = 1  # seconds
received: list[int] = []  # the numbers of signals


def main():
    """Run the command line; its imports take long enough to be interrupted, too."""
    handle(end_at_once)
    from driftsim.cli import app

    try:
        handle(interrupt)
        app(prog_name="driftsim")
    except (SystemExit, KeyboardInterrupt) as end:
        handle(signal.SIG_IGN)
        again(0)
        if not received or getattr(end, "code", STOPPED) != STOPPED:
            raise
        sys.stderr.write(MESSAGE)
        sys.exit(128 + received[0])


def handle(handler):
    """Handle the signals that end this process, but for those that it was started to ignore."""
    for name in ORDERLY:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def end_at_once(number, frame):
    """End before anything has begun."""
    os.write(2, b"stopped\n")
    os._exit(128 + number)


def interrupt(number, frame):
    """Stop as by Ctrl-C, and once more if that goes unheeded, as in the midst of some imports."""
    received.append(number)
    again(AGAIN)
    raise KeyboardInterrupt


def again(seconds):
    """Interrupt once more after so many seconds; after 0, never."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
