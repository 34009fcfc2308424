"""The metrics that come with the suite, and how a name with parameters is read: ``dsa(rank=15)``. A leaf; it imports no metric."""

from __future__ import annotations

import ast
import re
from typing import Any

from metricsuite.errors import SpecError
from metricsuite.properties import nearest

BUILTIN = {
    "procrustes": "metricsuite.metrics.orthogonal_procrustes:Procrustes",
    "cka": "metricsuite.metrics.kernel_alignment:CKA",
    "cka-angular": "metricsuite.metrics.kernel_alignment:AngularCKA",
    "dsa": "metricsuite.metrics.dsa.dsa:DSA",
    "dsa-spectrum": "metricsuite.metrics.dsa.dsa:DSASpectrum",
}
ON_DEMAND = {  # built in, and no column of the table unless asked for
    "dsa-tuned": "metricsuite.metrics.dsa.tuned:TunedDSA",
    "dsa-spectrum-tuned": "metricsuite.metrics.dsa.tuned:TunedDSASpectrum",
}
CALL = r"(?P<call>\(.*\))?$"  # what may follow a name


def named_builtin(target: str) -> str:
    """The built-in metric, on demand or not, that ``name`` or ``name(literal keywords)`` names.

    Raises
    ------
    SpecError
        No built-in metric is called so (with the nearest), or its parameters cannot be read.
    """
    found = re.match(r"(?P<name>[\w-]*)" + CALL, target)
    if not found or found["name"] not in BUILTIN | ON_DEMAND:
        near = nearest(found["name"] if found else target, [*BUILTIN, *ON_DEMAND])
        raise SpecError(f"no built-in metric is called {target!r}; {near}.")
    read_literals(found["call"], target)
    return found["name"]


def read_literals(call: str | None, target: str) -> dict[str, Any]:
    """The keywords of ``(n_delays=20, rank=15)``: read, never evaluated.

    Raises
    ------
    SpecError
        Anything but literal keywords, each given once.
    """
    if not call:
        return {}
    try:
        tree = ast.parse(f"f{call}", mode="eval").body
        if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
            raise ValueError("this is no single pair of parentheses")
        if tree.args or any(k.arg is None for k in tree.keywords):
            raise ValueError("only keywords are allowed")
        names = [str(k.arg) for k in tree.keywords]
        if len(set(names)) < len(names):
            raise ValueError("a keyword is repeated")
        return {str(k.arg): _literal(k.value) for k in tree.keywords}
    except (SyntaxError, ValueError) as error:
        why = error.msg if isinstance(error, SyntaxError) else str(error)
        raise SpecError(
            f"{target}: cannot read the parameters {call}: {why}; needed literal keywords, such as (n_delays=20, rank=15)."
        ) from error


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(f"{ast.unparse(node)} is no literal") from None
