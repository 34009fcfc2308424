"""What changed between two certificates, as data: the first is the reference, and each change has a kind and a weight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metricsuite.certificate import Certificate, few, several
from metricsuite.report.comparison_changes import KINDS, LOSS, NOTE, Change
from metricsuite.report.comparison_claims import CLAIMS, WORSE, claims_compared
from metricsuite.verdict import FAILING, Verdict

ROUNDING = 1e-6  # of the median distance, as everywhere in the suite: a margin within it is room for nothing else
SHORT = 100  # characters up to which what was left out is named, not counted
SLOWER = 2.0
LEAST_SECONDS = 1.0  # below which timings are noise
UNKNOWN, NONE, ABSENT = "not known", "none", "absent"
_STATUS = ("failed", "inconclusive", "incomplete", "profiled", "conditional", "certified")


@dataclass(frozen=True)
class Comparison:
    """Two certificates, what changed from the first to the second, and what keeps them from being compared throughout."""

    reference: Certificate
    other: Certificate
    changes: tuple[Change, ...]
    cautions: tuple[str, ...]

    def of(self, weight: str) -> list[Change]:
        return [c for c in self.changes if c.weight == weight]

    def fails(self, allow_withdrawn: bool = False) -> bool:
        """Whether something was lost."""
        return any(not (allow_withdrawn and c.kind == "claim withdrawn") for c in self.of(LOSS))

    @property
    def warning(self) -> str:
        """What to do before this comparison can be trusted; empty where there is nothing."""
        number = sum(c.kind == "claim not run" for c in self.changes)
        was = "claim that the reference decided was" if number == 1 else "claims that the reference decided were"
        return f"{number} {was} not run: run it whole before you trust this" if number else ""

    @property
    def summary(self) -> str:
        """``1 claim lost (topology), 2 margins halved, 3 other changes``."""
        counts = Counter(c.kind for c in self.changes)
        told = []
        for kind, (weight, one, many) in KINDS.items():
            if counts[kind] and weight != NOTE:
                named = [c.subject for c in self.changes if c.kind == kind]
                told_names = ", ".join(named) if weight == LOSS else few(named, ", ")
                which = f" ({told_names})" if "claim" in kind else ""
                count = "" if kind.startswith("status") else f"{counts[kind]} "
                told.append(f"{count}{one if counts[kind] == 1 else many}{which}")
        others = len(self.of(NOTE))
        if not told:
            told = ["nothing lost"] if others else ["no change"]
        return ", ".join(told + [f"{others} other change{'s' * (others > 1)}"] * bool(others))


def compared(reference: Certificate, other: Certificate) -> Comparison:
    """What changed from one certificate to another; pure, and the same for the same two.

    Margins are compared where both were kept by one criterion at one threshold, on as many seeds of one set; a margin within
    `ROUNDING` is left alone.
    """
    cautions = tuple(_cautions(reference, other))
    changes = [*claims_compared(reference, other), *_status(reference, other), *_verdicts(reference, other)]
    changes += [*_parameters(reference, other), *circumstances(reference, other), *_time(reference, other)]
    order = list(KINDS)
    return Comparison(
        reference, other, tuple(sorted(changes, key=lambda c: (order.index(c.kind), c.subject))), cautions
    )


def _cautions(a: Certificate, b: Certificate) -> Iterator[str]:
    if a.metric != b.metric:
        yield f"these are two metrics, {a.metric} and {b.metric}: what differs is between them, verdict by verdict"
    one, two = a.body["suite"], b.body["suite"]
    if one["seed_set"] != two["seed_set"]:
        yield f"seeds of the {one['seed_set']} set and of the {two['seed_set']} set: other systems, so margins are not compared"
    elif one["seeds"] != two["seeds"]:
        yield f"{one['seeds']} seeds and {two['seeds']}: intervals of another width, so margins are not compared"
    if one["cases_sha256"] != two["cases_sha256"]:
        yield "the case files differ: a verdict may have changed with its case"
    for which, certificate, beside in (("the reference", a, b), ("the other", b, a)):
        if left_out := [reason for reason in certificate.body["left_out"] if reason not in beside.body["left_out"]]:
            listed = "; ".join(left_out)
            short = len(listed) <= SHORT
            yield f"only {which} has " + (
                f"this left out: {listed}" if short else f"{several(len(left_out), 'thing')} left out"
            )
        if certificate.body["metric"]["defaults"] is None:
            yield f"{which} does not say its defaults and given parameters"


def _status(a: Certificate, b: Certificate) -> Iterator[Change]:
    if a.status != b.status:
        lower = _STATUS.index(b.status) < _STATUS.index(a.status)
        fell = lower and b.status in ("failed", "inconclusive")
        yield Change(
            "status fell" if fell else "status lower" if lower else "status better", "status", a.status, b.status
        )


def _verdicts(a: Certificate, b: Certificate) -> Iterator[Change]:
    then, now = ({v.id: v for v in c.verdicts} for c in (a, b))
    one, two = a.body["suite"], b.body["suite"]
    same_seeds = (one["seeds"], one["seed_set"]) == (two["seeds"], two["seed_set"])
    for name in sorted(then.keys() & now.keys()):
        yield from _verdict(then[name], now[name], same_seeds)
        held, holds = (
            {k: v for k, v in rows[name].setting.items() if c.body["metric"]["setting"].get(k, UNKNOWN) != v}
            for c, rows in ((a, then), (b, now))
        )
        if then[name].setting and now[name].setting:  # what is in force for this verdict alone: the metric tuned itself
            yield from _differing("setting", held, holds, f" in {name}")
    yield from _one_sided("case gone", [then[k] for k in then.keys() - now.keys()])
    yield from _one_sided("case new", [now[k] for k in now.keys() - then.keys()])


def _verdict(then: Verdict, now: Verdict, same_seeds: bool) -> Iterator[Change]:
    reason = now.reason if now.status in FAILING else ""
    if then.status != now.status:
        claims = {then.kind, now.kind}
        worse = WORSE.get(now.status, 4) - WORSE.get(then.status, 4)
        if now.kind == "contract" and now.status in FAILING:
            kind = "contract broken" if then.status == "kept" else "verdict changed"
        elif claims == {"measurement"}:
            kind = "verdict worse" if now.status in FAILING else "verdict changed"
        elif worse and (len(claims) == 1 or now.status in FAILING):
            kind = "verdict worse" if worse > 0 else "verdict better"
        else:
            kind = "verdict changed"
        yield Change(kind, now.id, cell(then), cell(now), reason)
    rule, ruled = ((v.criterion, v.what, v.threshold) for v in (then, now))
    if rule != ruled:
        yield Change("criterion", now.id, _rule(then), _rule(now))
    elif then.status == now.status == "kept" and then.kind == now.kind == "claim" and same_seeds:
        before, after = then.margin, now.margin
        if before is not None and after is not None and before > ROUNDING and after <= before / 2:
            yield Change("margin halved", now.id, cell(then), cell(now))


def cell(verdict: Verdict) -> str:
    """``kept +0.21``."""
    return verdict.status if verdict.margin is None else f"{verdict.status} {verdict.margin:+.3g}"


def _rule(v: Verdict) -> str:
    return f"{v.criterion}: {v.what} at {v.threshold:g}" if v.threshold is not None else str(v.criterion)


def _one_sided(kind: str, rows: list[Verdict]) -> Iterator[Change]:
    """By file; what fails by itself."""
    gone = kind == "case gone"
    for v in rows:
        if v.status in FAILING:
            yield Change(kind, v.id, *((cell(v), ABSENT) if gone else (ABSENT, cell(v))), v.reason)
    for file, number in Counter(v.id.split("/")[0] for v in rows if v.status not in FAILING).items():
        words = f"{number} verdict{'s' * (number > 1)}"
        yield Change(kind, file, *((words, ABSENT) if gone else (ABSENT, words)))


def _differing(
    kind: str, then: Mapping[str, Any], now: Mapping[str, Any], behind: str = "", before: str = ""
) -> Iterator[Change]:
    for name in sorted({*then, *now}):
        one, two = (_said(side[name]) if name in side else ABSENT for side in (then, now))
        if one != two:
            yield Change(kind, f"{before}{name}{behind}", one, two)


def _said(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or NONE
    return UNKNOWN if value is None else str(value)


def _parameters(a: Certificate, b: Certificate) -> Iterator[Change]:
    then, now = a.body["metric"], b.body["metric"]
    yield from _differing("setting", _shown(then["setting"]), _shown(now["setting"]))
    for kind, part, before in (("default", "defaults", "default of "), ("given", "parameters", "")):
        if then[part] is not None and now[part] is not None:
            yield from _differing(kind, _shown(then[part]), _shown(now[part]), before=before)
    one, two = ({k: v for k, v in side["spec"].items() if k not in CLAIMS} for side in (then, now))
    yield from _differing("spec", _shown(one), _shown(two))


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    """A parameter that is None says so: it is no unknown."""
    return {name: _said(value) if isinstance(value, list) else str(value) for name, value in values.items()}


def circumstances(a: Certificate, b: Certificate) -> Iterator[Change]:
    """What may explain another result: the metric's source, the suite and how it was run, the environment."""
    then, now = (
        {**c.body["metric"]["origin"], "sha256": (c.body["metric"]["origin"].get("sha256") or UNKNOWN)[:12]}
        for c in (a, b)
    )
    yield from _differing("source", then, now)
    told = a.body["suite"]["run"] is not None and b.body["suite"]["run"] is not None
    yield from _differing("suite", _suite(a, told), _suite(b, told))
    yield from _differing("environment", _environment(a), _environment(b))


