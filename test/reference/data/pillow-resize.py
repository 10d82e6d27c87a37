"""Makes pillow-resize.json: what Pillow's resize gives for small pictures, the numbers that src/pictures/resample.ts must give.

    pip install "pillow<13" numpy && python pillow-resize.py

Pillow 13 runs the vertical pass first where the height shrinks by more than twice the pixels of the width, which moves single
pixels by one; pipelines and published models were made with the order before.
"""
import base64
import json
from pathlib import Path

import numpy
import PIL
from PIL import Image

FILTERS = {
    'nearest': Image.Resampling.NEAREST, 'bilinear': Image.Resampling.BILINEAR,
    'bicubic': Image.Resampling.BICUBIC, 'lanczos': Image.Resampling.LANCZOS,
}
# (width, height) before and after: shrinking, enlarging, one axis only, both ways at once, odd ratios, down to one pixel and up from one.
SIZES = [
    ((13, 9), (5, 4)), ((13, 9), (29, 21)), ((16, 12), (16, 5)), ((16, 12), (7, 12)), ((7, 20), (19, 6)), ((31, 17), (1, 1)), ((1, 1), (3, 2)),
    ((40, 3), (11, 3)),
]


def encode(array):
    return base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()


def main():
    random = numpy.random.default_rng(7)
    cases = []
    for (width, height), (to_width, to_height) in SIZES:
        # Extreme values show clamping of the overshooting filters.
        rgb = random.choice(numpy.array([0, 1, 37, 128, 200, 254, 255], numpy.uint8), (height, width, 3))
        picture = Image.fromarray(rgb)
        for name, kind in FILTERS.items():
            cases.append({
                'interpolation': name, 'from': [width, height], 'to': [to_width, to_height], 'source': encode(rgb),
                'rgb': encode(numpy.asarray(picture.resize((to_width, to_height), kind))),
                'grey': encode(numpy.asarray(picture.convert('L').resize((to_width, to_height), kind))),
            })
    out = {'citation': f'Pillow {PIL.__version__}, Image.resize and Image.convert, made by pillow-resize.py', 'cases': cases}
    Path(__file__).with_suffix('.json').write_text(json.dumps(out, indent=1) + '\n')


main()
