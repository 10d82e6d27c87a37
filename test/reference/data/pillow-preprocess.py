"""Makes pillow-preprocess.json: whole pictures through the steps of torchvision's classification transforms, with Pillow alone.

    pip install "pillow<13" numpy && python pillow-preprocess.py

Resize(n) and CenterCrop(n) are written out from torchvision 0.20, transforms/functional.py (_compute_resized_output_size, center_crop);
on Pillow pictures torchvision calls Image.resize and Image.crop as here, and a crop larger than the picture is filled with 0.
"""
import base64
import json
from pathlib import Path

import numpy
import PIL
from PIL import Image

# (width, height) of the picture, shorter side, side of the crop, filter
CASES = [
    (37, 23, 16, 14, 'bilinear'), (23, 37, 16, 14, 'bicubic'), (41, 29, 17, 16, 'bilinear'), (20, 20, 33, 28, 'bicubic'),
    (50, 19, 8, 8, 'lanczos'), (19, 50, 9, 12, 'bilinear'), (64, 3, 7, 7, 'bilinear'), (33, 21, 10, 5, 'nearest'),
]
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def encode(array):
    return base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()


def resize(picture, size, kind):
    w, h = picture.size
    short, long = (w, h) if w <= h else (h, w)
    new_long = int(size * long / short)
    return picture.resize((size, new_long) if w <= h else (new_long, size), kind)


def center_crop(picture, size):
    w, h = picture.size
    if size > w or size > h:
        left, top = (size - w) // 2 if size > w else 0, (size - h) // 2 if size > h else 0
        right, bottom = (size - w + 1) // 2 if size > w else 0, (size - h + 1) // 2 if size > h else 0
        picture = picture.crop((-left, -top, w + right, h + bottom))
        w, h = picture.size
    top, left = int(round((h - size) / 2.0)), int(round((w - size) / 2.0))
    return picture.crop((left, top, left + size, top + size))


def main():
    random = numpy.random.default_rng(11)
    cases = []
    for width, height, short, crop, name in CASES:
        rgb = random.integers(0, 256, (height, width, 3), dtype=numpy.uint8)
        picture = center_crop(resize(Image.fromarray(rgb), short, Image.Resampling[name.upper()]), crop)
        values = numpy.asarray(picture).astype(numpy.float32) / numpy.float32(255)
        values = (values - numpy.float32(MEAN)) / numpy.float32(STD)
        cases.append({
            'width': width, 'height': height, 'resize': short, 'crop': crop, 'interpolation': name, 'source': encode(rgb),
            'float32': encode(values.transpose(2, 0, 1)),
        })
    out = {'citation': f'Pillow {PIL.__version__}, steps of torchvision 0.20, made by pillow-preprocess.py', 'mean': MEAN, 'std': STD, 'cases': cases}
    Path(__file__).with_suffix('.json').write_text(json.dumps(out, indent=1) + '\n')


main()
