"""What the garbage collector is told before a long run, and on the way."""

import gc

_YOUNG = 50_000  # objects before a collection: a batch makes as many at once, and nearly all die by themselves


def settle() -> None:
    """Call when models and settings are loaded: they stay for ever, so no collection need look at them again.

    Without this a fifth of the processor time of a replay goes into looking at the models' objects.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


def tidy() -> None:
    """Call after each batch of a run that goes on for weeks: it frees what only a collection can, of this batch alone.

    Each call of a spaCy model leaves a dozen objects that point to each other. They would lie until there are fifty
    thousand of them: for thousands of batches, between all that lives longer.
    """
    gc.collect(0)
