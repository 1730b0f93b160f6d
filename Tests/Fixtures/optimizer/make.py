"""Five steps of AdamW with moments in 8 bits on 600 numbers; writes expected.json.

bitsandbytes has no such step for the CPU. This is its Triton kernel's arithmetic in numpy, with its own maps.
"""

import json
import pathlib

import bitsandbytes.functional as bnb
import numpy as np

F = np.float32
random = np.random.default_rng(11)
count, block = 600, 256
maps = [bnb.create_dynamic_map(signed=signed).numpy() for signed in (True, False)]
parameters = random.normal(0, 0.1, count).astype(F)
start = parameters.copy()
gradients = [(random.normal(0, 1, count) * 10 ** random.uniform(-4, 0, count)).astype(F) for _ in range(5)]
beta1, beta2, epsilon, decay = F(0.9), F(0.999), F(1e-8), 0.01
rates = [0.0, 1e-2, 8e-3, 5e-3, 1e-3]
moments = [np.zeros(count, F), np.zeros(count, F)]  # what the 8 bits decode to


def through_8_bits(values, code):
    middles = (code[:-1] + code[1:]) / F(2)
    out = values.copy()
    for first in range(0, count, block):
        part = values[first : first + block]
        most = np.abs(part).max()
        out[first : first + block] = code[np.searchsorted(middles, part / most if most > 0 else part, side="left")] * most
    return out


after = []
for step, (gradient, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
    m = beta1 * moments[0] + (F(1) - beta1) * gradient
    v = beta2 * moments[1] + (F(1) - beta2) * gradient * gradient
    size, root = F(rate / (1 - 0.9**step)), F(1 / (1 - 0.999**step) ** 0.5)
    parameters = parameters * F(1 - rate * decay) - size * m / (np.sqrt(v) * root + epsilon)
    moments = [through_8_bits(m, maps[0]), through_8_bits(v, maps[1])]
    after.append(parameters)
bits = lambda values: values.astype(F).view(np.uint32).tolist()  # noqa: E731
pathlib.Path(__file__).with_name("expected.json").write_text(json.dumps({
    "start": bits(start), "gradients": [bits(g) for g in gradients], "rates": rates, "weight_decay": decay,
    "parameters": [bits(p) for p in after],
}) + "\n")
