"""Tests of its own, which call the suite where they need it."""

import numpy as np
from downstream_entry_point import offered

from metricsuite import certify, load_metric


def test_a_system_is_where_it_is():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert offered(x, x) == 0


def test_it_is_found_by_name():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert load_metric("downstream-offered(power=1.0)")(x, x + 1) == 1.0


def test_the_contract_is_kept():
    certificate = certify("downstream-offered", tracks=["contract"])
    assert [v.id for v in certificate.verdicts if v.fails()] == []
