"""Ground truth without learning: systems of which everything is known, one kind a file."""

from metricsuite.systems.attractors import cut_rings as cut_rings
from metricsuite.systems.attractors import lines as lines
from metricsuite.systems.attractors import rings as rings
from metricsuite.systems.closed import loops as loops
from metricsuite.systems.clouds import graded_clouds as graded_clouds
from metricsuite.systems.clouds import sparse_codes as sparse_codes
from metricsuite.systems.clouds import unrelated_clouds as unrelated_clouds
from metricsuite.systems.clouds import with_outlier as with_outlier
from metricsuite.systems.clouds import with_shifted_subset as with_shifted_subset
from metricsuite.systems.clouds import with_shuffled_trials as with_shuffled_trials
from metricsuite.systems.clouds import without_minor as without_minor
from metricsuite.systems.clouds import without_task as without_task
from metricsuite.systems.disturbances import mixed as mixed
from metricsuite.systems.disturbances import multiplied as multiplied
from metricsuite.systems.driven import driven_networks as driven_networks
from metricsuite.systems.linear import oscillators as oscillators
from metricsuite.systems.lorenz import lorenz as lorenz
from metricsuite.systems.motifs import motif_sequences as motif_sequences
from metricsuite.systems.operators import clean_operators as clean_operators
from metricsuite.systems.operators import noisy_operators as noisy_operators
from metricsuite.systems.recurrent import random_networks as random_networks
from metricsuite.systems.relaxation import relaxation_oscillators as relaxation_oscillators
from metricsuite.systems.relaxation import rotations as rotations
from metricsuite.systems.resonators import resonators as resonators
from metricsuite.systems.surrogates import closed_windows as closed_windows
from metricsuite.systems.surrogates import phase_surrogates as phase_surrogates
