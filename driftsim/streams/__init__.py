"""Streams: what is true, and when it changes.

Every module in this folder is imported, which registers the kinds it defines.
"""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
