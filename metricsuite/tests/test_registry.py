"""Finding a metric: names, entry points, modules, files, parameters; and where it came from."""

import hashlib
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from metricsuite import __version__
from metricsuite.builtin import BUILTIN, ON_DEMAND
from metricsuite.errors import MetricNotFound, SpecError
from metricsuite.registry import load_metric, load_with_origin
from metricsuite.subjects import Subjects

METRICS = """
import numpy as np
from metricsuite import metric


@metric("size", sensitive_to={"regime"})
def size(x, y, power=1):
    return abs(np.linalg.norm(x) ** power - np.linalg.norm(y) ** power)


def plain(x, y):
    return size(x, y)


class Scaled:
    def __init__(self, k=1, label="a", levels=(1, 2)):
        if k < 0:
            raise ValueError("k is negative")
        self.k, self.label, self.levels = k, label, levels

    def prepare(self, x):
        return np.linalg.norm(x)

    def compare(self, a, b):
        return self.k * abs(a - b)

    class Inner:
        def __call__(self, x, y):
            return 0.5


made = Scaled()
number = 3
half = type("Half", (), {"fit": lambda self, x, y: self})
"""
X = np.arange(24.0).reshape(2, 3, 4)
Y = X[::-1, :, :2] + 1


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tests work, with one file of metrics; whatever loading puts on the import path goes away again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    write("metrics.py", METRICS)
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(target: str, error: type[Exception]) -> str:
    with pytest.raises(error) as caught:
        load_metric(target)
    return str(caught.value)


# names


@pytest.mark.parametrize("name", BUILTIN)
def test_a_built_in_metric_is_found_by_name(name: str) -> None:
    assert (name, name) == (load_metric(name).label, load_metric(name).spec.name)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    assert "no metric is called 'procrustez'; nearest: procrustes." == refusal("procrustez", MetricNotFound)


def test_a_name_that_resembles_none_is_answered_with_all() -> None:
    assert f"no metric is called 'xyz'; known: {', '.join(BUILTIN | ON_DEMAND)}." == refusal("xyz", MetricNotFound)


@pytest.mark.parametrize("name", ["xyz.py", "xyz.mod"])
def test_a_file_or_module_without_an_attribute_is_told_what_to_write(name: str) -> None:
    hint = "For a file or module of your own, write file.py:attr or module:attr."
    assert f"no metric is called {name!r}; known: {', '.join(BUILTIN | ON_DEMAND)}. {hint}" == refusal(
        name, MetricNotFound
    )


@pytest.mark.parametrize(
    "target", ["", "???", "cka(", "cka)", "metrics.py:", ":size", "metrics.py:1size", "metrics.py:size()x"]
)
def test_what_is_no_name_at_all_is_refused(target: str) -> None:
    needed = "needed a name, module:attr or file.py:attr, with literal keywords if any: dsa(rank=15)."
    assert f"{target!r} is no metric; {needed}" == refusal(target, MetricNotFound)


# modules and files


def test_a_module_beside_the_working_directory_is_found() -> None:
    assert load_metric("metrics:size").plugin is sys.modules.pop("metrics").size


def test_an_attribute_of_an_attribute_is_found() -> None:
    assert 0.5 == load_metric("metrics.py:Scaled.Inner")(X, Y)


def test_an_installed_module_is_found() -> None:
    assert "cka" == load_metric("metricsuite.metrics.kernel_alignment:CKA").label


def test_a_missing_module_is_named() -> None:
    message = "nowhere:size: nowhere cannot be imported: ModuleNotFoundError: No module named 'nowhere'"
    assert message == refusal("nowhere:size", MetricNotFound)


def test_a_missing_file_is_named_with_where_it_was_looked_for(folder: Path) -> None:
    assert f"nowhere.py:size: there is no file nowhere.py; looked in {folder}." == refusal(
        "nowhere.py:size", MetricNotFound
    )


