"""Makes pillow-decode.json: small picture files of every kind, and the pixels that Pillow reads from them.

    pip install "pillow>=13" numpy && python pillow-decode.py

Pillow 12 misreads run-length bitmaps of 4 bits. Kinds of bitmap that Pillow cannot write are put together byte by byte here, and
read by Pillow like the others.
"""
import base64
import io
import json
import struct
from pathlib import Path

import numpy
import PIL
from PIL import Image

WIDTH, HEIGHT = 13, 7
random = numpy.random.default_rng(3)
rgb = Image.fromarray(random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=numpy.uint8))
rgba = Image.fromarray(random.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=numpy.uint8))
grey = rgb.convert('L')
palette = rgb.quantize(16)
smooth = Image.fromarray(numpy.fromfunction(lambda y, x, c: (20 * x + 9 * y + 60 * c) % 256, (16, 16, 3)).astype(numpy.uint8))


def save(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def bitmap(bits, compression, body, colors=(), masks=(), rows=HEIGHT, gap=0, header=40):
    """gap: bytes between palette and pixels, which the header's offset must skip."""
    table = b''.join(struct.pack('<BBBB', b, g, r, 0) for r, g, b in colors)
    fields = b''.join(struct.pack('<I', mask) for mask in masks)
    offset = 14 + 40 + len(fields) + len(table) + gap
    info = struct.pack('<IiiHHIIiiII', header, WIDTH, rows, 1, bits, compression, len(body), 2835, 2835, len(colors), 0)
    return b'BM' + struct.pack('<IHHI', offset + len(body), 0, 0, offset) + info + fields + table + bytes(gap) + body


def rows_of(bits, values):
    """Packed rows, bottom first, padded to four bytes."""
    out = b''
    for row in values[::-1]:
        text = ''.join(format(int(value), f'0{bits}b') for value in row)
        packed = bytes(int(text[i:i + 8].ljust(8, '0'), 2) for i in range(0, len(text), 8))
        out += packed + bytes(-len(packed) % 4)
    return out


colors16 = [(int(r), int(g), int(b)) for r, g, b in random.integers(0, 256, (16, 3))]
indices = random.integers(0, 16, (HEIGHT, WIDTH))
words = random.integers(0, 65536, (HEIGHT, WIDTH))
words_body = b''.join(struct.pack(f'<{WIDTH}H', *map(int, row)) + bytes(2) for row in words)

# A run, an absolute part with its padding, an end of row; then runs only; end of picture.
rle8 = b''.join([bytes([5, 3, 0, 5, 1, 2, 3, 4, 5, 0, 3, 9, 0, 0]), *[bytes([13, y + 2, 0, 0]) for y in range(HEIGHT - 1)], bytes([0, 1])])
rle4 = b''.join([bytes([5, 0x3a, 0, 5, 0x12, 0x34, 0x50, 0, 3, 0x99, 0, 0]), *[bytes([13, 0x11 * (y + 2), 0, 0]) for y in range(HEIGHT - 1)], bytes([0, 1])])

files = {
    'png-rgb': save(rgb, 'PNG'), 'png-rgba': save(rgba, 'PNG'), 'png-grey': save(grey, 'PNG'), 'png-palette': save(palette, 'PNG'),
    'png-grey-alpha': save(rgba.convert('LA'), 'PNG'), 'png-1-bit': save(rgb.convert('1'), 'PNG'),
    'jpeg': save(smooth, 'JPEG', quality=90), 'jpeg-subsampled-progressive': save(smooth, 'JPEG', quality=75, progressive=True, subsampling=2),
    'jpeg-grey': save(smooth.convert('L'), 'JPEG'),
    'webp-lossless': save(rgba, 'WEBP', lossless=True, exact=True), 'gif': save(palette, 'GIF'),
    'tiff': save(rgb, 'TIFF'), 'tiff-lzw': save(rgb, 'TIFF', compression='tiff_lzw'),
    'bmp-24': save(rgb, 'BMP'), 'bmp-8-grey': save(grey, 'BMP'), 'bmp-8': save(palette, 'BMP'), 'bmp-1': save(rgb.convert('1'), 'BMP'),
    'bmp-32-alpha': save(rgba, 'BMP'),
    'bmp-4': bitmap(4, 0, rows_of(4, indices), colors16), 'bmp-4-gap': bitmap(4, 0, rows_of(4, indices), colors16, gap=8),
    'bmp-4-top-down': bitmap(4, 0, rows_of(4, indices), colors16, rows=-HEIGHT),
    'bmp-16-555': bitmap(16, 0, words_body), 'bmp-16-565': bitmap(16, 3, words_body, masks=(0xf800, 0x7e0, 0x1f)),
    'bmp-rle8': bitmap(8, 1, rle8, colors16), 'bmp-rle4': bitmap(4, 2, rle4, colors16),
}


def main():
    cases = []
    for name, content in files.items():
        pixels = numpy.asarray(Image.open(io.BytesIO(content)).convert('RGBA'))
        cases.append({
            'name': name, 'file': base64.b64encode(content).decode(), 'width': pixels.shape[1], 'height': pixels.shape[0],
            'rgba': base64.b64encode(pixels.tobytes()).decode(),
        })
    out = {'citation': f'Pillow {PIL.__version__}, made by pillow-decode.py', 'cases': cases}
    Path(__file__).with_suffix('.json').write_text(json.dumps(out, indent=1) + '\n')


main()
