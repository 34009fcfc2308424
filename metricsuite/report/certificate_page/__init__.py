"""The certificate as one HTML page: everything on it comes from ``certificate.json`` and ``distances.npz``."""
