"""This folder holds cases, and the property that they decide."""

from metricsuite import Property

metricsuite_cases = True
metricsuite_properties = [
    Property(
        "downstream-lab/replay",
        track="dynamics",
        meaning="tells the orders in which units replay apart",
        source="this lab",
    )
]
