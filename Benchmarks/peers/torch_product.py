"""torch's float32 matrix product at the 270M's shapes, 960 rows; prints JSON.    python torch_product.py --threads 1"""

import argparse
import json
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()
torch.set_num_threads(options.threads)
operations = spent = 0.0
for n, k, count in [(1024, 640, 1), (256, 640, 2), (640, 1024, 1), (2048, 640, 2), (640, 2048, 1)]:
    a, b = torch.zeros(960, k), torch.zeros(n, k)
    torch.nn.functional.linear(a, b)
    best = 1e9
    for _ in range(10):
        started = time.perf_counter()
        torch.nn.functional.linear(a, b)
        best = min(best, time.perf_counter() - started)
    spent += count * best
    operations += count * 2 * 960 * n * k
print(json.dumps({"peer": f"torch {torch.__version__}", "threads": options.threads, "gflops": operations / spent * 1e-9}))