def _suite(certificate: Certificate, with_run: bool) -> dict[str, Any]:
    suite = certificate.body["suite"]
    out = {
        "version": suite["version"],
        "cases": suite["cases_sha256"][:12],
        "seeds": suite["seeds"],
        "seed set": suite["seed_set"],
    }
    for name, value in suite["run"].items() if with_run else ():
        if name == "waivers":
            value = [w["verdict"] for w in value]
        if name not in ("files", "folders"):  # told by cases and left_out
            out[f"run: {name}"] = NONE if value in (None, "") else value
    return out


def _environment(certificate: Certificate) -> dict[str, Any]:
    values = dict(certificate.body["environment"])
    packages = values.pop("packages", {})
    return {**values, **{name: version or "not installed" for name, version in packages.items()}}


def _time(a: Certificate, b: Certificate) -> Iterator[Change]:
    """Of the verdicts that both have, comparing and preparing alone: the rest is pytest's and the systems'."""
    then, now = ({v.id: v.seconds for v in c.verdicts} for c in (a, b))
    both = then.keys() & now.keys()
    one, two = (sum(side[k].get(part, 0.0) for k in both for part in ("prepare", "compare")) for side in (then, now))
    if max(one, two) >= LEAST_SECONDS and (min(one, two) == 0 or max(one, two) / min(one, two) > SLOWER):
        yield Change("time", "preparing and comparing", f"{one:.3g} s", f"{two:.3g} s")