def test_a_missing_attribute_of_a_module_is_answered_with_the_nearest() -> None:
    message = "metricsuite.metrics.controls:norms: metricsuite.metrics.controls has no 'norms'; nearest: norm."
    assert message == refusal("metricsuite.metrics.controls:norms", MetricNotFound)


def test_a_missing_attribute_of_a_file_is_answered_with_the_file_s_name() -> None:
    assert "metrics.py:sise: metrics.py has no 'sise'; nearest: size." == refusal("metrics.py:sise", MetricNotFound)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(text: str, why: str) -> None:
    write("broken.py", text)
    assert f"broken.py:size: broken.py cannot be imported: {why}" == refusal("broken.py:size", MetricNotFound)


def test_a_file_that_failed_once_can_be_mended() -> None:
    write("broken.py", "1 / 0")
    refusal("broken.py:size", MetricNotFound)
    write("broken.py", METRICS)
    assert "size" == load_metric("broken.py:size").label


def test_what_lies_beside_a_file_can_be_imported() -> None:
    write("elsewhere/beside_it.py", "VALUE = 2.5\n")
    write("elsewhere/mine.py", "from beside_it import VALUE\n\ndef mine(x, y):\n    return VALUE\n")
    value = load_metric("elsewhere/mine.py:mine")(X, Y)
    del sys.modules["beside_it"]
    assert 2.5 == value


def test_a_file_never_hides_a_module_of_its_name() -> None:
    write("json.py", METRICS)
    load_metric("json.py:size")
    import json

    assert not hasattr(json, "size")


def test_two_files_of_one_name_are_two_modules() -> None:
    for name, value in (("one", 1.0), ("two", 2.0)):
        write(f"{name}/mine.py", f"def mine(x, y):\n    return {value}\n")
    assert (1.0, 2.0) == tuple(load_metric(f"{name}/mine.py:mine")(X, Y) for name in ("one", "two"))


# parameters


def test_parameters_reach_a_class() -> None:
    plugin = load_metric("metrics.py:Scaled(k=3, label='b:c(d)', levels=[1, 2])").plugin
    assert (3, "b:c(d)", [1, 2]) == (plugin.k, plugin.label, plugin.levels)


def test_parameters_reach_a_function() -> None:
    metric = load_metric("metrics.py:size(power=2)")
    assert abs((X**2).sum() - (Y**2).sum()) == pytest.approx(metric(X, Y))


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("metrics.py:size", "size"),
        ("metrics.py:size()", "size"),
        ("metrics.py:size(power=2)", "size(power=2)"),
        ("metrics.py:Scaled(k=3, label='b')", "Scaled(k=3, label='b')"),
    ],
)
def test_parameters_stand_in_the_label(target: str, label: str) -> None:
    assert label == load_metric(target).label


def test_parameters_stand_in_the_setting() -> None:
    assert {"k": 3, "label": "a", "levels": "(1, 2)"} == load_metric("metrics.py:Scaled(k=3)").setting


@pytest.mark.parametrize(
    "call",
    ["(rank=__import__('pathlib').Path('evaluated').touch())", "(**__import__('pathlib').Path('evaluated').touch())"],
)
def test_parameters_are_never_evaluated(call: str) -> None:
    refusal(f"cka{call}", SpecError)
    assert not Path("evaluated").exists()


NEEDED = "needed literal keywords, such as (n_delays=20, rank=15)."


@pytest.mark.parametrize("call", ["(3)", "(**{'k': 3})", "(3, k=3)", "(*[3])"])
def test_only_keywords_are_taken(call: str) -> None:
    target = f"metrics.py:Scaled{call}"
    assert f"{target}: cannot read the parameters {call}: only keywords are allowed; {NEEDED}" == refusal(
        target, SpecError
    )


@pytest.mark.parametrize("call", ["(k=)", "(k=1, k=2)", "(k=1)(k=2)", "(k=1; l=2)"])
def test_what_cannot_be_read_is_shown(call: str) -> None:
    target = f"metrics.py:Scaled{call}"
    message = refusal(target, SpecError)
    assert (True, True) == (
        message.startswith(f"{target}: cannot read the parameters {call}: "),
        message.endswith(NEEDED),
    )


