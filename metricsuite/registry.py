"""Find a metric: a built-in name, a plugin's name, ``module:attr`` or ``path/to/file.py:attr``, each with literal parameters.

load_metric("cka")      load_metric("dsa(n_delays=20, rank=15)")      load_metric("mypkg.mod:MyMetric(k=3)")
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import os
import pickle
import re
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from metricsuite.adapting import Metric, adapt
from metricsuite.builtin import BUILTIN, CALL, ON_DEMAND, read_literals
from metricsuite.errors import MetricNotFound
from metricsuite.properties import nearest

GROUP = "metricsuite.metrics"
_FROM_FILES: dict[str, str] = {}  # the name of a module that was loaded from a file, and the file's


def load_metric(target: str, orientation: str | None = None) -> Metric:
    """Find a metric and put it behind the one face that the suite knows.

    Parameters
    ----------
    target : str
        A built-in name, the name of an entry point in the group ``metricsuite.metrics``, ``module:attr`` or ``file.py:attr``; each
        may end in literal keywords, ``(n_delays=20, rank=15)``, which are read and never evaluated.
    orientation : {"distance", "similarity"}, optional
        For a plain callable, which has no spec to say so.

    Returns
    -------
    Metric

    Raises
    ------
    MetricNotFound
        No such name (with the nearest), module or attribute; a plugin that cannot be imported; two plugins of one name.
    SpecError
        What was found is no metric, or does not take the parameters.
    """
    plugin, name, parameters, _ = _find(target)
    return adapt(plugin, name=name, parameters=parameters, orientation=orientation)


def load_with_origin(target: str, orientation: str | None = None) -> tuple[Metric, dict[str, Any]]:
    """`load_metric`, and where the metric came from: target, module, file, SHA-256 of the source, distribution and version."""
    plugin, name, parameters, distribution = _find(target)
    if getattr(plugin, "spec", None) is not None:
        orientation = None  # it was given for the plain callables of a run
    metric = adapt(plugin, name=name, parameters=parameters, orientation=orientation)
    return metric, _origin(target, plugin, distribution)


def _find(target: str) -> tuple[Any, str, dict[str, Any], metadata.Distribution | None]:
    if (
        target.endswith(".pkl") and "METRICSUITE_CERTIFYING" in os.environ
    ):  # a closure that certify() wrote for its own child
        return pickle.loads(Path(target).read_bytes()), Path(target).stem, {}, None
    if found := re.match(r"(?P<where>.+?):(?P<attr>[A-Za-z_][\w.]*)" + CALL, target):
        plugin = _attribute(_module(found["where"], target), found["attr"], target)
        return plugin, found["attr"], read_literals(found["call"], target), None
    found = re.match(r"(?P<name>[\w./-]+?)" + CALL, target)
    if not found:
        raise MetricNotFound(
            f"{target!r} is no metric; needed a name, module:attr or file.py:attr, with literal keywords if any: dsa(rank=15)."
        )
    name, parameters = found["name"], read_literals(found["call"], target)
    points = [p for p in metadata.entry_points(group=GROUP) if p.name == name]
    owners = [f"{p.dist.name} {p.dist.version}" if p.dist else p.value for p in points]
    if name in BUILTIN | ON_DEMAND:
        owners.insert(0, "metricsuite itself")
    if len(owners) > 1:
        raise MetricNotFound(
            f"two plugins are called {name!r}: {' and '.join(owners)}. Uninstall or rename one, or name its module:attr."
        )
    if name in BUILTIN | ON_DEMAND:
        where, attr = (BUILTIN | ON_DEMAND)[name].split(":")
        return getattr(importlib.import_module(where), attr), name, parameters, None
    if not points:
        known = [*BUILTIN, *ON_DEMAND, *sorted(p.name for p in metadata.entry_points(group=GROUP))]
        hint = (
            " For a file or module of your own, write file.py:attr or module:attr."
            if name.endswith(".py") or "." in name
            else ""
        )
        raise MetricNotFound(f"no metric is called {name!r}; {nearest(name, known)}.{hint}")
    try:
        return points[0].load(), name, parameters, points[0].dist
    except (Exception, SystemExit) as error:
        raise MetricNotFound(
            f"{name}: the plugin {owners[0]} cannot be imported: {type(error).__name__}: {error}"
        ) from error


def _module(where: str, target: str) -> Any:
    path = Path(where).resolve() if where.endswith(".py") else None
    if path is not None and not path.is_file():
        raise MetricNotFound(f"{target}: there is no file {where}; looked in {os.getcwd()}.")
    folder = str(path.parent) if path else os.getcwd()
    if folder not in sys.path:
        sys.path.append(folder)  # as `python -m` does: what lies beside the file, or here, can be imported
    try:
        return _load_file(path) if path else importlib.import_module(where)
    except (Exception, SystemExit) as error:
        raise MetricNotFound(f"{target}: {where} cannot be imported: {type(error).__name__}: {error}") from error


def _load_file(path: Path) -> Any:
    name = f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"  # never in the way of a real module
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    _FROM_FILES[name] = path.stem
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _attribute(module: Any, attr: str, target: str) -> Any:
    found = module
    for part in attr.split("."):
        if not hasattr(found, part):
            names = [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")]
            known = nearest(attr, sorted(names)) if names else "it has no functions or classes"
            raise MetricNotFound(f"{target}: {_name_of(module)} has no {attr!r}; {known}.")
        found = getattr(found, part)
    return found


def _name_of(module: Any) -> str:
    """The file's name where the module was loaded from a file."""
    name = str(getattr(module, "__name__", module))
    return os.path.basename(str(module.__file__)) if name in _FROM_FILES else name


def _origin(target: str, plugin: Any, distribution: metadata.Distribution | None) -> dict[str, Any]:
    body = plugin if inspect.isclass(plugin) or inspect.isroutine(plugin) else type(plugin)
    module = getattr(body, "__module__", None)
    try:
        path = inspect.getsourcefile(body)
    except (TypeError, OSError):
        path = None
    carried = target.endswith(".pkl")
    source = target if carried else path
    digest = hashlib.sha256(Path(source).read_bytes()).hexdigest() if source and os.path.isfile(source) else None
    found = distribution or _distribution(module)
    return {
        "target": "carried by certify()" if carried else target,
        "module": _FROM_FILES.get(module or "", module),
        "file": os.path.basename(path) if path else None,
        "sha256": digest,
        "distribution": f"{found.name} {found.version}" if found else None,
    }


def _distribution(module: str | None) -> metadata.Distribution | None:
    top = (module or "").partition(".")[0]
    owners: Mapping[str, list[str]] = metadata.packages_distributions()
    return metadata.distribution(owners[top][0]) if top in owners else None
