"""Growth exponents of known laws, and baselines that warn or are missing."""

import json

import numpy as np
import pytest

from metricsuite.cli import main
from metricsuite.speed.baseline import kind_of
from metricsuite.speed.growth import Growth, exponent_of, growths
from metricsuite.speed.kernels import KERNELS
from metricsuite.speed.timings import Timing

DESIGNS = [(n, 100, 40, 2) for n in (20, 40, 80, 160)]
DESIGNS += [(20, t, 40, 2) for t in (200, 400)] + [(20, 100, p, 2) for p in (80, 160)]
DESIGNS += [(10, 60, 10, number) for number in (4, 8, 12, 20)]
LAWS = {
    "prepare": lambda n, t, p, number: 1e-9 * n * t * p**2 * number,
    "compare": lambda n, t, p, number: 1e-5 * number * (number - 1) / 2,
}


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """These tests may run under xdist; what they test refuses to."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)


def timings_file(path, slower=1.0, kernels=(0.001, 0.00101)):
    rows = [{"extra_info": {"kernel": k}, "stats": {"min": s}} for k in KERNELS for s in kernels]
    for phase, law in LAWS.items():
        for n, t, p, number in DESIGNS:
            info = {
                "metric": "mine",
                "phase": phase,
                "n": n,
                "T": t,
                "p": p,
                "systems": number,
                "complexity": "prepare: n T p^2",
            }
            seconds = law(n, t, p, number) * (slower if (phase, n, number) == ("prepare", 160, 2) else 1.0)
            rows.append({"extra_info": info, "stats": {"min": seconds}})
    path.write_text(
        json.dumps(
            {"benchmarks": rows, "machine_info": {"cpu": {"brand_raw": "Abacus", "count": 2}, "python_version": "3"}}
        )
    )
    return str(path)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0])
def test_the_exponent_of_a_power_law(exponent):
    found = exponent_of([10, 20, 40, 80], [0.5 * s**exponent for s in (10, 20, 40, 80)])
    assert pytest.approx((exponent, exponent, exponent)) == (found.exponent, found.low, found.high)


def test_the_interval_holds_the_exponent_in_95_of_100():
    rng, sizes = np.random.default_rng(0), np.array([10, 20, 40, 80])
    found = [exponent_of(sizes, sizes**1.5 * np.exp(0.1 * rng.normal(size=4))) for _ in range(2000)]
    assert pytest.approx(0.95, abs=0.015) == np.mean([f.low <= 1.5 <= f.high for f in found])


def test_two_sizes_have_no_interval():
    with pytest.raises(ValueError) as caught:
        exponent_of([1, 2], [1.0, 2.0])
    assert "2 timings of 2 sizes; needed 3 or more, of different sizes." == str(caught.value)


def test_one_size_grows_while_the_others_are_held():
    found = growths(Timing("mine", "prepare", design, LAWS["prepare"](*design)) for design in DESIGNS)
    exponents = {size: round(g.exponent, 6) for size, g in found["mine", "prepare"].items()}
    assert {"n": 1.0, "T": 1.0, "p": 2.0, "N": 1.0} == exponents


@pytest.mark.parametrize("exponents, kind", [((0.0, 0.1), "python"), ((1.0, 1.0), "memory"), ((1.0, 1.9), "blas")])
def test_the_kind_follows_from_the_growth(exponents, kind):
    growth = {size: Growth(e, e, e, (1, 2, 3)) for size, e in zip(("n", "p"), exponents, strict=True)}
    assert kind == kind_of(growth)


# the command


def speed(*words):
    return main(["speed", *map(str, words)])


def test_growth_stands_beside_the_documentation(tmp_path, capsys):
    timings = timings_file(tmp_path / "speed.json")
    code = speed("--timings", timings, "--save-baseline", tmp_path / "baseline.json")
    expected = f"""\
growth exponents, with 95 % intervals, in trials n, time points T, units p and systems N
                                  n                      T                      p                      N  documented
mine prepare    1.00 (1.00 to 1.00)    1.00 (1.00 to 1.00)    2.00 (2.00 to 2.00)    1.00 (1.00 to 1.00)  n T p^2; N
mine compare    0.00 (0.00 to 0.00)    0.00 (0.00 to 0.00)    0.00 (0.00 to 0.00)    2.15 (2.03 to 2.27)  not stated; N (N - 1) / 2 pairs

