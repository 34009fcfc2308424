"""Certificates: all verdicts of one metric, with what it takes to reproduce them."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from metricsuite.errors import CertificateError
from metricsuite.properties import PROPERTIES
from metricsuite.stability import claimable
from metricsuite.verdict import Verdict, kept
from metricsuite.version import __version__

SCHEMA = 2
_PASSING = "waived and kept all the same"
_WHAT_TO_NAME = "Name a certificate.json, or its folder."
FEWEST_SEEDS = 16
MEANING = (
    "Certified means: at one setting, fixed beforehand or chosen by the metric's own rule on unlabelled data, the metric kept every "
    "axiom, invariance and sensitivity that it claims, within its tolerance and declared scope, on published seeds, by this version "
    "of the suite. What it does not claim, what does not apply and what was not run stand beside it. It does not say that "
    "the metric suits your data, is better than another, or holds beyond the sizes, noise and systems listed."
)


@dataclass(frozen=True)
class Certificate:
    """A certificate as it stands in ``certificate.json``; `body` is that JSON.

    `status` is the first that applies: failed, inconclusive, incomplete, conditional, profiled, certified.
    """

    body: dict[str, Any]

    @property
    def metric(self) -> str:
        return str(self.body["metric"]["name"])

    @property
    def status(self) -> str:
        return str(self.body["status"])

    @property
    def headline(self) -> str:
        return str(self.body["headline"])

    @property
    def brief(self) -> str:
        """The headline, what was left out counted alone: for where many certificates stand, and for the title of a badge."""
        if self.status != "incomplete":
            return self.headline
        return f"{self.headline.partition(', ')[0]}, {several(len(self.body['left_out']), 'thing')} left out"

    @property
    def verdicts(self) -> list[Verdict]:
        return [
            Verdict(**{**row, "seconds": self.body["timings"]["verdicts"].get(row["id"], {})})
            for row in self.body["verdicts"]
        ]

    def without_timings(self) -> dict[str, Any]:
        """What two runs of the same metric on the same machine must agree on."""
        return {k: v for k, v in self.body.items() if k != "timings"}

    def to_json(self) -> str:
        """As text, keys sorted; NaN is never written."""
        return json.dumps(self.body, indent=1, sort_keys=True, allow_nan=False) + "\n"

    def __repr__(self) -> str:
        return f"<Certificate {self.metric}: {self.headline}>"


def make_certificate(
    *,
    metric: Mapping[str, Any],
    rows: Iterable[Verdict],
    whole: int,
    planned: int,
    left_out: list[str],
    profiled: bool,
    seeds: int,
    cases: str,
    properties: int = 0,
    run: Mapping[str, Any] | None = None,
    environment: Mapping[str, Any],
    timings: Mapping[str, Any],
) -> Certificate:
    """Put a certificate together.

    Parameters
    ----------
    metric : mapping
        "name", "spec", "origin", "setting"; "parameters" and "defaults", each None where it is not known.
    rows : Verdicts
        Everything planned, run or not.
    whole, planned : int
        Verdicts that the collected cases hold for this metric, and those that the run set out to reach.
    left_out : list of str
        In words, what the user left out.
    profiled : bool
        Whether it claims no sensitivity.
    seeds : int
        How many each design was made of.
    cases : str
        SHA-256 of the case files.
    properties : int
        How many can be claimed in this version, the lab's own included; those of the suite unless given.
    run : mapping, optional
        What the run was asked for, as `metricsuite.asked.what_was_asked` has it.
    environment, timings : mapping
    """
    rows = sorted(rows, key=lambda r: r.id)
    spec = metric["spec"]
    claimed = sorted({*spec["axioms"], *spec["invariant_to"], *spec["sensitive_to"]})
    held = kept(rows)
    undecided = [c for c in claimed if c not in held]
    left_out = list(left_out)
    if undecided:
        left_out.append(f"no case in scope decided the claims {', '.join(undecided)}")
    if not any(r.track == "contract" for r in rows):
        left_out.append("the contract was not run")
    if seeds < FEWEST_SEEDS:
        left_out.append(f"{seeds} seeds; a certificate needs at least {FEWEST_SEEDS}")
    status = _status(rows, left_out, profiled)
    total = properties or sum(map(claimable, PROPERTIES.values()))
    verdicts = [{k: v for k, v in r.to_dict().items() if k != "seconds"} for r in rows]
    body = {
        "schema": SCHEMA,
        "status": status,
        "headline": _headline(status, claimed, held, rows, total, left_out),
        "meaning": MEANING,
        "metric": {"parameters": None, "defaults": None, **metric},
        "suite": {
            "version": __version__,
            "cases_sha256": cases,
            "seeds": seeds,
            "seed_set": "profile" if profiled else "certify",
            "run": None if run is None else dict(run),
        },
        "counts": {
            "whole": whole,
            "planned": planned,
            "claimable": total,
            "ran": sum(r.status != "not run" for r in rows),
            "not_applicable": sum(r.status == "not applicable" for r in rows),
            **{
                word: sum(r.status == word for r in rows)
                for word in ("kept", "broken", "inconclusive", "waived", "error", "yes", "no", "unclear")
            },
        },
        "left_out": left_out,
        "error_rates": error_rates(),
        "claims": {c: {"decided": c in held, "kept": held.get(c, False)} for c in claimed},
        "verdicts": verdicts,
        "environment": dict(environment),
        "timings": {**timings, "verdicts": {r.id: r.seconds for r in rows}},
    }
    return Certificate(body)


def _status(rows: list[Verdict], left_out: list[str], profiled: bool) -> str:
    found = {r.status for r in rows}
    if found & {"broken", "error", "unexpected pass", "not run"}:
        return "failed"
    if "inconclusive" in found:
        return "inconclusive"
    if left_out:
        return "incomplete"
    if "waived" in found:
        return "conditional"
    return "profiled" if profiled else "certified"


def _headline(
    status: str, claimed: list[str], held: dict[str, bool], rows: list[Verdict], total: int, left_out: list[str]
) -> str:
    count = f"{len(claimed)} of {total} properties claimed"
    broken, passing = (sorted({r.property for r in rows if r.status == s}) for s in ("broken", "unexpected pass"))
    errors = sum(r.status in ("error", "not run") for r in rows)
    open_ones = sum(r.status == "inconclusive" for r in rows)
    failed = [f"{word}: {', '.join(names)}" for word, names in (("broken", broken), (_PASSING, passing)) if names]
    failed += [several(errors, "error")] * bool(errors)
    words = {
        "failed": ", ".join(failed),
        "inconclusive": f"{several(open_ones, 'verdict')} inconclusive",
        "incomplete": few(left_out, "; "),
        "conditional": f"all kept but for {sum(r.status == 'waived' for r in rows)} waived",
        "profiled": "no sensitivity claimed: measured, never certified",
        "certified": "all kept",
    }
    return f"{status}: {count}, {words[status]}"


def several(number: int, word: str) -> str:
    """``1 verdict``, ``2 verdicts``."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def few(names: list[str], between: str) -> str:
    """All of up to three; of more, the first two and how many more."""
    shown = names if len(names) <= 3 else [*names[:2], f"and {len(names) - 2} more"]
    return between.join(shown)


