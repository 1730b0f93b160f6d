"""One LoRA training step of torch + transformers + PEFT on a Gemma model, as BASELINES.md measures it; prints JSON.

    python peft_step.py [--model FOLDER] [--batch 8] [--tokens 352] [--response 6] [--rank 16] [--steps 1] [--threads 2] [--dtype float32]

The folder comes from Tests/Fixtures/reference/load_270m.py. Loss on the response only, float32, no checkpointing.
"""

import argparse
import json
import platform
import resource
import time

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model

PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="/root/ref/hf-270m")
parser.add_argument("--batch", type=int, default=8)
parser.add_argument("--tokens", type=int, default=352)
parser.add_argument("--response", type=int, default=6, help="target tokens at the end of each sequence")
parser.add_argument("--rank", type=int, default=16)
parser.add_argument("--steps", type=int, default=1)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
parser.add_argument("--attention", default="eager", choices=["eager", "sdpa"])
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
model = transformers.AutoModelForCausalLM.from_pretrained(
    options.model, dtype=getattr(torch, options.dtype), attn_implementation=options.attention
)
model = get_peft_model(
    model,
    LoraConfig(
        r=options.rank, lora_alpha=options.rank, lora_dropout=0.0, target_modules=PROJECTIONS, task_type="CAUSAL_LM"
    ),
)
model.train()
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=2e-4)
ids = torch.randint(1000, 200_000, (options.batch, options.tokens))
ids[:, 0] = 2
labels = ids.clone()
labels[:, : options.tokens - options.response] = -100

seconds, losses = [], []
for _ in range(options.steps):
    started = time.perf_counter()
    optimizer.zero_grad()
    loss = model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_((p for p in model.parameters() if p.requires_grad), 1.0)
    optimizer.step()
    seconds.append(time.perf_counter() - started)
    losses.append(loss.item())

best = min(seconds)
print(json.dumps({
    "peer": f"torch {torch.__version__}, transformers {transformers.__version__}, peft {peft.__version__}",
    "work": "lora_step", "dtype": options.dtype, "batch": options.batch, "tokens": options.tokens, "rank": options.rank,
    "threads": options.threads, "attention": options.attention, "steps": options.steps, "seconds": seconds,
    "tokens_per_second": options.batch * options.tokens / best, "losses": losses,
    "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "machine": platform.machine(),
}))
