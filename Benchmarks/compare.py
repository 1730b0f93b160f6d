"""Runs gnb and PEFT one after the other, prints the table, and writes it with machine and date to docs/performance.md."""

import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

gnb, python, reference = sys.argv[1:4]
root = pathlib.Path(__file__).resolve().parents[1]


def peak_memory(process):
    """Highest resident size of a child while it runs, in bytes."""
    peak = 0
    while process.poll() is None:
        try:
            for line in open(f"/proc/{process.pid}/status"):
                if line.startswith("VmHWM"):
                    peak = max(peak, int(line.split()[1]) * 1024)
        except FileNotFoundError:
            break
        time.sleep(0.2)
    return peak


steps = 5
data = "livedoor" if subprocess.run([gnb, "-c", "load data livedoor"], capture_output=True).returncode == 0 else "mini-news"
commands = f"""load model
load data {data}
split train=40 validation=8
prompt alpaca max_input_tokens=262
lora
train steps={steps} batch=8
"""
ours = subprocess.Popen([gnb, "--json", "-", "--threads", "2", "-c", commands], stdout=subprocess.PIPE, text=True)
lines = []
memory = [0]
import threading

watch = threading.Thread(target=lambda: memory.__setitem__(0, peak_memory(ours)))
watch.start()
for line in ours.stdout:
    lines.append(json.loads(line))
watch.join()
result = [e for e in lines if e["event"] == "result" and e["command"].startswith("train")][0]
tokens, seconds = result["tokens"], result["volatile"]["seconds"]

peer = json.loads(
    subprocess.run(
        [python, str(root / "Benchmarks/peers/peft_step.py"), "--model", reference], capture_output=True, text=True, check=True
    ).stdout
)
theirs = peer["tokens_per_second"]
peer_memory = peer.get("peak_rss_bytes", peer.get("peak_rss", 0))
rate = tokens / seconds
cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
text = f"""# Performance, side by side

Written by `make bench` on {datetime.date.today()}, {os.cpu_count()} cores of {cpu}, 2 threads. Both ran one after the other, in one run.

| LoRA step, 270M, r=16, 7 projections, 8 sequences, response loss | tokens/s | peak memory |
| --- | --- | --- |
| PEFT, float32, 8 x 352 random tokens, one step | {theirs:.0f} | {peer_memory / 1e9:.1f} GB |
| gnb, {data}, 8 x about {tokens / steps / 8:.0f} tokens, {steps} steps | {rate:.0f} | {memory[0] / 1e9:.1f} GB |
| ratio | {rate / theirs:.1f} | {memory[0] / max(peer_memory, 1):.2f} |

Tokens are those of the sequences: the Alpaca prefix that they share counts in each, though gnb computes it once a step.
"""
print(text)
(root / "docs/performance.md").write_text(text)
