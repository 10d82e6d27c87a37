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


# Techniques of many passes. `tuned`: the same arithmetic in eager batches of 8, channels last; `shipped`: Captum, pytorch-grad-cam.
BATCH, WINDOW, STRIDE = 8, 32, 16


def integrated_gradients(name):
    model, x0 = network(name, True), picture(True)

    def run():
        total = 0
        for along in torch.linspace(0.01, 0.99, 50).split(BATCH):
            x = (x0 * along.reshape(-1, 1, 1, 1)).to(memory_format=torch.channels_last).requires_grad_(True)
            total = total + torch.autograd.grad(model(x)[:, CLASS].sum(), x)[0].sum(0)
    return run


def smooth_grad(name):
    model, x0 = network(name, True), picture(True)

    def run():
        total = 0
        for count in (8, 8, 8, 1):
            x = (x0 + 0.3 * torch.randn(count, 3, 224, 224)).to(memory_format=torch.channels_last).requires_grad_(True)
            total = total + torch.autograd.grad(model(x)[:, CLASS].sum(), x)[0].sum(0)
    return run


def scores_of(model, inputs):
    with torch.inference_mode():
        return torch.cat([model(part.to(memory_format=torch.channels_last))[:, CLASS] for part in inputs])


def occlusion(name):
    model, x = network(name, True), picture(True)
    corners = [(top, left) for top in range(0, 224 - WINDOW + 1, STRIDE) for left in range(0, 224 - WINDOW + 1, STRIDE)]

    def covered():
        for start in range(0, len(corners), BATCH):
            part = x.repeat(len(corners[start:start + BATCH]), 1, 1, 1)
            for sample, (top, left) in zip(part, corners[start:start + BATCH]):
                sample[:, top:top + WINDOW, left:left + WINDOW] = 0
            yield part
    return lambda: scores_of(model, covered())


def rise(name, samples=200):
    model, x = network(name, True), picture(True)

    def masked():
        for start in range(0, samples, BATCH):
            cells = (torch.rand(min(BATCH, samples - start), 1, 8, 8) < 0.5).float()
            yield x * torch.nn.functional.interpolate(cells, (256, 256), mode="bilinear")[:, :, 16:240, 16:240]
    return lambda: scores_of(model, masked())


def score_cam(name):
    model, x = network(name, True), picture(True)
    kept = {}
    LAYERS[name](model).register_forward_hook(lambda module, inputs, output: kept.__setitem__("activation", output))

    def run():
        with torch.inference_mode():
            model(x)
        maps = kept["activation"][0].unsqueeze(1)
        scores_of(model, (x * torch.nn.functional.interpolate(part, (224, 224), mode="bilinear") for part in maps.split(BATCH)))
    return run


def shipped_integrated_gradients(name):
    from captum.attr import IntegratedGradients
    method, x = IntegratedGradients(network(name, False)), picture(False)
    return lambda: method.attribute(x, target=CLASS, n_steps=50)


def shipped_smooth_grad(name):
    from captum.attr import NoiseTunnel, Saliency
    method, x = NoiseTunnel(Saliency(network(name, False))), picture(False)
    return lambda: method.attribute(x, target=CLASS, nt_type="smoothgrad", nt_samples=25, stdevs=0.3, abs=False)


def shipped_occlusion(name):
    from captum.attr import Occlusion
    method, x = Occlusion(network(name, False)), picture(False)
    return lambda: method.attribute(x, target=CLASS, sliding_window_shapes=(3, WINDOW, WINDOW), strides=(3, STRIDE, STRIDE))


def shipped_score_cam(name):
    from pytorch_grad_cam import ScoreCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    model = network(name, False)
    method, x = ScoreCAM(model=model, target_layers=[LAYERS[name](model)]), picture(False)
    return lambda: method(input_tensor=x, targets=[ClassifierOutputTarget(CLASS)])


