"""Adaptation: when a model trains, and on which labels.

Every module in this folder is loaded, and with it the kinds it defines.
"""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