@pytest.mark.parametrize("value", ["__import__('os')", "open", "1 + k", "f'{1}'", "[i for i in (1,)]"])
def test_what_is_no_literal_is_refused_without_a_memory_address(value: str) -> None:
    target = f"metrics.py:Scaled(k={value})"
    assert (True, False) == (refusal(target, SpecError).endswith(NEEDED), " at 0x" in refusal(target, SpecError))


def test_a_wrong_keyword_of_a_class_is_answered_with_the_nearest() -> None:
    assert "Scaled: takes no parameter 'labels'; nearest: label, levels." == refusal(
        "metrics.py:Scaled(labels=3)", SpecError
    )


def test_a_wrong_keyword_of_a_function_is_answered_with_those_it_takes() -> None:
    assert "size: takes no parameter 'k'; known: power." == refusal("metrics.py:size(k=3)", SpecError)


def test_a_metric_without_parameters_does_not_list_them() -> None:
    message = refusal("procrustes(rank=3)", SpecError)
    assert (True, False) == (
        message.startswith("procrustes: takes no parameter 'rank'; "),
        message.endswith("known: ."),
    )


def test_a_class_that_refuses_its_parameters_says_why() -> None:
    assert "Scaled: Scaled(k=-1) raised ValueError: k is negative" == refusal("metrics.py:Scaled(k=-1)", SpecError)


def test_an_object_takes_no_parameters() -> None:
    message = "made: parameters {'k': 3} given to a Scaled; only functions and classes take them."
    assert message == refusal("metrics.py:made(k=3)", SpecError)


def test_what_is_no_metric_is_refused() -> None:
    message = (
        "number is int; needed a function of (x, y), or an object with prepare and compare, or with fit and score."
    )
    assert message == refusal("metrics.py:number", SpecError)


def test_half_an_interface_is_refused() -> None:
    assert "half: Half has fit but no score; needed both." == refusal("metrics.py:half", SpecError)


# entry points


def distribution(
    monkeypatch: pytest.MonkeyPatch, name: str, version: str, points: dict[str, str], modules: dict[str, str]
) -> None:
    """A distribution as pip would have installed it, in a folder of its own on the import path."""
    site = f"site-{name}"
    for module, text in modules.items():
        write(f"{site}/{module}.py", text)
    info = f"{site}/{name.replace('-', '_')}-{version}.dist-info"
    write(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"{point} = {value}" for point, value in points.items()]
    write(f"{info}/entry_points.txt", "\n".join(["[metricsuite.metrics]", *lines, ""]))
    monkeypatch.syspath_prepend(str(Path(site).resolve()))
    for module in modules:
        monkeypatch.delitem(sys.modules, module, raising=False)


def test_a_plugin_is_found_by_the_name_of_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"replay": "lab_one:plain"}, {"lab_one": METRICS})
    assert ("replay", abs(np.linalg.norm(X) - np.linalg.norm(Y))) == (
        load_metric("replay").label,
        load_metric("replay")(X, Y),
    )


def test_a_plugin_takes_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"replay": "lab_two:Scaled"}, {"lab_two": METRICS})
    assert ("replay(k=3)", 3) == (load_metric("replay(k=3)").label, load_metric("replay(k=3)").plugin.k)


def test_plugins_stand_among_the_names_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"replay": "lab_three:plain"}, {"lab_three": METRICS})
    assert "no metric is called 'replays'; nearest: replay." == refusal("replays", MetricNotFound)


def test_two_plugins_of_one_name_are_refused_with_both_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, version in (("lab-one", "1.0"), ("lab-two", "2.0")):
        distribution(monkeypatch, name, version, {"replay": "lab_four:plain"}, {"lab_four": METRICS})
    message = refusal("replay", MetricNotFound)
    either = [
        f"two plugins are called 'replay': {a} and {b}. Uninstall or rename one, or name its module:attr."
        for a, b in (("lab-one 1.0", "lab-two 2.0"), ("lab-two 2.0", "lab-one 1.0"))
    ]
    assert message in either


