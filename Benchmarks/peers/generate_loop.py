"""What the Colab does to evaluate: model.generate for one article after the other, greedy, 5 new tokens; prints JSON.

    python generate_loop.py MODEL_FOLDER [--tokens 340] [--articles 6] [--threads 2]
"""

import argparse
import json
import time

import torch
import transformers

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--tokens", type=int, default=340)
parser.add_argument("--articles", type=int, default=6)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
model = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32).eval()
seconds = []
with torch.no_grad():
    for _ in range(options.articles + 1):
        ids = torch.randint(1000, 200_000, (1, options.tokens))
        started = time.perf_counter()
        model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=5, min_new_tokens=5, do_sample=False, pad_token_id=0
        )
        seconds.append(time.perf_counter() - started)
seconds = seconds[1:]
print(json.dumps({
    "peer": f"torch {torch.__version__}, transformers {transformers.__version__}", "threads": options.threads,
    "articles_per_second": len(seconds) / sum(seconds),
}))
