"""What its author runs as a script: a narrowed certificate, with a parameter."""

from downstream_class import Spectrum

from metricsuite import certify, load_metric, read_certificate

if __name__ == "__main__":
    certificate = certify("downstream_class:Spectrum(n=6)", tracks=["contract", "axioms"], directory="certificates")
    print(certificate.status, certificate.metric, certificate.body["metric"]["setting"])
    (path,) = __import__("pathlib").Path("certificates").glob("*/certificate.json")
    assert read_certificate(path).body == certificate.body
    assert load_metric("downstream_class:Spectrum(n=6)").spec == Spectrum.spec