def test_a_plugin_may_not_take_the_name_of_a_built_in_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"cka": "lab_five:plain"}, {"lab_five": METRICS})
    message = "two plugins are called 'cka': metricsuite itself and lab-metrics 1.2. Uninstall or rename one, or name its module:attr."
    assert message == refusal("cka", MetricNotFound)


def test_another_plugin_of_a_built_in_name_leaves_the_other_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"cka": "lab_six:plain"}, {"lab_six": METRICS})
    assert "procrustes" == load_metric("procrustes").label


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("x = 1", "AttributeError: module 'lab_broken' has no attribute 'plain'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_a_broken_plugin_is_named_with_its_distribution(monkeypatch: pytest.MonkeyPatch, text: str, why: str) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"replay": "lab_broken:plain"}, {"lab_broken": text})
    assert f"replay: the plugin lab-metrics 1.2 cannot be imported: {why}" == refusal("replay", MetricNotFound)


def test_a_broken_plugin_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"replay": "lab_gone:plain"}, {"lab_gone": "1 / 0"})
    assert "cka" == load_metric("cka").label


# origins


def test_the_origin_of_a_file_holds_its_hash() -> None:
    _, origin = load_with_origin("metrics.py:size(power=2)")
    expected = {
        "target": "metrics.py:size(power=2)",
        "file": "metrics.py",
        "sha256": hashlib.sha256(METRICS.encode()).hexdigest(),
        "distribution": None,
    }
    assert expected == {k: v for k, v in origin.items() if k != "module"}


def test_the_origin_of_an_object_is_that_of_its_class() -> None:
    origins = [load_with_origin(f"metrics.py:{name}")[1] for name in ("made", "Scaled", "plain")]
    assert origins[1] | {"target": ""} == origins[0] | {"target": ""}
    assert {hashlib.sha256(METRICS.encode()).hexdigest()} == {origin["sha256"] for origin in origins}


def test_the_origin_is_the_same_wherever_the_file_lies(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    _, here = load_with_origin("metrics.py:size")
    write("elsewhere/metrics.py", METRICS)
    monkeypatch.chdir(folder / "elsewhere")
    assert here == load_with_origin("metrics.py:size")[1]


def test_the_origin_of_a_built_in_metric_is_this_distribution() -> None:
    _, origin = load_with_origin("procrustes")
    expected = (
        "metricsuite.metrics.orthogonal_procrustes",
        "orthogonal_procrustes.py",
        f"metricsuite {metadata.version('metricsuite')}",
    )
    assert expected == (origin["module"], origin["file"], origin["distribution"])
    assert __version__ == metadata.version("metricsuite")


def test_the_origin_of_a_plugin_is_its_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(monkeypatch, "lab-metrics", "1.2", {"replay": "lab_seven:plain"}, {"lab_seven": METRICS})
    _, origin = load_with_origin("replay")
    expected = {
        "target": "replay",
        "module": "lab_seven",
        "file": "lab_seven.py",
        "sha256": hashlib.sha256(METRICS.encode()).hexdigest(),
        "distribution": "lab-metrics 1.2",
    }
    assert expected == origin


def test_the_origin_of_what_has_no_source_says_so() -> None:
    _, origin = load_with_origin("math:dist")
    assert (None, None, None) == (origin["file"], origin["sha256"], origin["distribution"])


def test_an_orientation_is_for_the_plain_callables_of_a_run() -> None:
    targets = ["cka", "metrics.py:plain"]
    found = Subjects(targets, isolate=False, orientation="similarity", limit=5.0).found
    assert [("cka", "similarity"), ("plain", "similarity")] == [(s.label, s.states.orientation) for s in found.values()]


def test_an_orientation_without_a_plain_callable_is_refused() -> None:
    message = "no metric of this run is without a spec: procrustes says 'distance'. Change the spec instead."
    with pytest.raises(SpecError, match=message):
        Subjects(["procrustes"], isolate=False, orientation="similarity", limit=5.0)
