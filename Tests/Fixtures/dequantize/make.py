"""Random blocks of every stored type and their values as the gguf package decodes them; writes expected.json."""
import json
import pathlib

import gguf
import numpy as np

random = np.random.default_rng(7)
rows = []
for name in ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]:
    kind = gguf.GGMLQuantizationType[name]
    count, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = 64 if count == 1 else 3
    data = random.integers(0, 256, (blocks, size), dtype=np.uint8)
    # Half-precision scales must be ordinary numbers: offsets of the halves in a block.
    scales = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "F16": [0]}
    for offset in scales.get(name, []):
        halves = random.normal(0, 0.1, blocks).astype(np.float16)
        data[:, offset : offset + 2] = halves.view(np.uint8).reshape(blocks, 2)
    if name == "BF16":
        data = (random.normal(0, 1, blocks).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8).reshape(blocks, 2)
    values = gguf.dequantize(data.reshape(1, -1), kind).astype(np.float32).reshape(-1)
    rows.append({"type": int(kind), "name": name, "bytes": data.tobytes().hex(), "bits": values.view(np.uint32).tolist()})
pathlib.Path(__file__).with_name("expected.json").write_text(json.dumps({"rows": rows}) + "\n")
