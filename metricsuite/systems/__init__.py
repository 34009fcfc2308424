"""Ground truth without learning: systems of which everything is known, one kind a file."""

from metricsuite.systems.attractors import cut_rings as cut_rings
from metricsuite.systems.attractors import lines as lines
from metricsuite.systems.attractors import rings as rings
from metricsuite.systems.linear import oscillators as oscillators
from metricsuite.systems.recurrent import random_networks as random_networks
