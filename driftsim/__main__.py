"""`driftsim` and `python -m driftsim`: the command line, which signals end in an orderly way."""

import atexit
import gc
import os
import signal
import sys

ORDERLY = "SIGINT", "SIGTERM", "SIGHUP"
STOPPED = 130  # with which typer exits after a KeyboardInterrupt
MESSAGE = "stopped; the runs that have ended are kept: the same command continues from there\n"
REPEAT = 1  # seconds after which an interrupt is raised again
ALIVE = 50_000  # objects between two searches for garbage; imports, which make many, leave none
SETTINGS = {  # of packages that are imported later, unless the user has set them
    "PYDANTIC_DISABLE_PLUGINS": "__all__",  # which it looks for in every package
    "OPENBLAS_NUM_THREADS": "1",  # as in workers; more of them burn seconds waiting for work
}
received: list[int] = []  # the numbers of signals


def main():
    """Run the command line; its imports take so long that they can be interrupted, too."""
    handle(end_at_once)
    gc.set_threshold(ALIVE)
    atexit.register(gc.freeze)  # at the end, nothing is searched for garbage any more
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    from driftsim.cli import app

    try:
        handle(interrupt)
        app(prog_name="driftsim")
    except BaseException as end:  # an import may raise another error from a KeyboardInterrupt
        handle(signal.SIG_IGN)
        interrupt_after(0)
        if not received or getattr(end, "code", STOPPED) != STOPPED:
            raise
        sys.stderr.write(MESSAGE)
        sys.exit(128 + received[0])


def handle(handler):
    """Handle the signals that end this process, except those that it was started to ignore."""
    for name in ORDERLY:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def end_at_once(number, frame):
    """End before anything has started."""
    os.write(2, b"stopped\n")
    os._exit(128 + number)


def interrupt(number, frame):
    """Stop as by Ctrl-C, again and again, as some imports swallow a KeyboardInterrupt."""
    received.append(number)
    interrupt_after(REPEAT)
    raise KeyboardInterrupt


def interrupt_after(seconds):
    """Interrupt again after `seconds`; never, where they are 0."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
