"""Playing: the thread that turns a scenario and plays it anew, as fast as it can be drawn."""

import gc
import re
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from driftsim.evaluation.prequential import COMPILING
from driftsim.messages import ScenarioError, line
from driftsim.parts import identity
from driftsim.process_state import one_thread
from driftsim.runner.execution import Result, execution, playing
from driftsim.runner.placement import estimate, is_safe
from driftsim.runner.runs import Run, runs_of, too_many_changes
from driftsim.scenario.settings import below
from driftsim.studio.background import Background
from driftsim.studio.frames import frame, report_page, results_of, verdict
from driftsim.studio.session import Session
from driftsim.studio.traces import Kept, traced
from driftsim.studio.world_picture import world_picture

FIRST = 0.06  # seconds after which the first contender is shown before the others have finished
BETWEEN = 0.15  # seconds between two frames of one scenario
ADDED = re.compile(r"^models\..*?(?=(learner|policy)(: |\.))")  # the path of a new contender
LONG = 0.4  # seconds after which a scenario gives way to a new one, though nothing is shown yet
Send = Callable[[str, Any], None]  # an event of a kind, with plain data


class Asked(NamedTuple):
    """A step, a choice of columns, or a wish for the report."""

    number: int  # by which the page knows it
    step: dict[str, Any]

    @property
    def draft(self) -> bool:
        """Whether a drag goes on, so that first answers are enough."""
        return bool(self.step.get("draft"))


