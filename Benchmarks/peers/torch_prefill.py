"""Prefill of Gemma 3 270M in torch + transformers, float32, logits of the last position only; prints JSON.

    python torch_prefill.py [--model FOLDER] [--tokens 352] [--repeats 3] [--threads 2]
"""

import argparse
import json
import platform
import resource
import time

import torch
import transformers

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="/root/ref/hf-270m")
parser.add_argument("--tokens", type=int, default=352)
parser.add_argument("--repeats", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--attention", default="eager", choices=["eager", "sdpa"])
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
model = transformers.AutoModelForCausalLM.from_pretrained(
    options.model, dtype=torch.float32, attn_implementation=options.attention
).eval()
ids = torch.randint(1000, 200_000, (1, options.tokens))
ids[:, 0] = 2

seconds = []
with torch.no_grad():
    model(ids[:, :16], logits_to_keep=1)  # warms caches and thread pool
    for _ in range(options.repeats):
        started = time.perf_counter()
        model(ids, logits_to_keep=1)
        seconds.append(time.perf_counter() - started)

print(json.dumps({
    "peer": f"torch {torch.__version__}, transformers {transformers.__version__}",
    "work": "prefill", "tokens": options.tokens, "threads": options.threads, "attention": options.attention,
    "seconds": seconds, "tokens_per_second": options.tokens / min(seconds),
    "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "machine": platform.machine(),
}))
