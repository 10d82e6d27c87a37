"""Makes captum-hooks.json: what Captum's DeepLift gives where its modules meet, branch and overlap, as src/graph/captum-deep-lift.ts must; and
what its guided backpropagation and deconvolution give where rectifiers are not all ReLU.

    pip install captum==0.9.0 torch numpy && python captum-hooks.py
"""
import json
import warnings
from pathlib import Path

import captum
import torch
from torch import nn

warnings.filterwarnings('ignore')
SIDE = 6


def conv(salt, out, into, side):
    """Weights without a pattern, the same in the test: sin of a growing angle."""
    layer = nn.Conv2d(into, out, side, padding=side // 2, dtype=torch.float64)
    count = layer.weight.numel()
    with torch.no_grad():
        layer.weight.copy_(torch.sin(1.7 * torch.arange(count, dtype=torch.float64) + salt).reshape(layer.weight.shape).mul(0.7))
        layer.bias.copy_(torch.sin(2.3 * torch.arange(out, dtype=torch.float64) + salt).mul(0.3))
    return layer


class Overlapping(nn.Module):
    """Windows that overlap, on a tensor that is no module's output."""

    def __init__(self):
        super().__init__()
        self.conv, self.pool = conv(0, 3, 1, 3), nn.MaxPool2d(3, 2, padding=1)

    def forward(self, x):
        return self.pool(self.conv(x)).flatten(1).sum(1, keepdim=True)


class Behind(nn.Module):
    """A maximum directly behind a rectifier, and a rectifier directly behind that."""

    def __init__(self):
        super().__init__()
        self.conv, self.last = conv(1, 3, 1, 3), conv(2, 2, 3, 1)
        self.relu, self.pool, self.sigmoid = nn.ReLU(), nn.MaxPool2d(2, 1), nn.Sigmoid()

    def forward(self, x):
        return self.last(self.sigmoid(self.pool(self.relu(self.conv(x))))).flatten(1).sum(1, keepdim=True)


class Branches(nn.Module):
    """Tensors with several readers: hooked and not, behind a module and not; both halves differ behind a maximum."""

    def __init__(self):
        super().__init__()
        self.first, self.side, self.third, self.fourth = conv(3, 3, 1, 3), conv(4, 2, 3, 1), conv(5, 2, 3, 3), conv(6, 2, 3, 1)
        self.relu, self.tanh, self.elu = nn.ReLU(), nn.Tanh(), nn.ELU()
        self.near, self.wide, self.small = nn.MaxPool2d(3, 1, padding=1), nn.MaxPool2d(3, 2, ceil_mode=True), nn.MaxPool2d(2, 1)

    def forward(self, x):
        first = self.first(x)
        a, b, c = self.relu(first), self.side(first), self.near(first)
        joined = torch.cat([a, b, c], 1)
        pooled = self.wide(joined)
        behind = self.small(pooled)
        d = self.tanh(self.third(pooled[:, :3])).flatten(1).sum(1)
        e = self.elu(self.fourth(behind[:, 5:])).flatten(1).sum(1)
        return (d + e + pooled.flatten(1).sum(1)).unsqueeze(1)


class Unhooked(nn.Module):
    """Activations that are no modules with a hook, beside one that is."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = conv(7, 3, 1, 3), conv(8, 3, 3, 3), conv(9, 2, 3, 1)
        self.silu, self.relu6, self.gate = nn.SiLU(), nn.ReLU6(), nn.Sigmoid()

    def forward(self, x):
        a = self.silu(self.first(x))
        b = self.relu6(self.second(a) * 4) + a
        return (self.third(b) * self.gate(self.third(a.mean((2, 3), keepdim=True)))).flatten(1).sum(1, keepdim=True)


class Rectifiers(nn.Module):
    """Of which hooks act at one alone."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([conv(10, 3, 1, 3), conv(11, 3, 3, 3), conv(12, 3, 3, 3), conv(13, 3, 3, 3), conv(14, 2, 3, 1)])
        self.after = nn.ModuleList([nn.ReLU6(), nn.LeakyReLU(0.2), nn.ReLU(), nn.PReLU(init=0.3, dtype=torch.float64), nn.SiLU()])

    def forward(self, x):
        for convolution, activation in zip(self.convs, self.after):
            x = activation(convolution(x) * 2)
        return x.flatten(1).sum(1, keepdim=True)


picture = torch.sin(3.1 * torch.arange(SIDE * SIDE, dtype=torch.float64) + 1).reshape(1, 1, SIDE, SIDE)
cases = {}
for network in (Overlapping(), Behind(), Branches(), Unhooked()):
    network.eval()
    values = captum.attr.DeepLift(network).attribute(picture, torch.zeros_like(picture), target=0)
    difference = (network(picture) - network(torch.zeros_like(picture))).item()
    cases[type(network).__name__.lower()] = {'values': values.flatten().tolist(), 'difference': difference}
rectifiers = Rectifiers().eval()
ruled = {}
for name, method in (('guided-backprop', captum.attr.GuidedBackprop), ('deconvnet', captum.attr.Deconvolution)):
    ruled[name] = method(rectifiers).attribute(picture.clone().requires_grad_(), target=0).flatten().tolist()
facts = {'citation': f'captum {captum.__version__}, torch {torch.__version__}, float64: DeepLift(network).attribute(picture, 0)', 'cases': cases, 'ruled': ruled}
Path(__file__).with_suffix('.json').write_text(json.dumps(facts, indent=1) + '\n')
for name, case in cases.items():
    print(name, sum(case['values']), case['difference'])
