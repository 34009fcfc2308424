"""Adam and clipping for an ensemble: a learning rate and a norm for each network, as if each were alone."""

from __future__ import annotations

import torch

from metricsuite.networks.architecture import Weights

BETAS, EPSILON, CLIP = (0.9, 0.999), 1e-8, 1.0


def clip(gradients: Weights) -> torch.Tensor:
    """Shorten the gradients of each network, over all of its weights, to a norm of at most `CLIP`, in place.

    Where they are not finite they become 0.

    Returns
    -------
    tensor (networks,)
        The norms before.
    """
    norms = torch.stack([g.flatten(1).square().sum(1) for g in gradients.values()]).sum(0).sqrt()
    scale = (CLIP / norms.clamp(min=CLIP)).nan_to_num(0.0)
    for gradient in gradients.values():
        gradient.mul_(_like(scale, gradient)).nan_to_num_(0.0)
    return norms


def adam(
    gradient: torch.Tensor, first: torch.Tensor, second: torch.Tensor, update: int, rate: torch.Tensor
) -> torch.Tensor:
    """What one step of Adam adds to a weight (Kingma & Ba 2015, algorithm 1); the moments change in place.

    A weight whose gradient has always been 0 stays where it is, to the bit.

    Parameters
    ----------
    gradient, first, second : tensor (networks, ...)
        `first` and `second` are the moments, 0 before the first update.
    update : int
        From 1.
    rate : tensor (networks,)
        The learning rate of each network.
    """
    first.mul_(BETAS[0]).add_(gradient, alpha=1 - BETAS[0])
    second.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
    unbiased = (second / (1 - BETAS[1] ** update)).sqrt_().add_(EPSILON)
    return first / unbiased * (-_like(rate, gradient) / (1 - BETAS[0] ** update))


def _like(per_network: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return per_network.reshape(-1, *[1] * (weight.ndim - 1))
