"""Every error of the suite in one place; each is also the builtin error that a caller would expect."""


class MetricsuiteError(Exception):
    """The base of all errors that metricsuite raises on purpose."""


class InputError(MetricsuiteError, ValueError):
    """Trajectories that no metric, or not this metric, can take."""


class SpecError(MetricsuiteError, ValueError):
    """What a metric states about itself is impossible, misspelt or contradicts itself."""


class MetricNotFound(MetricsuiteError, LookupError):
    """No metric of that name, or it could not be imported."""


class MetricError(MetricsuiteError, RuntimeError):
    """The metric misbehaved: it raised, hung, exited, or broke the contract (NaN, changed input, ...)."""


class MetricKilled(MetricError):
    """The metric hung past its limit or took its process down; nothing more can be asked of that process."""


class NotApplicable(MetricsuiteError, RuntimeError):
    """The case lies outside the scope that the metric declared, and the metric could not be run on it."""


class CaseError(MetricsuiteError, ValueError):
    """A case, a design or a criterion was put together wrongly."""


class WaiverError(MetricsuiteError, ValueError):
    """A waiver file that cannot be honoured: unknown ids, expired entries, entries that may not be waived."""


class CertificateError(MetricsuiteError, ValueError):
    """A certificate that cannot be read: not JSON, another schema, fields missing."""


class SpeedError(MetricsuiteError, RuntimeError):
    """Nothing can be said about speed: a version, baseline or metric that is missing, or that is not the one asked for."""


class ZooError(MetricsuiteError, RuntimeError):
    """Stored networks that are missing, damaged or of another version."""
