"""How the encoder is fitted: AdamW for the layers, its sparse sister for the word pieces, steps that shrink to zero.

Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019. Arithmetic is in bfloat16 where that is safe: the
weights themselves stay in float32.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from deploy.training.encoder_batches import Lesson, course, targets, tensors
from deploy.training.encoder_network import PREFIX, Weights, read, sentiment, tags

_WORDS = "embeddings.word_embeddings.weight"
_NEW = ("sentiment.", "tags.", "embeddings.shapes.")  # what begins at nothing learns faster
_FASTER = 10
_WARM = 0.06  # the share of all steps over which they grow to full size
_SMOOTH = 0.05  # of a label's certainty is spread over the others
_STEEPEST = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How often the texts with a feeling and the tagged ones are seen, and in what steps; how many layers stay as they
    are, and with them the word pieces."""

    felt_rounds: int = 1
    tagged_rounds: int = 3
    batch: int = 32
    rate: float = 1e-4
    longest: int = 64
    frozen: int = 0


def fit(
    weights: Weights, felt: Sequence[Lesson], tagged: Sequence[Lesson], recipe: Recipe, seed: int
) -> Iterator[tuple[int, int, float]]:
    """Change the weights step by step; yield behind each its number, how many there will be, and the loss."""
    torch.manual_seed(seed)
    members = torch.bincount(torch.tensor([lesson.label for lesson in felt]), minlength=3)
    importance = (members.sum() / (3 * members.clamp(min=1))).sqrt()
    learning = {name: value for name, value in weights.items() if not _is_frozen(name, recipe.frozen)}
    for value in learning.values():
        value.requires_grad_(True)
    fresh = [value for name, value in learning.items() if name.startswith(_NEW)]
    rest = [value for name, value in learning.items() if name != _WORDS and not name.startswith(_NEW)]
    groups = [{"params": rest, "lr": recipe.rate}, {"params": fresh, "lr": recipe.rate * _FASTER}]
    optimisers: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, weight_decay=0.01, fused=True)]
    if _WORDS in learning:
        optimisers.append(torch.optim.SparseAdam([weights[_WORDS]], lr=recipe.rate))
    rounds = (recipe.felt_rounds, recipe.tagged_rounds)
    steps = list(course(felt, tagged, rounds, recipe.batch, seed))
    warm = max(1, int(_WARM * len(steps)))
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min((step + 1) / warm, 1 - step / len(steps)))
        for optimiser in optimisers
    ]
    for number, lessons in enumerate(steps, 1):
        loss = _loss(weights, lessons, importance, recipe.frozen)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*rest, *fresh], _STEEPEST)
        for optimiser, schedule in zip(optimisers, schedules, strict=True):
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
        yield number, len(steps), float(loss.detach())
    for value in weights.values():
        value.requires_grad_(False)


def _is_frozen(name: str, layers: int) -> bool:
    """Say whether a weight stays as it is: with any layer that does, also those of the word pieces."""
    if not name.startswith(PREFIX):
        return layers > 0 and name.startswith("embeddings.")
    return int(name.removeprefix(PREFIX).partition(".")[0]) < layers


def _loss(weights: Weights, lessons: Sequence[Lesson], importance: Tensor, frozen: int) -> Tensor:
    batch = tensors([lesson.window for lesson in lessons])
    with torch.autocast("cpu", torch.bfloat16):
        state = read(weights, batch, learning=True, frozen=frozen)
    state = state.float()
    if lessons[0].label is not None:
        labels = torch.tensor([lesson.label for lesson in lessons])
        return F.cross_entropy(sentiment(weights, state, batch.there), labels, importance, label_smoothing=_SMOOTH)
    right = targets(lessons, batch.pieces.shape[1])
    learned = right.any(dim=-1)
    # Where several tags may be right, their probabilities are summed.
    likelihoods = tags(weights, state)[learned].log_softmax(dim=-1)
    return -likelihoods.masked_fill(~right[learned], float("-inf")).logsumexp(dim=-1).mean()
