"""Simple detectors to be compared with, each causal and with its usual parameters."""

from collections.abc import Callable
from math import log, sqrt

import numpy as np

from enrich.novelty import Record
from enrich.rhythm import Rhythm
from enrich.spikes import Spikes
from tests.bench.spike_series import Volumes

WIDTH_MS = 300_000
START_MS = 1_420_070_400_000

Detector = Callable[[Volumes], Volumes]


def novelty(volumes: Volumes) -> Volumes:
    """Return what hearken says."""
    running = Spikes(WIDTH_MS)
    return np.array([running.observe(at, float(v)).novelty for at, v in _buckets(volumes)])


def one_scale(volumes: Volumes) -> Volumes:
    """Return the novelty of five minutes alone, without episodes."""
    record, scores = Record(), []
    for at, volume in _buckets(volumes):
        state, day = [log(volume + 6)], (at - START_MS) / 86_400_000
        scores.append(record.novelty(state, day)[0])
        record.keep(state, day)
    return np.array(scores)


def binomial_tail(volumes: Volumes) -> Volumes:
    """Return how far a bucket lies above what the hour makes likely, in negative binomial standard deviations."""
    rhythm, scores = Rhythm(WIDTH_MS), []
    for at, volume in _buckets(volumes):
        expected = rhythm.mean * rhythm.season(at + WIDTH_MS, WIDTH_MS)
        scores.append(max(0.0, rhythm.z(volume, expected)))
        rhythm.learn(at, at + WIDTH_MS, volume)
    return np.array(scores)


def moving_z(volumes: Volumes) -> Volumes:
    """Return the z of the last hour against an exponential mean and deviation of two days."""
    mean, variance, hour, scores = 0.0, 1.0, 0.0, []
    for row, volume in enumerate(volumes):
        hour += float(volume) - (float(volumes[row - 12]) if row >= 12 else 0.0)
        scores.append(max(0.0, (hour - mean) / sqrt(variance + 1)))
        step = 1 / min(row + 1, 576)
        variance += step * ((hour - mean) ** 2 - variance)
        mean += step * (hour - mean)
    return np.array(scores)


DETECTORS: dict[str, Detector] = {
    "novelty over several scales": novelty,
    "novelty of five minutes": one_scale,
    "negative binomial z": binomial_tail,
    "moving z of an hour": moving_z,
}


def _buckets(volumes: Volumes) -> list[tuple[int, float]]:
    return [(START_MS + row * WIDTH_MS, float(volume)) for row, volume in enumerate(volumes)]
