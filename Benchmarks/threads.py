"""How the engine scales with threads, on a random model in the true shape of Gemma 3 270M: no model file is needed.

    python Benchmarks/threads.py [--bench .build/release/Bench] [--threads 1,2,4,8,16] [--folder /tmp/gnb-random-270m] [--peft] [--works WORK,...]

Needs torch and safetensors; --peft also transformers and peft, and runs their step with the largest number of threads.
Prints a line for each work and number of threads, then a table of the ratios.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import torch
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
HIDDEN, MIDDLE, LAYERS, HEADS, DIM, VOCABULARY = 640, 2048, 18, 4, 256, 262144


def make(folder):
    """The shapes, names and types of google/gemma-3-270m; the tokenizer is the tiny fixture's, with words without meaning added."""
    if (folder / "model.safetensors").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(1)

    def weight(*dims):
        return (torch.randn(dims, generator=generator) * 0.02).bfloat16()

    tensors = {"model.embed_tokens.weight": weight(VOCABULARY, HIDDEN), "model.norm.weight": torch.zeros(HIDDEN).bfloat16()}
    for i in range(LAYERS):
        prefix = f"model.layers.{i}."
        for name, rows, columns in [
            ("self_attn.q_proj", HEADS * DIM, HIDDEN), ("self_attn.k_proj", DIM, HIDDEN), ("self_attn.v_proj", DIM, HIDDEN),
            ("self_attn.o_proj", HIDDEN, HEADS * DIM), ("mlp.gate_proj", MIDDLE, HIDDEN), ("mlp.up_proj", MIDDLE, HIDDEN),
            ("mlp.down_proj", HIDDEN, MIDDLE),
        ]:
            tensors[f"{prefix}{name}.weight"] = weight(rows, columns)
        for name in ["input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"]:
            tensors[f"{prefix}{name}.weight"] = torch.zeros(HIDDEN).bfloat16()
        for name in ["q_norm", "k_norm"]:
            tensors[f"{prefix}self_attn.{name}.weight"] = torch.zeros(DIM).bfloat16()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    tiny = ROOT / "Tests/Fixtures/tiny/gemma3"
    config = json.loads((tiny / "config.json").read_text())
    config |= {
        "hidden_size": HIDDEN, "intermediate_size": MIDDLE, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": 1, "head_dim": DIM, "query_pre_attn_scalar": DIM, "vocab_size": VOCABULARY,
        "sliding_window": 512, "max_position_embeddings": 32768, "dtype": "bfloat16",
        "layer_types": ["full_attention" if i % 6 == 5 else "sliding_attention" for i in range(LAYERS)],
    }
    (folder / "config.json").write_text(json.dumps(config))
    tokenizer = json.loads((tiny / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    for i in range(len(vocabulary), VOCABULARY):
        vocabulary[f"word{i}"] = i
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))


def run(command, **environment):
    made = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    if made.returncode != 0:
        print(made.stderr[-2000:], file=sys.stderr, flush=True)
        return None
    line = made.stdout.strip().splitlines()[-1]
    print(line, flush=True)
    return json.loads(line)


parser = argparse.ArgumentParser()
parser.add_argument("--bench", default=str(ROOT / ".build/release/Bench"))
parser.add_argument("--threads", default=None)
parser.add_argument("--folder", default="/tmp/gnb-random-270m")
parser.add_argument("--works", default="product,step-response,prefill,decode")
parser.add_argument("--peft", action="store_true")
options = parser.parse_args()

folder = pathlib.Path(options.folder)
make(folder)
cores = len(os.sched_getaffinity(0))
threads = [int(n) for n in options.threads.split(",")] if options.threads else [n for n in (1, 2, 4, 8, 16, 32) if n <= cores]
table = {}
for work in options.works.split(","):
    for number in threads:
        found = run([options.bench, str(folder), work, "--threads", str(number), "--precision", "q8"])
        if found:
            table.setdefault(work, {})[number] = found.get("tokens_per_second") or found["gflops"]
if options.peft:
    found = run(
        [sys.executable, str(ROOT / "Benchmarks/peers/peft_step.py"), "--model", options.folder, "--steps", "3",
         "--threads", str(threads[-1])])
    if found and "step-response" in table:
        table["step-response"]["PEFT"] = found["tokens_per_second"]

print(f"\n| work, speed with threads | {' | '.join(map(str, threads))} | {threads[-1]} against {threads[0]} | against PEFT |")
print("| --- " * (len(threads) + 3) + "|")
for work, speeds in table.items():
    numbers = " | ".join(f"{speeds[n]:.0f}" if n in speeds else "" for n in threads)
    ratio = speeds[threads[-1]] / speeds[threads[0]] if threads[0] in speeds and threads[-1] in speeds else 0
    peer = f"{speeds[threads[-1]] / speeds['PEFT']:.2f}" if "PEFT" in speeds else ""
    print(f"| {work} | {numbers} | {ratio:.2f} | {peer} |")
