"""Seeds: the same integers as ever, in sets that never meet."""

import copy
import pickle
import zlib

import pytest

from metricsuite.seeds import CALIBRATION, CERTIFY, PROFILE, Seeds

KINDS = (CERTIFY, PROFILE, CALIBRATION)


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_are_checksums_of_the_file_s_name_the_set_and_their_place(kind):
    expected = [zlib.crc32(f"test_motifs:{kind}:{i}".encode()) for i in range(16)]
    assert expected == Seeds("test_motifs", kind, 16)


def test_seeds_are_the_numbers_that_published_certificates_were_made_with():
    assert [4216744985, 2354142351, 358092085] == Seeds("test_ring_line", CERTIFY, 3)


def test_more_seeds_begin_with_the_fewer():
    assert Seeds("test_motifs", CERTIFY, 4) == Seeds("test_motifs", CERTIFY, 16)[:4]


def test_sets_and_files_share_no_seed():
    every = [s for stem in ("test_motifs", "test_noise") for kind in KINDS for s in Seeds(stem, kind, 64)]
    assert len(every) == len(set(every))


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_know_their_set(kind):
    assert kind == Seeds("test_motifs", kind, 2).kind


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda seeds: pickle.loads(pickle.dumps(seeds))])
def test_a_copy_knows_its_set_too(copied):
    """Otherwise a profile that went through another process would be made of the networks that certify."""
    seeds = copied(Seeds("test_motifs", PROFILE, 3))
    assert (PROFILE, list(Seeds("test_motifs", PROFILE, 3))) == (seeds.kind, list(seeds))
