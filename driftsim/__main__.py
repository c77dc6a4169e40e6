"""`driftsim` and `python -m driftsim`: the command line, which signals end in an orderly way."""

import atexit
import codecs
import errno
import gc
import io
import os
import signal
import sys
from contextlib import suppress

ORDERLY = "SIGINT", "SIGTERM", "SIGHUP", "SIGALRM"
AGAIN = getattr(signal, "SIGALRM", None)  # Windows has neither this nor SIGHUP
STOPPED = "stopped; what has ended is kept"
PLAIN = {"±": "+-", "→": "->", "–": "-", "−": "-", "…": "...", "×": "x", "≥": ">=", "≤": "<="}
REPEAT = 1  # second after which an interrupt is raised again
UNMAPPED = "failed to map segment"  # what a loader says that has no memory for a library
ALIVE = 50_000  # objects between two searches for garbage; imports, which make many, leave none
SETTINGS = {  # of packages that are imported later, unless the user has set them
    "PYDANTIC_DISABLE_PLUGINS": "__all__",  # which it looks for in every package
    "OPENBLAS_NUM_THREADS": "1",  # as in workers; more of them burn seconds waiting for work
}
received: list[int] = []  # the numbers of signals


def main():
    """Run the command line; its imports take so long that they can be interrupted, too."""
    handle(end_at_once)
    print_anywhere()
    gc.set_threshold(ALIVE)
    atexit.register(gc.freeze)  # at the end, nothing is searched for garbage any more
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    from driftsim.cli import app

    handle(interrupt)
    try:
        play(app)
    except BaseException as error:  # an import may raise another one from a KeyboardInterrupt
        handle(signal.SIG_IGN)
        lacking = "" if received else lacking_memory(error)
        if not received and not lacking:
            raise
        eval("0")  # else Python ends as by Ctrl-C where that has interrupted an `exec` of a text
        with suppress(OSError):  # of a terminal that has been closed
            about = f"no memory is left: {lacking}; allow more" if lacking else STOPPED
            again = "the same command" + " without --fresh" * ("--fresh" in sys.argv)
            sys.stderr.write(f"{about}: {again} continues from there\n")
            sys.stderr.flush()
        sys.exit(2 if lacking else 128 + received[0])


def print_anywhere():
    """Let a terminal whose letters are few show others as like letters, and the rest as ?."""
    codecs.register_error("like", like)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors="like")


def like(error):
    """Letters that can be written anywhere, in the place of those that an encoding has not."""
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(one, "?") for one in lacking), error.end


def lacking_memory(error):
    """What there was no memory for, in a line; empty where an error has another cause."""
    if isinstance(error, MemoryError):
        return " ".join(str(error).split()) or "MemoryError"
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return str(error)
    texts = str(error).splitlines() if isinstance(error, ImportError) else []
    return next((text.strip() for text in texts if UNMAPPED in text), "")


def play(app):
    """What signals interrupt: here they raise a KeyboardInterrupt, before and after it they wait.

    So none is raised where nothing would take it.
    """
    app(prog_name="driftsim")


def handle(handler):
    """Handle the signals that end this process, except those that it was started to ignore."""
    for name in ORDERLY:
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def end_at_once(number, frame):
    """End before anything has started."""
    os.write(2, b"stopped\n")
    os._exit(128 + number)


def interrupt(number, frame):
    """Stop as by Ctrl-C, again and again, as some imports swallow a KeyboardInterrupt."""
    received.append(number)
    sys.unraisablehook = lambda about: None  # as it is raised again
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, REPEAT)
    while frame and frame.f_code is not play.__code__:
        frame = frame.f_back
    if frame and not (number == AGAIN and stopping()):
        raise KeyboardInterrupt


def stopping():
    """Whether what is run now cleans up after a KeyboardInterrupt."""
    return isinstance(sys.exc_info()[1], KeyboardInterrupt)


if __name__ == "__main__":
    main()
