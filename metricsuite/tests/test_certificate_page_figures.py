"""The figures of the certificate's page: what they say in words, what they draw, and that all is legible."""

import base64
import io
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from metricsuite.distances import Distances
from metricsuite.report.certificate_page.axioms import equality_picture, symmetry_picture, triangle_picture
from metricsuite.report.certificate_page.contrasts import matrix_picture, spread_picture
from metricsuite.report.certificate_page.deciding import deciding_line
from metricsuite.report.certificate_page.markup import Markup, element
from metricsuite.report.certificate_page.orbits import orbit_picture
from metricsuite.report.certificate_page.png import MISSING, palette, png_uri
from metricsuite.report.certificate_page.style import STYLE
from metricsuite.report.certificate_page.svg import Plot, Scale, path, shortened, tick, told_apart
from metricsuite.report.certificate_page.sweeps import sweep_picture
from metricsuite.verdict import Verdict

NAN = float("nan")
CONTRAST = Distances.by_hand([[0, 1, 4, 5], [1, 0, 3, 4], [4, 3, 0, 2], [5, 4, 2, 0]], ["ring", "ring", "line", "line"])
ORBIT = Distances.by_hand(
    [[0, 9, 1, 9, 4, 9], [9, 0, 9, 2, 5, 6], [1, 9, 0, 9, 9, 9], [9, 2, 9, 0, 9, 9], [4, 5, 9, 9, 0, 9], [9, 6, 9, 9, 9, 0]],
    ["original"] * 2 + ["image"] * 2 + ["other"] * 2, blocks=(0, 1) * 3, pairs=((0, 2), (1, 3), (0, 4), (1, 4), (1, 5)),
)  # fmt: skip
SWEEP = Distances.by_hand(
    [[0, 8, 1, 9, 3, 9], [8, 0, 9, 2, 9, 4], *[[9] * 6] * 4], [""] * 6, blocks=(0, 1) * 3, positions=(0.0, 0.0, 0.1, 0.1, 1.0, 1.0),
    pairs=((0, 2), (0, 4), (1, 3), (1, 5), (0, 1)),
)  # fmt: skip
_half = np.triu(SWEEP.matrix)
SWEEP = Distances.by_hand(
    _half + _half.T, SWEEP.labels, blocks=SWEEP.blocks, positions=SWEEP.positions, pairs=SWEEP.pairs
)


def verdict(criterion: str, what: str, numbers: tuple[float, float, float, float], **details: object) -> Verdict:
    statistic, low, high, threshold = numbers
    sides = (low - threshold, threshold - high)
    return Verdict(
        "test_a/test_b", "mine", "topology", "dynamics", "claim", "sensitive", "kept", criterion=criterion, what=what, statistic=statistic, low=low,
        high=high, threshold=threshold, margin=max(sides), details=dict(details),
    )  # fmt: skip


def words(picture: tuple[Markup, str] | None) -> str:
    assert picture is not None
    found = re.search('aria-label="([^"]*)"', picture[0])
    assert found is not None
    return found.group(1)


def test_a_matrix_says_its_range_and_the_median_of_each_block() -> None:
    assert words(matrix_picture(CONTRAST)) == (
        "Matrix of the distances between 4 systems, from 1.00 to 5.00, ordered by class. median within ring: 1.00; "
        "median between ring and line: 4.00; median within line: 2.00."
    )


def test_a_distribution_says_both_medians_and_ranges() -> None:
    assert words(spread_picture(CONTRAST)) == (
        "Distribution of distances: 2 pairs within a class, median 1.50, from 1.00 to 2.00; 4 pairs between classes, median 4.00, from 3.00 to 5.00."
    )


def test_an_orbit_says_how_far_images_and_others_are() -> None:
    assert words(orbit_picture(ORBIT, verdict("invariant", "median ratio", (0.3, 0.2, 0.4, 0.5)))) == (
        "Distances from 2 systems to their images: median 1.50, largest 2.00; to a system that differs, 3 pairs: median 5.00, from 4.00 to 6.00; "
        "the threshold lies at 2.50."
    )


def test_a_sweep_says_its_curve() -> None:
    assert words(sweep_picture(SWEEP, verdict("rises", "Spearman's rho", (1, 1, 1, 0.5)), "noise")) == (
        "Distance from level 0, median of 2 seeds: 1.50 at 0.1, 3.50 at 1; different systems: 8.00."
    )


def test_a_sweep_that_is_judged_by_a_ratio_is_drawn_as_one() -> None:
    assert words(sweep_picture(SWEEP, verdict("flat", "median ratio", (0.4, 0.3, 0.5, 0.25)), "noise")) == (
        "Distance from level 0 as a part of the contrast, median of 2 seeds: 0.19 at 0.1, 0.44 at 1; different systems: 1.00."
    )


