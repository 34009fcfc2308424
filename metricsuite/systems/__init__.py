"""Ground truth without learning: systems of which everything is known, one kind a file."""

from metricsuite.systems.attractors import cut_rings as cut_rings
from metricsuite.systems.attractors import lines as lines
from metricsuite.systems.attractors import rings as rings
from metricsuite.systems.oscillators import oscillators as oscillators
from metricsuite.systems.random_networks import random_networks as random_networks
