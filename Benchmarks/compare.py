"""Runs gnb and its peers one after the other, prints a table of ratios, and writes it with machine and date to docs/performance.md."""

import datetime
import json
import os
import pathlib
import pty
import select
import subprocess
import sys
import time

python, model, reference = sys.argv[1:4]
root = pathlib.Path(__file__).resolve().parents[1]
gnb, bench = str(root / ".build/release/gnb"), str(root / ".build/release/Bench")


def last_json(command):
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {run.returncode}:\n{run.stderr}")
    return json.loads(run.stdout.strip().splitlines()[-1])


def ours(work, threads, *options):
    return last_json([bench, model, work, "--threads", str(threads), *options])


def peer(script, *options):
    return last_json([python, str(root / "Benchmarks/peers" / script), *map(str, options)])


def first_prompt():
    """Seconds from the start of the process to its prompt, on a terminal."""
    started = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", GNB_HISTORY="/dev/null")
        os.execv(gnb, ["gnb"])
    text = b""
    while b"gnb[1]> " not in text:
        select.select([terminal], [], [], 5)
        text += os.read(terminal, 4096)
    seconds = time.perf_counter() - started
    os.write(terminal, b"\x04")
    os.close(terminal)
    os.waitpid(child, 0)
    return seconds


def evaluate(limit, data):
    size = 1000 if data == "livedoor" else 200
    commands = f"load model\nload data {data}\nsplit train=100 validation={size}\nprompt alpaca max_input_tokens=256\nevaluate limit={limit}"
    run = subprocess.run([gnb, "--json", "-", "--threads", "2", "-c", commands], capture_output=True, text=True)
    events = [json.loads(line) for line in run.stdout.splitlines()]
    result = [e for e in events if e["event"] == "result"]
    loading = [e for e in result if e["command"] == "load model"][0]["volatile"]["seconds"]
    last = [e for e in result if e["command"].startswith("evaluate")][0]
    return last["total"] / last["volatile"]["seconds"], loading


rows = []


def row(work, target, theirs, mine, ratio, unit):
    rows.append((work, f"{theirs} {unit}".strip(), f"{mine} {unit}".strip(), ratio, target))
    print(" | ".join(rows[-1]), flush=True)


def pair(work, target, theirs, mine, unit, digits=0):
    row(work, target, f"{theirs:.{digits}f}", f"{mine:.{digits}f}", f"{mine / theirs:.2f}", unit)


for name, response, target in [("response", 6, "5"), ("all", 351, "3")]:
    theirs = peer("peft_step.py", "--model", reference, "--response", response)
    mine = ours(f"step-{name}", 2)
    pair(f"LoRA step, loss on {name}", target, theirs["tokens_per_second"], mine["tokens_per_second"], "tokens/s")
    row(f"  its peak memory", "under 2 GB", f"{theirs['peak_rss_bytes'] / 1e9:.1f}", f"{mine['peak_memory'] / 1e9:.2f}",
        f"{mine['peak_memory'] / theirs['peak_rss_bytes']:.2f}", "GB")
for threads in [1, 2]:
    theirs = peer("llama.py", model, "--threads", threads)
    pair(f"prefill 512, {threads} thread{'s'[:threads - 1]}", "2", theirs["prefill"], ours("prefill", threads)["tokens_per_second"], "tokens/s")
    pair(f"decode 64, {threads} thread{'s'[:threads - 1]}", "1.3", theirs["decode"], ours("decode", threads)["tokens_per_second"], "tokens/s")
theirs = peer("torch_product.py", "--threads", 1)["gflops"]
roofline = []
for kernels in ["avx2", "avx512"]:
    if subprocess.run([gnb, "--set", f"kernels={kernels}", "-c", "show config"], capture_output=True).returncode != 0:
        continue
    peak, product = (ours(work, 1, "--kernels", kernels)["gflops"] for work in ("peak", "product"))
    pair(f"float32 product, {kernels}, 1 thread", "-", theirs, product, "GFLOP/s")
    roofline.append(f"{kernels}: {product:.0f} of {peak:.0f} GFLOP/s, {product / peak:.0%}")
memory = {threads: ours("memory", threads)["gigabytes_per_second"] for threads in (1, 2)}
data = "livedoor" if subprocess.run([gnb, "-c", "load data livedoor"], capture_output=True).returncode == 0 else "mini-news"
theirs = peer("generate_loop.py", reference)["articles_per_second"]
few, _ = evaluate(50, data)
most = 500 if data == "livedoor" else 200
many, loading = evaluate(most, data)
pair("evaluate, constrained, against model.generate", "5", theirs, many, "articles/s", 2)
start = min(first_prompt() for _ in range(10))
attention = ours("attention", 2)

cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
table = "\n".join(f"| {w} | {t} | {m} | {r} | {goal} |" for w, t, m, r, goal in rows)
text = f"""# Performance, side by side

Written by `make bench` on {datetime.date.today()}: {os.cpu_count()} cores of {cpu}. gnb and its peers ran one after the other, in one run. Compare the
ratios: absolute figures change with the load of the machine.

| work, Gemma 3 270M | peer | gnb | ratio | target |
| --- | --- | --- | --- | --- |
{table}

The steps are 8 x 352 tokens, r = 16 on 7 projections. The first 84 tokens of all sequences are equal, as in the Alpaca prompts. They count in each
sequence, but gnb computes them once in each pass. The peers are PEFT in float32 (torch, transformers) for the steps, llama.cpp on the same
GGUF for prefill and decode, and torch for the product. gnb's figures are float32 arithmetic, not int8.

**Roofline.** Fused multiply-add in registers, one thread: {"; ".join(roofline)}. Memory: {memory[1]:.0f} GB/s on one thread, {memory[2]:.0f} on
two. Prefill needs 0.2 GFLOP for each token; decode reads 0.30 GB for each token.

**Start.** Time to the first prompt {start * 1e3:.0f} ms (target 50), `load model` {loading:.2f} s (target 0.7).

**Scaling.** evaluate: {few:.1f} articles/s over 50 articles, {many:.1f} over {most}. Prefill, microseconds for each token:
{", ".join(f"{attention[f'microseconds_a_token_of_{n}']:.0f} at {n} tokens" for n in (512, 1024, 2048, 4096))}. 15 of 18 layers have a window of 512; the cost
of the other three grows with the square.
"""
page = root / "docs/performance.md"
# What large.py wrote stays.
large = page.read_text().partition("\n## Gemma 2 2B and 9B")
page.write_text(text + "".join(large[1:]))
print("\n" + text)