def test_the_auc_of_every_level_is_said() -> None:
    row = verdict(
        "survives", "AUC up to 0.2", (0.8, 0.75, 0.9, 0.7), levels=[0.0, 0.2], auc=[0.9, 0.8], auc_low=[0.8, None]
    )
    assert (
        words(sweep_picture(CONTRAST, row, "noise"))
        == "AUC of the classes by level: 0.90 at 0, 0.80 at 0.2; needed above 0.7."
    )


def test_unrelated_systems_are_said_with_their_null() -> None:
    row = verdict(
        "stays_unrelated",
        "largest drop",
        (0.1, 0, 0.2, 0.25),
        levels=[3, 6],
        null_mean=[2.0, 1.0],
        null_05=[1.0, 0.5],
        null_95=[3.0, 1.5],
    )
    assert words(sweep_picture(CONTRAST, row, "units")) == (
        "Distances between unrelated systems by level, mean and 90 % band: 2.00 [1.00, 3.00] at 3, 1.00 [0.50, 1.50] at 6."
    )


def test_the_deciding_line_says_statistic_controls_and_null() -> None:
    controls = {"norm": {"statistic": 0.5, "low": 0.4}, "relative speed": {"statistic": 0.6, "low": 0.5}}
    row = verdict("separates", "AUC", (0.9, 0.8, 0.95, 0.7), controls=controls, null_05=0.4, null_mean=0.5, null_95=0.6)
    assert words(deciding_line(row)) == (
        "mine: AUC 0.90 [0.80, 0.95], needs above 0.70; control, relative speed: 0.60; control, norm: 0.50; systems that differ: 0.50 [0.40, 0.60] "
        "(mean, 5 % and 95 % of pairs)"
    )


def test_the_limit_stands_back_where_a_text_is_written() -> None:
    row = verdict("separates", "AUC", (0.9, 0.85, 0.95, 0.8), controls={"a": {"statistic": 0.9, "low": 0.4}})
    short, long = (deciding_line(r) for r in (row, replace(row, details={"controls": {"a" * 30: {"statistic": 0.9, "low": 0.4}}})))  # fmt: skip
    assert short is not None
    assert long is not None
    lengths = [
        [float(d) for d in re.findall(r"M[\d.]+ [\d.]+l0 ([\d.]+)", re.findall('"line limit" d="([^"]*)"', p)[0])]
        for p in (short[0], long[0])
    ]
    assert [[d > 15 for d in found] for found in lengths] == [[True, True], [True, False]]


def test_both_directions_are_said() -> None:
    skewed = Distances.by_hand([[0, 1, 4], [1.5, 0, 3], [4, 3, 0]], ["a", "b", "c"], both=True)
    assert words(symmetry_picture(skewed, verdict("symmetric", "largest asymmetry", (0.1, 0.1, 0.1, 1e-6)))) == (
        "Distances of 3 pairs in both directions: they differ by 0.50 at most. From 1.50 to 4.00."
    )


def test_ways_round_are_said() -> None:
    bent = Distances.by_hand([[0, 1, 4], [1, 0, 2], [4, 2, 0]], ["a", "b", "c"])
    assert words(triangle_picture(bent, verdict("triangular", "largest excess", (0.5, 0.5, 0.5, 1e-6)))) == (
        "Direct distances against the way round by a third system, 3 ways: direct less round is 1.00 at most. From 1.00 to 4.00."
    )


def test_found_and_wanted_are_said() -> None:
    row = verdict("equals", "largest difference", (0.5, 0.5, 0.5, 1e-6), found=[1.0, 2.0], wanted=[1.0, 2.5])
    assert words(equality_picture(CONTRAST, row)) == (
        "Distances of 2 pairs by this metric against those wanted: they differ by 0.50 at most. From 1.00 to 2.00."
    )


def test_levels_that_fall_are_said_as_they_are() -> None:
    falling = Distances.by_hand(
        SWEEP.matrix, SWEEP.labels, blocks=SWEEP.blocks, positions=(-48.0, -48.0, -12.0, -12.0, -3.0, -3.0), pairs=SWEEP.pairs,
    )  # fmt: skip
    picture = sweep_picture(falling, verdict("rises", "Spearman's rho", (1, 1, 1, 0.5)), "- trials")
    assert (
        words(picture) == "Distance from level 48, median of 2 seeds: 1.50 at 12, 3.50 at 3; different systems: 8.00."
    )
    assert picture is not None
    assert re.findall(">(trials|- trials|12|-12|3|-3)<", picture[0]) == ["12", "3", "trials"]


@pytest.mark.parametrize("shift, ticks", [(0.0, ["0", "1", "2", "3", "4", "5"]), (9.0, ["10", "11", "12", "13", "14"])])
def test_the_axis_of_a_distribution_begins_where_distances_do(shift: float, ticks: list[str]) -> None:
    distances = Distances.by_hand(CONTRAST.matrix + shift, CONTRAST.labels)
    picture = spread_picture(distances)
    assert picture is not None
    assert re.findall('y="189" text-anchor="middle">([^<]*)<', picture[0]) == ticks


