"""Prefill of 512 tokens and greedy decoding of 64 in llama.cpp (llama-cpp-python), the same GGUF; prints JSON.

    python llama.py MODEL.gguf --threads 2
"""

import argparse
import json
import random
import time

import llama_cpp

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

model = llama_cpp.Llama(
    options.model, n_ctx=1024, n_batch=512, n_ubatch=512, n_threads=options.threads, n_threads_batch=options.threads,
    verbose=False,
)
random.seed(0)
prompt = [2] + [random.randint(1000, 200_000) for _ in range(511)]


def fresh():
    model.reset()
    model._ctx.kv_cache_clear()


def prefill():
    fresh()
    started = time.perf_counter()
    model.eval(prompt)
    return time.perf_counter() - started


def decode():
    fresh()
    model.eval([2])
    token = 2
    started = time.perf_counter()
    for _ in range(64):
        token = (token * 31 + 7) % 200_000
        model.eval([token])
    return time.perf_counter() - started


prefill()
decode()
print(json.dumps({
    "peer": f"llama-cpp-python {llama_cpp.__version__}", "threads": options.threads,
    "prefill": 512 / min(prefill() for _ in range(5)), "decode": 64 / min(decode() for _ in range(3)),
}))