# Steps of generated pictures: the arithmetic of the courses' notebooks, weights frozen, channels last.
def class_visualization(name):
    """A step of the course's ascent: shift, gradient of the logit minus decay, shift back, clamp; a blur every tenth time."""
    model = network(name, True)
    x = (torch.randn(1, 3, 224, 224) * 0.2).to(memory_format=torch.channels_last)
    kernel = torch.exp(-torch.arange(-2, 3, dtype=torch.float32) ** 2 / (2 * 0.5 ** 2))
    kernel = (kernel / kernel.sum()).reshape(1, 1, -1).repeat(3, 1, 1)
    state = {"x": x, "step": 0}

    def run():
        down, right = (int(v) for v in torch.randint(0, 17, (2,)))
        x = state["x"].roll((down, right), (2, 3)).requires_grad_(True)
        gradient, = torch.autograd.grad(model(x)[0, CLASS] - 1e-3 * (x * x).sum(), x)
        with torch.no_grad():
            x = (x + 25 * gradient / gradient.norm()).roll((-down, -right), (2, 3)).clamp_(-2.1, 2.6)
            if state["step"] % 10 == 0:
                padded = torch.nn.functional.pad(x, (2, 2, 2, 2), mode="reflect")
                x = torch.nn.functional.conv2d(torch.nn.functional.conv2d(padded, kernel.unsqueeze(2), groups=3), kernel.unsqueeze(3), groups=3)
        state["x"], state["step"] = x, state["step"] + 1
    return run


def style_transfer(name, size=192):
    """A step of the course's style transfer: content from layer 3, Gram matrices of layers 1, 4, 6 and 7, total variation, Adam, clamp."""
    layers = network(name, True).features[:8]
    content, style = (torch.rand(1, 3, size, size).to(memory_format=torch.channels_last) for _ in range(2))

    def features(x):
        found = []
        for layer in layers:
            x = layer(x)
            found.append(x)
        return found

    def gram(f):
        f = f.flatten(2)
        return f @ f.transpose(1, 2) / f.numel()
    with torch.no_grad():
        target = features(content)[3]
        grams = [gram(features(style)[i]) for i in (1, 4, 6, 7)]
    x = content.clone().requires_grad_(True)
    adam = torch.optim.Adam([x], lr=3)

    def run():
        with torch.no_grad():
            x.clamp_(-1.5, 1.5)
        adam.zero_grad()
        found = features(x)
        loss = 0.05 * ((found[3] - target) ** 2).sum()
        for i, wanted, weight in zip((1, 4, 6, 7), grams, (20000, 500, 12, 1)):
            loss = loss + weight * ((gram(found[i]) - wanted) ** 2).sum()
        loss = loss + 0.05 * (((x[:, :, 1:] - x[:, :, :-1]) ** 2).sum() + ((x[:, :, :, 1:] - x[:, :, :, :-1]) ** 2).sum())
        loss.backward()
        adam.step()
    return run


TIMED = {"class-visualization": class_visualization, "style-transfer": style_transfer,
         "integrated-gradients": integrated_gradients, "smooth-grad": smooth_grad, "occlusion": occlusion, "rise": rise, "score-cam": score_cam,
         "shipped integrated-gradients": shipped_integrated_gradients, "shipped smooth-grad": shipped_smooth_grad,
         "shipped occlusion": shipped_occlusion, "shipped score-cam": shipped_score_cam,
         "forward": forward, "grad-cam": grad_cam, "saliency": saliency, "captum saliency": captum_saliency, "pytorch-grad-cam": pytorch_grad_cam}
prepared = {}


def measure(command):
    name, what, runs = command["network"], command["what"], command["runs"]
    key = (name, what)
    if key not in prepared:
        try:
            prepared[key] = TIMED[what](name)
        except (ImportError, KeyError) as error:
            return {"unavailable": str(error)}
        for _ in range(command.get("warmups", 3)):
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
        answer = measure(command)
    print(json.dumps(answer), flush=True)
