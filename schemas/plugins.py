"""Finding plug-ins: the classes of a contract, one a module of a package, which nothing has to name."""

import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any


def plugins(package: ModuleType, contract: type[Any], called: str = "name") -> dict[str, Any]:
    """Return every class in the package's modules that keeps a contract, by its attribute `called`, sorted.

    A class without that attribute is a part of others. An import error in a module is not hidden.
    """
    found: dict[str, Any] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for _, item in inspect.getmembers(module, inspect.isclass):
            if issubclass(item, contract) and item.__module__ == module.__name__ and hasattr(item, called):
                found[getattr(item, called)] = item
    return dict(sorted(found.items()))