class Player(threading.Thread):
    """Does the steps that it is asked for, and sends what follows from them, in one thread.

    Events: `state` (what can be turned), `frame` (curves, scores, costs), `verdict`, `world` (the
    picture), `busy` (what is still played), `refused` (a step that is not valid) and `report`. Runs
    on kernels are played here, others in processes beside; those of an older scenario are given up
    as soon as a new step comes. Where it `owns` its process, garbage is found there faster.
    """

    def __init__(self, session: Session, parts: tuple[str, ...], send: Send, owns: bool = False):
        super().__init__(daemon=True)
        self._owns = owns
        self.session, self._parts, self._send = session, parts, send
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._next: list[Any] = []  # taken from the queue, and not yet looked at
        self._kept = Kept()
        self._columns: list[int] | None = None
        self._background = Background(lambda run, result: self._queue.put((run, result)))
        self._shown, self._number = "", 0

    def ask(self, number: int, step: dict[str, Any]) -> None:
        """Ask for a step; what follows from it is sent."""
        self._queue.put(Asked(number, step))

    def close(self) -> None:
        """End it, and all its processes."""
        self._queue.put(None)
        self._background.close()

    def run(self) -> None:
        """Do what is asked for, until it is closed."""
        with one_thread():
            asked: Any = Asked(0, {"do": "show"})
            while asked is not None:
                try:
                    self._answer(asked)
                except Exception as error:  # the studio goes on; the page says what happened
                    message = line(f"{type(error).__name__}: {error}")
                    traceback.print_exc()
                    self._send("refused", {"number": self._number, "message": message})
                gc.collect()  # results refer to themselves, and hold traces
                if self._owns and not asked.number:
                    gc.freeze()  # what is imported stays, and is not searched again
                asked = self._take()

    def _answer(self, asked: Asked) -> None:
        """Do a step, and play what follows from it."""
        wished = asked.step.get("do") == "report"  # which ends nothing
        self._number = self._number if wished else asked.number
        match asked.step.get("do"):
            case "columns":
                self._columns = columns_of(asked.step.get("value"))
                self._send_world(always=True)
            case "report":
                self._send("report", {"number": asked.number, "page": self._report()})
            case "retry":
                self._kept.forget_failures()
            case "show":
                self._shown = ""
                self._columns = None
                self._send("state", self._state())
            case _:
                try:
                    self.session.do(asked.step)
                    if asked.step.get("do") != "set":
                        self._send("state", self._state())  # before what may have to be compiled
                except ScenarioError as error:
                    message = self._error_text(error, asked.step)
                    about = {"number": asked.number, "message": message}
                    self._send("refused", about | {"path": asked.step.get("path")})
                    self._send("state", self._state())
        self._play(asked.draft)

    def _error_text(self, error: ScenarioError, step: dict[str, Any]) -> str:
        """The first mistake of a scenario, without the names of its file and of paths."""
        text = str(error).split("\n", 1)[0].removeprefix(f"{self.session.source.name}: ")
        path, (place, _, fault) = str(step.get("path")), text.partition(": ")
        control = self.session.now.controls.get(path)
        if control is not None and below(path, place):
            return f"{control.label}: {fault}"
        return ADDED.sub("", text) if step.get("do") == "add" else text

    def _state(self) -> dict[str, Any]:
        return self.session.state() | {"number": self._number}

    def _play(self, draft: bool) -> None:
        """Play the scenario as it is; a draft with its first seed alone."""
        session = self.session
        variant = session.now.study.variants[0]
        if obstacle := too_many_changes(variant.scenario.stream):
            self._send("refused", {"number": self._number, "message": obstacle})
            return
        runs = [*runs_of(variant, self._parts)]
        if draft:
            runs = [run for run in runs if run.seed == runs[0].seed]
        runs.sort(key=lambda run: (run.seed, run.contender is not None, estimate(run)))
        scene = Scene(self._number, session.now.study, runs, self._kept, self._send)
        if not self._play_here(scene, draft):
            return
        scene.send_frame()
        self._send("state", self._state())
        self._send_world()
        self._background.want([] if draft else scene.missing)
        self._wait(scene)
        if not draft and not self._next and not scene.missing:
            scene.send_verdict()

    def _play_here(self, scene: "Scene", draft: bool) -> bool:
        """Play what runs on kernels; returns whether no new step has come meanwhile."""
        self._background.want([])
        for run in scene.order():
            result = self._played(run, scene, draft)
            if result is None:
                return False
            scene.put(run, result)
        return True

    def _played(self, run: Run, scene: "Scene", draft: bool) -> Result | None:
        """The result of a run that is played here; None where a new step has come."""
        with playing:
            for reached in execution(lambda: run):
                if isinstance(reached, Result):
                    return reached
                if reached == COMPILING:
                    self._send("busy", {"number": scene.number, "compiling": run.name})
                if scene.due and scene.news and scene.any_contender:
                    scene.send_frame()
                    self._send_world()
                if self._interrupted() and (scene.shown or self._urgent(draft)):
                    return None
        raise AssertionError("an execution ends with its result")

    def _urgent(self, draft: bool) -> bool:
        """Whether what has come does not wait for a picture: the end, or that of a drag."""
        return None in self._next or (draft and any(not one.draft for one in self._next))

    def _interrupted(self) -> bool:
        """Whether a new step has come; results that have are kept."""
        while True:
            try:
                self._sort(self._queue.get_nowait())
            except Empty:
                return bool(self._next)

    def _sort(self, given: Any) -> None:
        """Keep a result, or remember a step."""
        if isinstance(given, tuple) and not isinstance(given, Asked):
            self._kept.put(given[0].key, given[1])
        else:
            self._next.append(given)

    def _wait(self, scene: "Scene") -> None:
        """Send the results of processes as they come, until a new step does."""
        while scene.missing and not self._interrupted():
            scene.take_kept()
            if scene.due and scene.news:
                scene.send_frame()
            if scene.missing:
                try:
                    self._sort(self._queue.get(timeout=BETWEEN))
                except Empty:
                    continue
        if not self._next and scene.news:
            scene.send_frame()

    def _take(self) -> Any:
        """The next step; of one drag the last one that is there."""
        while not self._next:
            self._sort(self._queue.get())
        self._interrupted()
        asked = self._next.pop(0)
        while self._next and same_gesture(asked, self._next[0]):
            asked = self._next.pop(0)
        return asked

    def _send_world(self, always: bool = False) -> None:
        """Send the picture of the world where it is another one."""
        scenario = self.session.now.scenario
        about = identity(scenario.stream)
        if always or about != self._shown:
            names = scenario.stream.schema.names
            if self._columns and max(self._columns) >= len(names):
                self._columns = None
            self._send("world", world_picture(scenario, self._columns))
            self._shown = about

    def _report(self) -> str:
        """The report of all runs that have finished, as one page."""
        variant = self.session.now.study.variants[0]
        runs = [*runs_of(variant, self._parts)]
        scene = Scene(self._number, self.session.now.study, runs, self._kept, self._send)
        return report_page(scene.results())