24 measured, A/A control +-1.0 %
24 ratios stored in {tmp_path / "baseline.json"}
"""
    assert (0, expected) == (code, capsys.readouterr().out)


def test_what_has_doubled_warns_and_does_not_fail(tmp_path, capsys):
    baseline = tmp_path / "baseline.json"
    speed("--timings", timings_file(tmp_path / "before.json"), "--save-baseline", baseline)
    capsys.readouterr()
    code = speed("--timings", timings_file(tmp_path / "now.json", slower=3.0), "--baseline", baseline)
    expected = [
        "24 measured, A/A control +-1.0 %",
        "baseline of Abacus, python 3: 24 of 24 timings are in it",
        "warning: mine prepare n=160 T=100 p=40 N=2 takes 3.0 times as many blas kernels as were stored",
    ]
    assert (0, expected) == (code, capsys.readouterr().out.splitlines()[-3:])


def test_a_slower_machine_is_no_warning(tmp_path, capsys):
    baseline = tmp_path / "baseline.json"
    speed("--timings", timings_file(tmp_path / "before.json", kernels=(0.001,)), "--save-baseline", baseline)
    stored = json.loads(baseline.read_text())
    for entry in stored["ratios"].values():
        entry["ratio"] *= 0.6
    baseline.write_text(json.dumps(stored))
    capsys.readouterr()
    speed("--timings", timings_file(tmp_path / "now.json"), "--baseline", baseline)
    assert "baseline of Abacus, python 3: 24 of 24 timings are in it" == capsys.readouterr().out.splitlines()[-1]


def failure(capsys, *words):
    """Exit code, standard output's last line, standard error."""
    code = speed(*words)
    said = capsys.readouterr()
    return code, said.out.splitlines()[-1:], said.err


def test_a_missing_baseline_is_exit_4_after_the_count(tmp_path, capsys):
    timings = timings_file(tmp_path / "speed.json")
    missing = tmp_path / "none.json"
    expected = f"metricsuite speed: there is no baseline {missing}. Write one with: metricsuite speed --timings JSON --save-baseline FILE.\n"
    assert (4, ["24 measured, A/A control +-1.0 %"], expected) == failure(
        capsys, "--timings", timings, "--baseline", missing
    )


def test_a_baseline_of_other_metrics_is_exit_4(tmp_path, capsys):
    timings, other = timings_file(tmp_path / "speed.json"), tmp_path / "other.json"
    other.write_text(json.dumps({"format": 1, "machine": {}, "ratios": {}}))
    expected = f"metricsuite speed: {other} holds none of these 24 timings. Store them: --save-baseline FILE.\n"
    assert (4, ["24 measured, A/A control +-1.0 %"], expected) == failure(
        capsys, "--timings", timings, "--baseline", other
    )


@pytest.mark.parametrize("text, why", [("[]", "TypeError"), ("{", "JSONDecodeError"), ('{"format": 1}', "KeyError")])
def test_what_is_no_baseline_is_exit_4(text, why, tmp_path, capsys):
    timings, broken = timings_file(tmp_path / "speed.json"), tmp_path / "broken.json"
    broken.write_text(text)
    code, _, said = failure(capsys, "--timings", timings, "--baseline", broken)
    assert (4, f"metricsuite speed: {broken} is no baseline ({why}") == (
        code,
        said.partition(":")[0] + ":" + said.split(":")[1],
    )


def test_missing_timings_are_exit_4(tmp_path, capsys):
    missing = tmp_path / "none.json"
    expected = (
        f"metricsuite speed: there are no timings {missing}. Write it with: pytest cases/test_speed.py --benchmark-only "
        "--benchmark-json FILE.\n"
    )
    assert (4, [], expected) == failure(capsys, "--timings", missing)


def test_timings_without_metrics_are_exit_4(tmp_path, capsys):
    empty = tmp_path / "empty.json"
    empty.write_text('{"benchmarks": []}')
    expected = (
        f"metricsuite speed: {empty} has no timings of metrics. Write it with: pytest cases/test_speed.py --benchmark-only "
        "--benchmark-json FILE.\n"
    )
    assert (4, [], expected) == failure(capsys, "--timings", empty)
