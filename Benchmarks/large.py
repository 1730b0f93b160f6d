"""Memory and speed with models of the shape of Gemma 2 2B and 9B, beside PEFT and llama.cpp; rewrites that part of docs/performance.md.

    python large.py PYTHON FOLDER [load] [step] [llama] [9b]

PYTHON is the peers' interpreter; FOLDER has room for 20 GB. All of it takes about half an hour; named parts are measured again
and the others kept.

The weights are random (make_large.py) and fetched from nowhere; speed and memory do not depend on their values.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys

python, folder = sys.argv[1], pathlib.Path(sys.argv[2])
root = pathlib.Path(__file__).resolve().parents[1]
bench, gnb = str(root / ".build/release/Bench"), str(root / ".build/release/gnb")
here = root / "Benchmarks"


def made(name, *what):
    path = folder / name
    if not (path / "tokenizer.model").exists():
        subprocess.run([python, str(here / "make_large.py"), *what, str(path)], check=True)
    return str(path)


def last_json(command):
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{command} ended with {run.returncode}:\n{run.stderr[-2000:]}")
    return json.loads(run.stdout.strip().splitlines()[-1])


def ours(model, work, *options):
    return last_json([bench, model, work, "--threads", 2, *options])


def loading():
    for precision in ["nf4", "bf16", "q8"]:
        found = ours(two, "load", "--precision", precision)
        yield f"2B, load as {precision} from bf16", "-", f"{found['seconds']:.1f} s", "-", "20 s"


def training():
    theirs = {
        dtype: last_json([python, here / "peers/peft_step.py", "--model", two, "--batch", 1, "--dtype", dtype])
        for dtype in ["float32", "bfloat16"]
    }
    for precision, limit in [("nf4", "5"), ("bf16", "9")]:
        found = ours(two, "step-response", "--precision", precision)
        for dtype, peer in theirs.items():
            yield (f"2B, LoRA step of 8 x 352, {precision}; PEFT of 1 x 352, {dtype}",
                   f"{peer['tokens_per_second']:.1f} tokens/s", f"{found['tokens_per_second']:.1f} tokens/s",
                   f"{found['tokens_per_second'] / peer['tokens_per_second']:.2f}", "5")
        peer = theirs["float32"]["peak_rss_bytes"]
        yield (f"  its peak memory, {precision}; PEFT in float32", f"{peer / 1e9:.1f} GB", f"{found['peak_memory'] / 1e9:.2f} GB",
               f"{found['peak_memory'] / peer:.2f}", f"under {limit} GB")


def running():
    gguf = folder / "random-2b-Q4_K_M.gguf"
    if not gguf.exists():
        subprocess.run([gnb, "-c", f"load model {two}\nsave model {gguf} type=q4_k_m"], check=True, capture_output=True)
    for threads in [1, 2]:
        peer = last_json([python, here / "peers/llama.py", gguf, "--threads", threads])
        for work, goal in [("prefill", "1.5"), ("decode", "-")]:
            found = last_json([bench, gguf, work, "--threads", threads])["tokens_per_second"]
            name = {"prefill": "prefill 512", "decode": "decode 64"}[work]
            yield (f"2B, {name}, Q4_K_M, {threads} thread{'s'[:threads - 1]}", f"{peer[work]:.1f} tokens/s", f"{found:.1f} tokens/s",
                   f"{found / peer[work]:.2f}", goal)


def nine():
    found = ours(made("random-9b-nf4", "9b", "nf4"), "step-response", "--batch", 2)
    yield "9B in NF4, LoRA step of 2 x 352", "-", f"{found['tokens_per_second']:.1f} tokens/s", "-", "-"
    yield "  its peak memory", "-", f"{found['peak_memory'] / 1e9:.2f} GB", "-", "under 12 GB"


# What was measured before stays, unless it is asked for again.
two = made("random-2b", "2b", "bf16")
groups = {"load": loading, "step": training, "llama": running, "9b": nine}
kept = folder / "large.json"
results = json.loads(kept.read_text()) if kept.exists() else {}
for name in sys.argv[3:] or groups:
    results[name] = []
    for cells in groups[name]():
        results[name].append(cells)
        print(" | ".join(cells), flush=True)
    kept.write_text(json.dumps(results))
rows = [cells for name in groups for cells in results.get(name, [])]

cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
table = "\n".join("| " + " | ".join(cells) + " |" for cells in rows)
text = f"""
## Gemma 2 2B and 9B

Written by `python Benchmarks/large.py PYTHON FOLDER` on {datetime.date.today()}: {os.cpu_count()} cores of {cpu}. The weights are random, in the
shapes of the real models (`Benchmarks/make_large.py`): values do not change speed or memory.

| work | peer | gnb | ratio | target |
| --- | --- | --- | --- | --- |
{table}

PEFT gets one sequence, because eight do not fit in this machine's memory. The first 84 tokens of gnb's eight sequences are equal, as in the
Alpaca prompts. Peak memory is the process's highest resident size, including mapped pages of the files.
"""
page = root / "docs/performance.md"
before = page.read_text()
threads = before.partition("\n## Threads")
page.write_text(before.partition("\n## Gemma 2 2B and 9B")[0] + text.rstrip() + "\n" + "".join(threads[1:]))
print(text)