def read_certificate(path: str | os.PathLike[str]) -> Certificate:
    """Read ``certificate.json``, or the one in a folder, hold it against its schema, and bring an older one up to this version's.

    What an older schema did not say is None there, never guessed.

    Raises
    ------
    CertificateError
        Not there, not JSON, of a later schema or none, or not what its schema demands.
    """
    path = Path(path, "certificate.json") if Path(path).is_dir() else path
    try:
        body = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_no_number)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise CertificateError(f"{path}: cannot be read: {cause}. {_WHAT_TO_NAME}") from error
    found = body.get("schema") if isinstance(body, dict) else None
    if type(found) is not int or found < 1:
        raise CertificateError(
            f"{path}: schema {found!r}; needed a certificate, whose schema is 1 to {SCHEMA}. {_WHAT_TO_NAME}"
        )
    if found > SCHEMA:
        raise CertificateError(
            f"{path}: schema {found}; metricsuite {__version__} reads 1 to {SCHEMA}. Upgrade metricsuite to the version that wrote it."
        )
    _hold(path, body)
    while body["schema"] < SCHEMA:
        body = _UPGRADES[body["schema"]](body)
        _hold(path, body)
    return Certificate(body)


def _hold(path: str | os.PathLike[str], body: dict[str, Any]) -> None:
    """Against the schema that it names."""
    import jsonschema

    try:
        jsonschema.validate(body, schema(body["schema"]))
    except jsonschema.ValidationError as error:
        where = "/".join(map(str, error.absolute_path)) or "the top"
        raise CertificateError(f"{path}: at {where}: {error.message}.") from error


def _from_1(body: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 brought what was given, what the signature says, and what the run was asked for."""
    metric = {**body["metric"], "parameters": None, "defaults": None}
    return {**body, "schema": 2, "metric": metric, "suite": {**body["suite"], "run": None}}


_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1}  # from a schema to the next one


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON number")


def error_rates() -> list[dict[str, Any]]:
    """For each track, how often a sound and a null metric pass all of its decisions, as simulated at 16 seeds."""
    text = resources.files("metricsuite").joinpath("criteria", "error_rates.json").read_text(encoding="utf-8")
    return [row for row in json.loads(text) if "track" in row]


def schema(version: int = SCHEMA) -> dict[str, Any]:
    """The JSON Schema of a certificate; of an older version, as it was when that one was written."""
    name = "certificate.schema.json" if version == SCHEMA else f"certificate.schema.{version}.json"
    found: dict[str, Any] = json.loads(resources.files("metricsuite").joinpath(name).read_text(encoding="utf-8"))
    return found


def environment() -> dict[str, Any]:
    """What the numbers may depend on: versions, processor, BLAS."""
    from threadpoolctl import threadpool_info

    packages: dict[str, str | None] = {}
    for name in ("numpy", "scipy", "torch", "pytest"):
        try:
            packages[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            packages[name] = None
    pools = [p for p in threadpool_info() if p["user_api"] == "blas"]
    blas = sorted({f"{p['internal_api']} {p['version']} ({p.get('architecture', 'unknown')})" for p in pools})
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "packages": packages,
        "blas": blas,
        "blas_threads": 1,
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def digest_of(files: Iterable[Path]) -> str:
    """One SHA-256 over names and contents of files, wherever they lie."""
    total = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.name):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()
