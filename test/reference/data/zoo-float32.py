"""Makes zoo-float32.json: how far PyTorch's own float32 is from float64 for attributions of the zoo that rounding decides.

    pip install torch onnx numpy && python zoo-float32.py PATH-TO-ZOO

The networks are run from their ONNX files with torch's operators, once in either precision; the float64 run must give the zoo's arrays.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

ZOO = Path(sys.argv[1])
MANIFEST = json.loads((ZOO / 'manifest.json').read_text())
CASES = sys.argv[2:] or [
    'resnet50 integrated_gradients', 'vgg_bn integrated_gradients', 'mobilenet_v2 integrated_gradients', 'mobilenet_v2 integrated_gradients_trapezoid',
    'googlenet_pool integrated_gradients_trapezoid', 'odd_operators integrated_gradients_trapezoid', 'vgg_bn layer_conductance',
    'convnext layer_conductance', 'mobilenet_v2 occlusion',
]


def same_pads(a, rank=2):
    pads = a.get('pads', [0] * 2 * rank)
    assert pads[:rank] == pads[rank:]
    return pads[:rank]


def pool(x, a, kinds, **more):
    rank = x.dim() - 2
    return kinds[rank](x, a['kernel_shape'], a.get('strides', [1] * rank), same_pads(a, rank), ceil_mode=bool(a.get('ceil_mode', 0)), **more)


def resize(inputs, a):
    x, size = inputs[0], [int(s) for s in inputs[3]] if len(inputs) > 3 and inputs[3] is not None else None
    size = size[2:] if size else [int(round(float(s) * d)) for s, d in zip(inputs[2][2:], x.shape[2:])]
    if a['mode'] == 'nearest':
        return F.interpolate(x, size=size, mode='nearest')
    return F.interpolate(x, size=size, mode='bilinear', align_corners=a.get('coordinate_transformation_mode') == 'align_corners')


def sliced(x, starts, ends, axes, steps):
    for start, end, axis, step in zip(*(t.tolist() for t in (starts, ends, axes, steps))):
        size = x.shape[axis]
        start, end = (max(min(v + size if v < 0 else v, size), 0 if step > 0 else -1) for v in (start, end))
        x = x.index_select(axis, torch.arange(start, end, step))
    return x


def run(graph, dtype, inputs, outer=None):
    """All tensors of the graph by name."""
    values = dict(outer or {})
    for tensor in graph.initializer:
        value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
        values[tensor.name] = value.to(dtype) if value.is_floating_point() else value
    values.update(inputs)
    for node in graph.node:
        a = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
        a = {key: value.decode() if isinstance(value, bytes) else value for key, value in a.items()}
        x = [values[name] if name else None for name in node.input]
        values[node.output[0]] = operator(node.op_type, x, a, dtype, values)
    return values


def operator(op, x, a, dtype, values):
    if op == 'Constant':
        value = torch.from_numpy(numpy_helper.to_array(a['value']).copy())
        return value.to(dtype) if value.is_floating_point() else value
    if op == 'If':
        branch = a['then_branch'] if bool(x[0]) else a['else_branch']
        return run(branch, dtype, {}, values)[branch.output[0].name]
    if op == 'Conv':
        pads = a.get('pads', [0, 0, 0, 0])
        image = F.pad(x[0], (pads[1], pads[3], pads[0], pads[2]))
        return F.conv2d(image, x[1], x[2] if len(x) > 2 else None, a.get('strides', 1), 0, a.get('dilations', 1), a.get('group', 1))
    if op == 'ConvTranspose':
        return F.conv_transpose2d(x[0], x[1], x[2] if len(x) > 2 else None, a.get('strides', 1), same_pads(a), a.get('output_padding', 0), a.get('group', 1))
    if op == 'Clip':
        return torch.clamp(x[0], *(None if len(x) <= i or x[i] is None else float(x[i]) for i in (1, 2)))
    if op == 'Pad':
        pads = [int(p) for p in x[1]]
        rank = len(pads) // 2
        order = [p for axis in reversed(range(rank)) for p in (pads[axis], pads[axis + rank])]
        mode = a.get('mode', 'constant')
        if mode == 'constant':
            return F.pad(x[0], order, value=float(x[2]) if len(x) > 2 and x[2] is not None else 0)
        return F.pad(x[0], order[:4], mode={'reflect': 'reflect', 'edge': 'replicate'}[mode])
    if op == 'Gemm':
        return a.get('alpha', 1) * x[0] @ (x[1].T if a.get('transB') else x[1]) + a.get('beta', 1) * x[2]
    if op == 'Reshape':
        return x[0].reshape([x[0].shape[i] if s == 0 else s for i, s in enumerate(x[1].tolist())])
    if op in ('ReduceMean', 'ReduceMax', 'ReduceLogSumExp'):
        axes, keep = list(a.get('axes') or x[1].tolist()), bool(a.get('keepdims', 1))
        return {'ReduceMean': torch.mean, 'ReduceMax': torch.amax, 'ReduceLogSumExp': torch.logsumexp}[op](x[0], axes, keepdim=keep)
    if op == 'Unsqueeze':
        result = x[0]
        for axis in sorted(x[1].tolist()):
            result = result.unsqueeze(axis)
        return result
    if op == 'ConstantOfShape':
        return torch.full(x[0].tolist(), float(numpy_helper.to_array(a['value'])[0]) if 'value' in a else 0.0).to(
            torch.int64 if 'value' in a and a['value'].data_type == 7 else dtype)
    if op == 'Cast':
        return x[0].to({1: dtype, 11: dtype, 7: torch.int64, 9: torch.bool, 6: torch.int32}[a['to']])
    if op == 'Slice':
        count = len(x[1])
        return sliced(x[0], x[1], x[2], x[3] if len(x) > 3 and x[3] is not None else torch.arange(count), x[4] if len(x) > 4 else torch.ones(count, dtype=torch.int64))
    simple = {
        'Identity': lambda: x[0], 'Squeeze': lambda: x[0].squeeze(tuple(x[1].tolist())), 'Relu': lambda: F.relu(x[0]), 'Add': lambda: x[0] + x[1], 'Sub': lambda: x[0] - x[1], 'Mul': lambda: x[0] * x[1],
        'Div': lambda: x[0] // x[1] if not x[0].is_floating_point() else x[0] / x[1], 'Pow': lambda: x[0] ** x[1].to(dtype), 'Sqrt': lambda: torch.sqrt(x[0]), 'Erf': lambda: torch.erf(x[0]),
        'Sigmoid': lambda: torch.sigmoid(x[0]), 'Tanh': lambda: torch.tanh(x[0]), 'HardSwish': lambda: F.hardswish(x[0]), 'Elu': lambda: F.elu(x[0], a.get('alpha', 1.0)),
        'PRelu': lambda: torch.where(x[0] > 0, x[0], x[1] * x[0]), 'MatMul': lambda: x[0] @ x[1], 'Concat': lambda: torch.cat(x, a['axis']),
        'Transpose': lambda: x[0].permute(a['perm']), 'Flatten': lambda: x[0].flatten(a.get('axis', 1)), 'Shape': lambda: torch.tensor(x[0].shape),
        'Gather': lambda: x[0].index_select(a.get('axis', 0), x[1].reshape(-1)).reshape([*x[0].shape[:a.get('axis', 0)], *x[1].shape, *x[0].shape[a.get('axis', 0) + 1:]]),
        'Equal': lambda: x[0] == x[1], 'GlobalAveragePool': lambda: x[0].mean((2, 3), keepdim=True), 'LogSoftmax': lambda: F.log_softmax(x[0], a.get('axis', -1)),
        'MaxPool': lambda: pool(x[0], a, {2: F.max_pool2d}, dilation=a.get('dilations', 1)), 'AveragePool': lambda: pool(x[0], a, {2: F.avg_pool2d, 3: F.avg_pool3d}, count_include_pad=bool(a.get('count_include_pad', 0))),
        'InstanceNormalization': lambda: F.instance_norm(x[0], weight=x[1], bias=x[2], eps=a.get('epsilon', 1e-5)), 'Resize': lambda: resize(x, a),
    }
    return simple[op]()


def gradient(graph, dtype, x, chosen, layer=None):
    """Score, gradient and the tensor that it belongs to."""
    x = x.detach().requires_grad_(True)
    values = run(graph, dtype, {graph.input[0].name: x})
    score = values[graph.output[0].name].gather(1, chosen[:, None]).sum()
    tensor = values[layer] if layer else x
    return torch.autograd.grad(score, tensor)[0], tensor.detach()


def attribution(name, method, dtype):
    graph = onnx.load(ZOO / name / 'model.onnx').graph
    entry = MANIFEST[name]
    x = torch.from_numpy(np.load(ZOO / name / 'input.npy')).to(dtype)
    chosen = torch.tensor(entry['classes'])
    if method == 'integrated_gradients':
        nodes, weights = np.polynomial.legendre.leggauss(50)
        return x * sum(w / 2 * gradient(graph, dtype, (1 + node) / 2 * x, chosen)[0] for node, w in zip(nodes, weights))
    if method == 'integrated_gradients_trapezoid':
        return x * sum((0.5 if i in (0, 19) else 1) / 20 * gradient(graph, dtype, i / 19 * x, chosen)[0] for i in range(20))
    if method == 'layer_conductance':
        nodes, _ = np.polynomial.legendre.leggauss(51)
        steps = [gradient(graph, dtype, (1 + node) / 2 * x, chosen, entry['layer_tensor']) for node in nodes]
        return sum(steps[i][0] * (steps[i + 1][1] - steps[i][1]) for i in range(50))
    with torch.no_grad():
        score = lambda image: run(graph, dtype, {graph.input[0].name: image})[graph.output[0].name].gather(1, chosen[:, None])[:, 0]
        whole, side = score(x), x.shape[2]
        total, count = torch.zeros(x.shape[0], side, side, dtype=dtype), torch.zeros(side, side, dtype=dtype)
        starts = [8 * i for i in range(int(np.ceil((side - 16) / 8)) + 1)]
        for top in starts:
            for left in starts:
                covered = x.clone()
                covered[:, :, top:top + 16, left:left + 16] = 0
                total[:, top:top + 16, left:left + 16] += (whole - score(covered))[:, None, None]
                count[top:top + 16, left:left + 16] += 1
        return (total / count)[:, None]


def error(found, expected):
    found, expected = (t.double().flatten(1) for t in (found, expected))
    return ((found - expected).norm(dim=1) / expected.norm(dim=1)).max().item()


errors = {}
for case in CASES:
    name, method = case.split()
    expected = torch.from_numpy(np.load(ZOO / name / f'{method}.npy'))
    exact = attribution(name, method, torch.float64)
    # Two sets of kernels, which add up in different orders.
    single = []
    for kernels in (True, False):
        with torch.backends.mkldnn.flags(enabled=kernels):
            single.append(error(attribution(name, method, torch.float32), expected))
    errors[case] = {'float64': float(f'{error(exact, expected):.2g}'), 'float32': [float(f'{one:.2g}') for one in single]}
    print(case, errors[case], flush=True)
facts = {
    'citation': f'torch {torch.__version__} on a CPU, float32 with and without oneDNN, from the ONNX files, against the arrays of the zoo', 'errors': errors,
}
Path(__file__).with_suffix('.json').write_text(json.dumps(facts, indent=1) + '\n')
