"""gnb on a GPU beside torch, transformers and PEFT, in one run: products, a LoRA step, evaluation, decoding of Gemma 2 2B's shape.

    python Benchmarks/gpu.py [--bench .build/release/Bench] [--folder /tmp/gnb-random-2b] [--works products,step,articles,decode,270m]

Needs torch with CUDA, transformers and peft. The weights are random; Benchmarks/make_large.py makes gnb's, in NF4. PEFT has the same shape
in float32 and in bf16: it has no 4-bit base here, so its step is that of plain LoRA. Prints lines of JSON.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser()
parser.add_argument("--bench", default=str(ROOT / ".build/release/Bench"))
parser.add_argument("--folder", default="/tmp/gnb-random-2b")
parser.add_argument("--folder-270m", default="/tmp/gnb-random-270m")
parser.add_argument("--works", default="products,step,articles,decode,270m")
parser.add_argument("--peers", default="1")
options = parser.parse_args()
works = options.works.split(",")


def bench(folder, work, *more):
    made = subprocess.run([options.bench, folder, work, "--threads", str(min(16, os.cpu_count())), *more], capture_output=True, text=True)
    print(made.stdout.strip(), flush=True)
    if made.returncode:
        print(made.stderr[-1500:], file=sys.stderr, flush=True)


def say(**facts):
    print(json.dumps(facts), flush=True)


if "products" in works:
    bench("-", "gpu-products", "--device", "cuda")
if "step" in works:
    bench(options.folder, "step-response", "--device", "cuda", "--precision", "nf4")
if "articles" in works:
    bench(options.folder, "articles", "--device", "cuda", "--precision", "nf4")
if "decode" in works:
    bench(options.folder, "decode", "--device", "cuda", "--precision", "nf4")
if "270m" in works:
    bench(options.folder_270m, "step-response", "--device", "cuda")
    subprocess.run([options.bench, options.folder_270m, "step-response", "--threads", "2"])
if options.peers != "1":
    sys.exit()

import torch  # noqa: E402

say(peer=f"torch {torch.__version__}", card=torch.cuda.get_device_name(0))
torch.manual_seed(0)
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def seconds(body, repeats=5):
    body()
    torch.cuda.synchronize()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        body()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return min(times)


if "products" in works:
    torch.backends.cuda.matmul.allow_tf32 = False
    for n, k in [(2048, 2304), (1024, 2304), (2304, 2048), (9216, 2304), (2304, 9216)]:
        for rows in [2816, 704]:
            x, w, dy = torch.randn(rows, k, device="cuda"), torch.randn(n, k, device="cuda"), torch.randn(rows, n, device="cuda")
            for transposed, body in [(0, lambda: x @ w.T), (1, lambda: dy @ w)]:
                took = seconds(lambda: [body() for _ in range(20)], 2) / 20
                say(peer="cublas float32", rows=rows, outputs=n, inputs=k, transposed=transposed, teraflops=2e-12 * rows * n * k / took)

if "step" in works or "articles" in works:
    import transformers
    from peft import LoraConfig, get_peft_model

    config = transformers.Gemma2Config(
        hidden_size=2304, intermediate_size=9216, num_hidden_layers=26, num_attention_heads=8, num_key_value_heads=4, head_dim=256,
        vocab_size=256000, attn_implementation="eager")
    for name, dtype, tf32 in [("float32", torch.float32, False), ("tf32", torch.float32, True), ("bf16", torch.bfloat16, False)]:
        torch.backends.cuda.matmul.allow_tf32 = tf32
        with torch.device("cuda"):
            torch.set_default_dtype(dtype)
            model = transformers.Gemma2ForCausalLM(config)
            torch.set_default_dtype(torch.float32)
        if "articles" in works:
            ids = torch.randint(1000, 200_000, (8, 352), device="cuda")
            with torch.no_grad():
                took = seconds(lambda: model(input_ids=ids, logits_to_keep=1))
            say(peer=f"transformers forward {name}", tokens_per_second=8 * 352 / took)
        if "step" in works:
            tuned = get_peft_model(model, LoraConfig(r=16, lora_alpha=16, target_modules=PROJECTIONS, task_type="CAUSAL_LM"))
            tuned.train()
            optimizer = torch.optim.AdamW([p for p in tuned.parameters() if p.requires_grad], lr=2e-4)
            ids = torch.randint(1000, 200_000, (8, 352), device="cuda")
            labels = ids.clone()
            labels[:, :346] = -100
            torch.cuda.reset_peak_memory_stats()

            def step():
                optimizer.zero_grad()
                tuned(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss.backward()
                torch.nn.utils.clip_grad_norm_([p for p in tuned.parameters() if p.requires_grad], 1.0)
                optimizer.step()

            took = seconds(step, 3)
            say(peer=f"peft step {name}", tokens_per_second=8 * 352 / took, memory=torch.cuda.max_memory_allocated())
            del tuned, optimizer
        del model
        torch.cuda.empty_cache()
