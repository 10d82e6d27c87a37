"""The same networks in PyTorch, timed on request: one JSON command a line on standard input, one JSON answer a line on standard output.

    {"do": "versions"}                                              -> {"torch": "...", "captum": "..." | null, "grad-cam": "..." | null}
    {"do": "time", "network": "mobilenet_v2", "what": "saliency", "runs": 5}   -> {"milliseconds": [...]} or {"unavailable": "..."}

`forward`, `grad-cam` and `saliency` are eager loops as a careful user writes them: weights frozen, channels last, gradients only where they are
needed, Grad-CAM's backward pass ends at the layer. `captum saliency` and `pytorch-grad-cam` are those packages as shipped, in the default layout.
"""
import importlib
import json
import sys
import time

import torch
import torchvision

torch.set_num_threads(int(sys.argv[1]))
LAYERS = {"mobilenet_v2": lambda m: m.features[-1], "squeezenet1_1": lambda m: m.classifier[2], "resnet50": lambda m: m.layer4[-1]}
CLASS = 5


def network(name, tuned):
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)(weights=None).eval()
    if tuned:
        model = model.to(memory_format=torch.channels_last).requires_grad_(False)
    return model


def picture(tuned):
    x = torch.sin(torch.arange(3 * 224 * 224, dtype=torch.float32) * 1.3).reshape(1, 3, 224, 224)
    return x.to(memory_format=torch.channels_last) if tuned else x


def forward(name):
    model, x = network(name, True), picture(True)

    def run():
        with torch.inference_mode():
            model(x)
    return run


def saliency(name):
    model, x = network(name, True), picture(True).requires_grad_(True)

    def run():
        torch.autograd.grad(model(x)[0, CLASS], x)
    return run


def grad_cam(name):
    model, x = network(name, True), picture(True)
    kept = {}

    def keep(module, inputs, output):
        kept["activation"] = output.requires_grad_(True)
        return kept["activation"]
    LAYERS[name](model).register_forward_hook(keep)

    def run():
        score = model(x)[0, CLASS]
        activation = kept["activation"]
        gradient, = torch.autograd.grad(score, activation)
        with torch.no_grad():
            (gradient.mean((2, 3), keepdim=True) * activation).sum(1).relu()
    return run


def captum_saliency(name):
    from captum.attr import Saliency
    model = network(name, False)
    method, x = Saliency(model), picture(False)
    return lambda: method.attribute(x.requires_grad_(True), target=CLASS)


def pytorch_grad_cam(name):
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    model = network(name, False)
    method, x = GradCAM(model=model, target_layers=[LAYERS[name](model)]), picture(False)
    return lambda: method(input_tensor=x, targets=[ClassifierOutputTarget(CLASS)])


TIMED = {"forward": forward, "grad-cam": grad_cam, "saliency": saliency, "captum saliency": captum_saliency, "pytorch-grad-cam": pytorch_grad_cam}
prepared = {}


def measure(name, what, runs):
    key = (name, what)
    if key not in prepared:
        try:
            prepared[key] = TIMED[what](name)
        except ImportError as error:
            return {"unavailable": str(error)}
        for _ in range(3):
            prepared[key]()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        prepared[key]()
        times.append((time.perf_counter() - start) * 1000)
    return {"milliseconds": times}


def version(module):
    try:
        return getattr(importlib.import_module(module), "__version__", "unknown version")
    except ImportError:
        return None


for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "versions":
        answer = {"torch": torch.__version__, "captum": version("captum"), "pytorch-grad-cam": version("pytorch_grad_cam")}
    else:
        answer = measure(command["network"], command["what"], command["runs"])
    print(json.dumps(answer), flush=True)
