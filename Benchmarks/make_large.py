"""A random model of the shape of Gemma 2 2B or 9B, only for measuring memory and speed; never committed.

    python make_large.py 2b|9b bf16|nf4 FOLDER        (2b bf16: 5.2 GB; 9b nf4: 6.5 GB)

Shards, names and types are those of google/gemma-2-2b and of unsloth/gemma-2-9b-bnb-4bit. The tokenizer comes from the 270M's
GGUF where that is in the cache, cut to the 256,000 pieces of Gemma 2, and else from the tests' tiny model.
"""

import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file

SHAPES = {
    "2b": dict(hidden_size=2304, intermediate_size=9216, num_hidden_layers=26, num_attention_heads=8, num_key_value_heads=4),
    "9b": dict(hidden_size=3584, intermediate_size=14336, num_hidden_layers=42, num_attention_heads=16, num_key_value_heads=8),
}
size, kind, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
shape = SHAPES[size]
hidden, middle, layers = shape["hidden_size"], shape["intermediate_size"], shape["num_hidden_layers"]
queries, keys = 256 * shape["num_attention_heads"], 256 * shape["num_key_value_heads"]
folder.mkdir(parents=True, exist_ok=True)
generator = torch.Generator().manual_seed(1)
NF4 = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0])


def weight(name, *dims):
    if kind == "bf16" or "_proj" not in name:
        return {name: (torch.randn(dims, generator=generator) * 0.02).bfloat16()}
    blocks = dims[0] * dims[1] // 64
    state = {"quant_type": "nf4", "blocksize": 64, "dtype": "bfloat16", "shape": list(dims)}
    return {
        name: torch.randint(0, 256, (dims[0] * dims[1] // 2, 1), generator=generator, dtype=torch.uint8),
        name + ".absmax": torch.full((blocks,), 0.05) + 0.01 * torch.rand(blocks, generator=generator),
        name + ".quant_map": NF4.clone(),
        name + ".quant_state.bitsandbytes__nf4": torch.frombuffer(bytearray(json.dumps(state).encode()), dtype=torch.uint8),
    }


index, total = {}, 0
groups = [range(i, min(i + 7, layers)) for i in range(0, layers, 7)]
for number, group in enumerate(groups):
    tensors = {}
    if number == 0:
        tensors |= weight("model.embed_tokens.weight", 256000, hidden)
        tensors["model.norm.weight"] = torch.zeros(hidden, dtype=torch.bfloat16)
    for i in group:
        prefix = f"model.layers.{i}."
        for name, rows, columns in [
            ("self_attn.q_proj", queries, hidden), ("self_attn.k_proj", keys, hidden), ("self_attn.v_proj", keys, hidden),
            ("self_attn.o_proj", hidden, queries), ("mlp.gate_proj", middle, hidden), ("mlp.up_proj", middle, hidden),
            ("mlp.down_proj", hidden, middle),
        ]:
            tensors |= weight(f"{prefix}{name}.weight", rows, columns)
        for name in ["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"]:
            tensors[f"{prefix}{name}.weight"] = torch.zeros(hidden, dtype=torch.bfloat16)
    file = f"model-{number + 1:05}-of-{len(groups):05}.safetensors"
    save_file(tensors, folder / file, metadata={"format": "pt"})
    index |= {name: file for name in tensors}
    total += sum(t.numel() * t.element_size() for t in tensors.values())
    print(file, flush=True)
(folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": index}))
(folder / "config.json").write_text(json.dumps({
    "architectures": ["Gemma2ForCausalLM"], "model_type": "gemma2", "head_dim": 256, "vocab_size": 256000,
    "max_position_embeddings": 8192, "sliding_window": 4096, "query_pre_attn_scalar": 256, "rms_norm_eps": 1e-6,
    "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "rope_theta": 10000.0, "tie_word_embeddings": True,
    "hidden_activation": "gelu_pytorch_tanh", "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0,
    "torch_dtype": "bfloat16", **shape,
}, indent=2))

# A tokenizer of that many pieces: the 270M's own pieces, written as a SentencePiece model.
def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


cache = pathlib.Path.home() / ".cache/gnb/models/gemma-3-270m/gemma-3-270m-Q4_K_M.gguf"
if not cache.exists():
    # Speed and memory do not depend on the tokenizer: the tiny fixture's, with words without meaning added, will do.
    tiny = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/tiny/gemma3/tokenizer.json"
    tokenizer = json.loads(tiny.read_text())
    vocabulary = tokenizer["model"]["vocab"]
    for i in range(len(vocabulary), 256000):
        vocabulary[f"word{i}"] = i
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    sys.exit()

import gguf  # noqa: E402

fields = gguf.GGUFReader(cache).fields
field = lambda name: fields["tokenizer.ggml." + name]  # noqa: E731
pieces = [bytes(field("tokens").parts[i]) for i in field("tokens").data[:256000]]
scores = [float(field("scores").parts[i][0]) for i in field("scores").data[:256000]]
kinds = [int(field("token_type").parts[i][0]) for i in field("token_type").data[:256000]]
model = bytearray()
for piece, score, token_kind in zip(pieces, scores, kinds, strict=True):
    entry = b"\x0a" + varint(len(piece)) + piece + b"\x15" + numpy.float32(score).tobytes() + b"\x18" + varint(token_kind)
    model += b"\x0a" + varint(len(entry)) + entry
(folder / "tokenizer.model").write_bytes(model)
