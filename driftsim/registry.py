"""Registry: the kinds of a family by name, each imported when it is first looked up."""

import re
from collections.abc import Iterator, MutableMapping
from functools import cached_property
from importlib import import_module
from pkgutil import get_data, iter_modules
from typing import Any

CLASS = re.compile(rb"^class (\w+)", re.MULTILINE)
PACKAGE = re.compile(rb'^    package = "([\w.]+)"', re.MULTILINE)  # the kind of what is in it


def kind_of(name: str) -> str:
    """The kind of a class by its name: `OnDrift` is `on_drift`, `None_` is `none`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().rstrip("_")


class Kinds(MutableMapping[str, type[Any]]):
    """The kinds of a family, by name.

    `homes` are packages whose modules define more of them: the one that defines a kind is
    imported when that is looked up, and all are where that is none, or where they are listed.
    `registered` are those of the modules imported so far.
    """

    def __init__(self, homes: tuple[str, ...] = ()):
        self._homes = homes
        self._loaded = False  # whether every module has been imported
        self.registered: dict[str, type[Any]] = {}

    def __getitem__(self, kind: str) -> type[Any]:
        if kind not in self.registered:
            for module in self._places.get(kind, self._modules):
                import_module(module)
        return self.registered[kind]

    def __setitem__(self, kind: str, found: type[Any]) -> None:
        self.registered[kind] = found

    def __delitem__(self, kind: str) -> None:
        del self.registered[kind]

    def __iter__(self) -> Iterator[str]:
        self.load()
        return iter([*self.registered])

    def __len__(self) -> int:
        self.load()
        return len(self.registered)

    def around(self, path: str) -> Iterator[type[Any]]:
        """The kinds named like a package around a path, the innermost first; then all of them."""
        words = path.split(".")
        names = (".".join(words[:n]) for n in range(len(words) - 1, 0, -1))
        known = (name for name in names if name in {**self._places, **self.registered})
        yield from (self[name] for name in known if name in self)  # not of another family
        yield from self.values()

    def load(self) -> None:
        """Import every module of its homes, and with them all kinds."""
        for module in [] if self._loaded else self._modules:
            import_module(module)
        self._loaded = True

    @cached_property
    def _modules(self) -> list[str]:
        """The modules in its homes."""
        folders = [(home, import_module(home).__path__) for home in self._homes]
        return [f"{home}.{one.name}" for home, path in folders for one in iter_modules(path)]

    @cached_property
    def _places(self) -> dict[str, list[str]]:
        """The modules that define a class for a kind, read in their sources."""
        places: dict[str, list[str]] = {}
        for module in self._modules:
            home, _, name = module.rpartition(".")
            try:
                source = get_data(home, f"{name}.py") or b""
            except OSError:  # a folder, or a module without a source
                continue
            kinds = [kind_of(name.decode()) for name in CLASS.findall(source)]
            for kind in [*kinds, *(name.decode() for name in PACKAGE.findall(source))]:
                places.setdefault(kind, []).append(module)
        return places