def test_ticks_that_lie_close_have_more_digits() -> None:
    assert [told_apart(v) for v in ([0.0, 0.5], [0.99915, 0.9992, 0.99925], [0.0, 1e-8])] == [
        ["0", "0.5"], ["0.99915", "0.9992", "0.99925"], ["0", "1e-8"],
    ]  # fmt: skip


def test_what_is_decided_to_rounding_has_no_line() -> None:
    assert deciding_line(verdict("symmetric", "largest asymmetry", (0.0, 0.0, 0.0, 1e-6))) is None


def test_a_sweep_with_a_gap_has_no_curve() -> None:
    holes = Distances.by_hand(
        np.full((6, 6), NAN), SWEEP.labels, blocks=SWEEP.blocks, positions=SWEEP.positions, pairs=SWEEP.pairs
    )
    assert sweep_picture(holes, verdict("rises", "Spearman's rho", (1, 1, 1, 0.5)), "noise") is None


def test_a_png_holds_the_palette_s_colour_of_each_value() -> None:
    colours = palette()
    image = Image.open(
        io.BytesIO(base64.b64decode(png_uri(np.array([[0.0, 1.0], [NAN, 0.5]]), 0.0, 1.0).split(",")[1]))
    )
    assert (image.mode, [tuple(p) for p in np.asarray(image.convert("RGB")).reshape(-1, 3).tolist()]) == (
        "P",
        [colours[0], colours[62], MISSING, colours[31]],
    )
    assert np.asarray(image.convert("RGBA"))[..., 3].tolist() == [[255, 255], [0, 255]]


def test_the_palette_grows_brighter_throughout() -> None:
    bright = [luminance(colour) for colour in palette()[:-1]]
    assert [b for a, b in itertools.pairwise(bright) if b <= a] == []


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative, as in WCAG 2.1."""
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def schemes() -> dict[str, dict[str, str]]:
    """The colours of each scheme, by name."""
    blocks = [
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]+)", block))
        for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    ]
    return dict(zip(("light", "dark", "print"), blocks, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_has_a_contrast_of_at_least_four_and_a_half(scheme: str) -> None:
    colours = {name: _wide(value) for name, value in schemes()[scheme].items() if len(value) in (4, 7)}
    low = {}
    for paper, ink in itertools.product(
        ("paper", "wash"), ("ink", "soft", "link", "good", "bad", "open", "aside", "measured")
    ):
        lighter, darker = sorted((luminance(colours[paper]), luminance(colours[ink])), reverse=True)
        ratio = (lighter + 0.05) / (darker + 0.05)
        low |= {f"{ink} on {paper}": ratio} if ratio < 4.5 else {}
    assert low == {}


def _wide(value: str) -> tuple[int, int, int]:
    digits = value[1:] if len(value) == 7 else "".join(c * 2 for c in value[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def test_a_path_is_relative_without_drift_and_breaks_at_gaps() -> None:
    assert path([(0, 0.04), (0.04, 0.08), (1, 2.5), (NAN, 1), (3, 3)]) == "M0 0l0 0.1l1 2.4M3 3"


def test_ticks_are_round() -> None:
    scales = [Scale(0.0, 1.08, 0, 100), Scale(-0.3, 0.3, 0, 100), Scale(1e-9, 1e-3, 0, 100, log=True)]
    assert [[tick(v) for v in scale.ticks()] for scale in scales] == [
        ["0", "0.25", "0.5", "0.75", "1"],
        ["-0.2", "0", "0.2"],
        ["1e-9", "1e-7", "1e-5", "0.001"],
    ]


def test_zero_stands_at_the_foot_of_a_logarithmic_scale() -> None:
    scale = Scale(1e-6, 1.0, 100, 0, log=True)
    assert [scale(0.0), scale(1e-3), scale(1.0)] == [100, 50, 0]


def test_equal_values_still_have_a_scale() -> None:
    assert Scale(2.0, 2.0, 0, 10)(2.0) == 5


def test_text_is_kept_inside_the_picture() -> None:
    plot = Plot((0, 1), (0, 1))
    plot.write(0, 50, "abcdefghij", anchor="middle")
    assert plot.parts == ['<text x="32.5" y="50" text-anchor="middle">abcdefghij</text>']


def test_long_text_is_cut_with_a_mark() -> None:
    assert [shortened("abcdef", 6), shortened("abcdefg", 6)] == ["abcdef", "abcde…"]


def test_text_is_escaped_once_and_markup_stays() -> None:
    inner = element("b", "<&\"'>")
    assert element("p", inner, " \x00\ud800", title='"<', data_v=0, hidden=True, lang=None) == (
        '<p title="&quot;&lt;" data-v="0" hidden><b>&lt;&amp;&quot;&#x27;&gt;</b> \ufffd\ufffd</p>'
    )
