"""`tox -e peers -- --full`: the whole comparison with dsa-metric, for the table in README."""


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="compare DSA with dsa-metric on all pairs and write the table")
