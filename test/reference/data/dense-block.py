"""Makes dense-block.json: logits and input gradients of a small densely connected network, from PyTorch in float64.

    pip install torch numpy && python dense-block.py > dense-block.json

Batch normalisation and rectifier come before each convolution (Huang et al. 2017, arXiv:1608.06993), where no convolution can take the
normalisation in: its arithmetic decides at every position whether the gradient passes. Weights and inputs are made by formulas, rounded to
float32, so that the tests make the same ones.
"""
import json
import math

import numpy as np
import torch
import torch.nn.functional as F

WIDTH, GROWTH, CLASSES, SIDE = 8, 4, 5, 12
# Float32 moves what a rectifier is given by some 1e-6 of its spread: only inputs that keep well away from zero have one right answer.
MARGIN = 3e-5


def wave(count, seed, scale=1.0, offset=0.0):
    """offset + scale·sin(seed·(i + 1) + 0.37·i²), in float64, rounded to float32."""
    return np.array([offset + scale * math.sin(seed * (i + 1) + 0.37 * i * i) for i in range(count)]).astype(np.float32)


def tensor(shape, *args):
    return torch.from_numpy(wave(math.prod(shape), *args)).double().reshape(shape)


def normalise(x, seed):
    c = x.shape[1]
    mean, variance = tensor([c], seed, 0.3), tensor([c], seed + 1, 0.3, 0.6)
    return F.batch_norm(x, mean, variance, tensor([c], seed + 2, 0.4, 1), tensor([c], seed + 3, 0.3), eps=1e-5)


def network(x, relu):
    x = F.max_pool2d(relu(normalise(F.conv2d(x, tensor([WIDTH, 3, 3, 3], 1, 0.4), padding=1), 10)), 2)
    for seed in (20, 30):
        y = F.conv2d(relu(normalise(x, seed)), tensor([WIDTH, x.shape[1], 1, 1], seed + 4, 0.5))
        y = F.conv2d(relu(normalise(y, seed + 5)), tensor([GROWTH, WIDTH, 3, 3], seed + 9, 0.3), padding=1)
        x = torch.cat([x, y], 1)
    x = F.avg_pool2d(F.conv2d(relu(normalise(x, 50)), tensor([WIDTH, x.shape[1], 1, 1], 54, 0.5)), 2)
    return relu(normalise(x, 60)).mean((2, 3)) @ tensor([CLASSES, WIDTH], 64, 0.5).T


class Rectifiers:
    """Rectifiers that remember what they were given, and that let a gradient pass at one element as told."""

    def __init__(self, at=None, passing=None):
        self.given, self.at, self.passing = [], at, passing

    def __call__(self, x):
        mask = (x > 0).double()
        if self.at and self.at[0] == len(self.given):
            mask.view(-1)[self.at[1]] = self.passing
        self.given.append(x)
        return x * mask


def distances(given):
    """How far from zero each rectifier's elements are, in units of their spread."""
    return [(z.abs() / z.std()).detach().flatten() for z in given]


def gradient(x, index, rectifiers):
    x = x.clone().requires_grad_(True)
    logits = network(x, rectifiers)
    return logits, torch.autograd.grad(logits[0, index], x)[0]


def clear(seed):
    x, index, rectifiers = tensor([1, 3, SIDE, SIDE], seed), seed % CLASSES, Rectifiers()
    logits, g = gradient(x, index, rectifiers)
    if min(d.min() for d in distances(rectifiers.given)) > MARGIN:
        return {'seed': seed, 'class': index, 'logits': short(logits), 'gradients': [short(g)]}


def undecided(seed, which):
    """An input moved to where one element of rectifier `which` is zero but for rounding: two gradients are right."""
    x, index = tensor([1, 3, SIDE, SIDE], seed), seed % CLASSES
    rectifiers = Rectifiers()
    gradient(x, index, rectifiers)
    at = int(distances(rectifiers.given)[which].argmin())
    for _ in range(5):
        x.requires_grad_(True)
        rectifiers = Rectifiers()
        network(x, rectifiers)
        z = rectifiers.given[which].flatten()[at]
        g, = torch.autograd.grad(z, x)
        x = (x - z * g / (g * g).sum()).detach().float().double()
    rectifiers = Rectifiers()
    logits, _ = gradient(x, index, rectifiers)
    d = distances(rectifiers.given)
    zero = float(d[which][at])
    d[which][at] = 1
    if zero < 1e-7 and min(e.min() for e in d) > MARGIN:
        sides = [gradient(x, index, Rectifiers((which, at), passing))[1] for passing in (0, 1)]
        apart = float((sides[0] - sides[1]).norm() / sides[0].norm())
        return {'seed': seed, 'class': index, 'logits': short(logits), 'gradients': [short(g) for g in sides],
                'input': short(x), 'distance': float(f'{zero:.1e}'), 'apart': float(f'{apart:.2g}')}


def short(values):
    return [float(f'{v:.9g}') for v in values.flatten().tolist()]


def first(made, count):
    return [case for case in made if case][:count]


print(json.dumps({
    'citation': f'torch {torch.__version__}, float64: {__file__.split("/")[-1]}',
    'clear': first(map(clear, range(100, 120)), 2),
    'undecided': first((undecided(seed, 4) for seed in range(120, 140)), 1),
}))
