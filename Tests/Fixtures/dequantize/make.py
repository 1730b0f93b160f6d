"""Random blocks of every stored type and their values as the gguf package decodes them; writes expected.json."""
import ctypes
import json
import pathlib

import gguf
import llama_cpp
import numpy as np

random = np.random.default_rng(7)
rows = []
for name in ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K", "Q2_K", "Q3_K", "IQ4_NL", "IQ4_XS"]:
    kind = gguf.GGMLQuantizationType[name]
    count, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = 64 if count == 1 else 3
    data = random.integers(0, 256, (blocks, size), dtype=np.uint8)
    # Half-precision scales must be ordinary numbers: offsets of the halves in a block.
    scales = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "F16": [0],
              "Q2_K": [80, 82], "Q3_K": [108], "IQ4_NL": [0], "IQ4_XS": [0]}
    for offset in scales.get(name, []):
        halves = random.normal(0, 0.1, blocks).astype(np.float16)
        data[:, offset : offset + 2] = halves.view(np.uint8).reshape(blocks, 2)
    if name == "BF16":
        data = (random.normal(0, 1, blocks).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8).reshape(blocks, 2)
    values = gguf.dequantize(data.reshape(1, -1), kind).astype(np.float32).reshape(-1)
    rows.append({"type": int(kind), "name": name, "bytes": data.tobytes().hex(), "bits": values.view(np.uint32).tolist()})

# The other way: floats as the gguf package stores them (the simple types), and the error that llama.cpp's own
# quantisation leaves (the K types, whose search for scales is everyone's own).
values = random.normal(0, 1, 2048).astype(np.float32)
values *= np.repeat(random.uniform(0.01, 3, 64), 32).astype(np.float32)
values[64:96] = 0
written = []
for name in ["F16", "BF16", "Q4_0", "Q5_0", "Q8_0"]:
    kind = gguf.GGMLQuantizationType[name]
    written.append({"type": int(kind), "name": name, "bytes": gguf.quantize(values.reshape(1, -1), kind).tobytes().hex()})
library = ctypes.CDLL(str(next(pathlib.Path(llama_cpp.__file__).parent.glob("lib/libggml-base.so*"))))
for name in ["Q4_K", "Q6_K"]:
    kind = gguf.GGMLQuantizationType[name]
    block, size = gguf.GGML_QUANT_SIZES[kind]
    data = np.zeros(len(values) // block * size, dtype=np.uint8)
    quantize = getattr(library, "quantize_" + name[:2].lower() + name[2:])
    quantize.restype = ctypes.c_size_t
    pointer = lambda array: array.ctypes.data_as(ctypes.c_void_p)
    quantize(pointer(values), pointer(data), ctypes.c_int64(1), ctypes.c_int64(len(values)), None)
    error = gguf.dequantize(data.reshape(1, -1), kind).reshape(-1).astype(np.float64) - values
    written.append({"type": int(kind), "name": name, "error": float(np.sqrt(np.mean(error**2)))})
result = {"rows": rows, "values": values.view(np.uint32).tolist(), "written": written}
pathlib.Path(__file__).with_name("expected.json").write_text(json.dumps(result) + "\n")
