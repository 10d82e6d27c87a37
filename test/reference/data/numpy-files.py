"""Makes numpy-files.json: small .npy files written by NumPy, with their values in row-major order.

    pip install numpy && python numpy-files.py
"""
import base64
import io
import json
from pathlib import Path

import numpy
from numpy.lib import format as npy

TYPES = {
    'float32': '<f4', 'float64': '<f8', 'int8': 'i1', 'int16': '<i2', 'int32': '<i4', 'int64': '<i8',
    'uint8': 'u1', 'uint16': '<u2', 'uint32': '<u4', 'uint64': '<u8', 'bool': '?',
}


def main():
    cases = []

    def add(name, array, kind, version=(1, 0)):
        file = io.BytesIO()
        npy.write_array(file, array, version=version)
        cases.append({
            'name': name, 'type': kind, 'dims': list(array.shape), 'file': base64.b64encode(file.getvalue()).decode(),
            'values': [float(value) for value in array.flatten(order='C')],
        })

    for kind, code in TYPES.items():
        add(kind, numpy.arange(6).reshape(2, 3).astype(code), kind)
    values = numpy.arange(24, dtype='<f4').reshape(2, 3, 4) / 8 - 1
    add('Fortran order', numpy.asfortranarray(values), 'float32')
    add('version 2', values, 'float32', (2, 0))
    add('version 3', values, 'float32', (3, 0))
    add('scalar', numpy.array(2.5, '<f4'), 'float32')
    add('one axis', numpy.array([1.5, -2], '<f4'), 'float32')
    add('no values', numpy.zeros((0, 3), '<f4'), 'float32')
    out = {'citation': f'NumPy {numpy.__version__}, made by numpy-files.py', 'cases': cases}
    Path(__file__).with_suffix('.json').write_text(json.dumps(out, indent=1) + '\n')


main()