class Scene:
    """A scenario that is being played: its runs, and those that have finished."""

    def __init__(self, number: int, study: Any, runs: list[Run], kept: Kept, send: Send):
        self.number, self._study, self._runs = number, study, runs
        self._kept, self._send = kept, send
        self._found: dict[str, Result] = {}
        self.news, self._frames = False, 0
        self._started = self._sent = time.monotonic()
        self.take_kept()

    def take_kept(self) -> None:
        """Take the results that are kept."""
        for run in self._runs:
            if run.key not in self._found and (result := self._kept.get(run.key)):
                self._found[run.key] = result
                self.news = True

    def put(self, run: Run, result: Result) -> None:
        """Take the result of a run, and keep it for later."""
        self._kept.put(run.key, result)
        self._found[run.key] = result
        self.news = True

    def order(self) -> Iterator[Run]:
        """The runs that are to be played here, seed by seed."""
        return (run for run in self._runs if run.key not in self._found and is_safe(run))

    @property
    def shown(self) -> bool:
        """Whether a page has got something of it, or has waited for long."""
        return self._frames > 0 or time.monotonic() - self._started > LONG

    @property
    def missing(self) -> list[Run]:
        """The runs that have not finished."""
        return [run for run in self._runs if run.key not in self._found]

    @property
    def any_contender(self) -> bool:
        """Whether any contender has finished."""
        return any(run.contender and run.key in self._found for run in self._runs)

    @property
    def due(self) -> bool:
        """Whether it is time for a frame."""
        return time.monotonic() - self._sent >= (BETWEEN if self._frames else FIRST)

    def results(self):
        """The results of the runs that have finished."""
        scenario = self._study.variants[0].scenario
        return results_of(self._study, [*traced(self._runs, self._found, scenario)])

    def send_frame(self) -> None:
        """Send what has finished."""
        failed = {
            run.name: result.failure
            for run in self._runs
            if (result := self._found.get(run.key)) and result.failure
        }
        missing, results = self.missing, self.results()
        seeds = {run.seed for run in self._runs}
        done = len(seeds - {run.seed for run in missing})
        played = results.variants[0].runs
        about = frame(results, failed.keys()) if played else {}
        self._send("frame", about | {
            "number": self.number,
            "failed": failed,
            "pending": [*dict.fromkeys(run.name for run in missing)],
            "seeds": [done, len(seeds)],
            "seconds": time.monotonic() - self._started,
        })  # fmt: skip
        self._sent, self.news, self._frames = time.monotonic(), False, self._frames + 1

    def send_verdict(self) -> None:
        """Send the verdict, once all runs have finished."""
        results = self.results()
        if results.variants[0].contenders:
            self._send("verdict", {"number": self.number, "html": verdict(results)})


def columns_of(value: Any) -> list[int] | None:
    """The two columns of a choice; None, the usual ones, for what is none."""
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(type(i) is int and i >= 0 for i in value)
    ):
        return value
    return None


def same_gesture(one: Any, other: Any) -> bool:
    """Whether two steps are of one drag, so that the first need not be done."""
    if not isinstance(one, Asked) or not isinstance(other, Asked):
        return False
    gesture = one.step.get("gesture")
    return bool(gesture) and all(one.step.get(k) == other.step.get(k) for k in ("gesture", "path"))
