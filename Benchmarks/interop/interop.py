"""What `Benchmarks/interop/run` does: compares gnb with transformers, PEFT and llama.cpp on files that one of them wrote."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
from llama_cpp import Llama
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).resolve().parents[2]
GNB = os.environ["GNB"]
TINY = ROOT / "Tests/Fixtures/tiny"
TOKENS = 32
PROMPTS = [
    "The capital of Japan is",
    "吾輩は猫である。名前は",
    "### Instruction:\nName the category of the article.\n\n### Input:\nThe match ended two to one.\n\n### Response:\n",
]
ROWS: list[tuple[str, str, str]] = []


def row(model: str, what: str, result: str) -> None:
    ROWS.append((model, what, result))
    print(f"{model:20} {what:75} {result}", flush=True)


def gnb(*commands: str) -> list[dict]:
    """The events of a session."""
    done = subprocess.run([GNB, "--quiet", "--json", "-", "-c", "\n".join(commands)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{commands}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def answers(*setup: str, greedy: bool = True) -> tuple[list[dict], list[list[int]]]:
    """What gnb gives after `setup`: a score of each prompt, and the ids it goes on with."""
    asked = [f"score {json.dumps(p, ensure_ascii=False)}" for p in PROMPTS]
    if greedy:
        asked += [f"generate {json.dumps(p, ensure_ascii=False)} max_tokens={TOKENS}" for p in PROMPTS]
    results = [e for e in gnb(*setup, *asked) if e["event"] == "result"]
    scores = [e for e in results if "logprobs" in e]
    return scores, [e["ids"] for e in results if "text" in e]


def error(ours: list[float], theirs: list[float]) -> float:
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) / max(map(abs, theirs))


def agreement(continuations: list[list[int]], theirs) -> str:
    """How many tokens are equal before the first that differs, for each prompt."""
    counts = []
    for prompt, ours in enumerate(continuations):
        other = theirs(prompt, len(ours))
        equal = next((i for i, (a, b) in enumerate(zip(ours, other)) if a != b), len(ours))
        counts.append(f"{equal} of {len(ours)}")
    return ", ".join(counts)


def hugging_face(model, scores: list[dict], continuations: list[list[int]]) -> str:
    def logprobs(ids: list[int]) -> list[float]:
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids])).logits[0].double()
        return torch.log_softmax(logits, -1)[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].tolist()

    def greedy(prompt: int, count: int) -> list[int]:
        ids = torch.tensor([scores[prompt]["ids"]])
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=max(count, 1))
        return out[0, ids.shape[1] :].tolist()

    worst = max(error(s["logprobs"], logprobs(s["ids"])) for s in scores)
    return f"log-probabilities within {worst:.1e} relative; greedy tokens equal: {agreement(continuations, greedy)}"


def llama(path: Path, scores: list[dict], continuations: list[list[int]], **options) -> str:
    model = Llama(str(path), n_ctx=256, logits_all=True, verbose=False, n_threads=2, **options)
    same = all(model.tokenize(p.encode(), add_bos=True, special=False) == s["ids"] for p, s in zip(PROMPTS, scores))
    worst = 0.0
    for s in scores:
        ids = s["ids"]
        model.reset()
        model.eval(ids)
        logits = torch.from_numpy(model.scores[: len(ids)].copy()).double()
        theirs = torch.log_softmax(logits, -1)[torch.arange(len(ids) - 1), torch.tensor(ids[1:])].tolist()
        worst = max(worst, error(s["logprobs"], theirs))

    def greedy(prompt: int, count: int) -> list[int]:
        model.reset()
        out = []
        for token in model.generate(scores[prompt]["ids"], temp=0.0, top_k=1, repeat_penalty=1.0):
            out.append(token)
            if len(out) >= count:
                break
        return out

    return (
        f"ids {'equal' if same else 'DIFFERENT'}; log-probabilities within {worst:.1e} relative; greedy tokens equal: "
        + agreement(continuations, greedy)
    )


def reference(path: Path):
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()


def tokenizer_row(name: str, folder: Path, scores: list[dict]) -> None:
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except (ImportError, ValueError) as problem:
        return row(name, "tokenizer of that folder -> transformers", f"NOT LOADED: {str(problem).splitlines()[0][:80]}")
    def ids(text: str) -> list[int]:
        return [2] + tokenizer(text, add_special_tokens=False).input_ids
    same = all(ids(p) == s["ids"] for p, s in zip(PROMPTS, scores))
    row(name, "tokenizer of that folder -> transformers", "ids equal" if same else "ids DIFFERENT")


def check_tiny(folder: Path) -> None:
    base = TINY / "gemma2"
    for path in [base / "adapter", *sorted(TINY.glob("adapters/*/adapter"))]:
        kind = "lora" if path.parent == base else path.parent.name
        setup = f"load model {base}", f"load adapter {path}"
        try:
            model = PeftModel.from_pretrained(reference(base), path)
            result = hugging_face(model, *answers(*setup))
        except RuntimeError as problem:
            # PEFT sorts its patterns when it saves them, and the first that matches counts.
            result = "PEFT cannot load its own file again: " + str(problem).splitlines()[1].strip().split(":")[0]
        row("tiny Gemma 2", f"adapter of PEFT ({kind}) -> gnb", result)
        ours = folder / f"tiny-{kind}"
        gnb(*setup, f"save adapter {ours}")
        model = PeftModel.from_pretrained(reference(base), ours)
        row("tiny Gemma 2", f"the same, saved by gnb -> PEFT ({kind})", hugging_face(model, *answers(*setup)))
        merged = folder / f"tiny-{kind}-merged"
        gnb(*setup, f"save model {merged} type=f32")
        row("tiny Gemma 2", f"save model F32 with it ({kind}) -> transformers", hugging_face(reference(merged), *answers(*setup)))
    # llama.cpp derives the scale of the scores: that gnb's files make up for this model's own shows here.
    plain, lora = folder / "tiny.gguf", folder / "tiny-lora.gguf"
    setup = f"load model {base}", f"load adapter {base}/adapter"
    gnb(*setup, f"save adapter {lora}", f"load model {base}", f"save model {plain} type=f32")
    row("tiny Gemma 2", "save model GGUF F32 -> llama.cpp", llama(plain, *answers(f"load model {base}")))
    row("tiny Gemma 2", "adapter as GGUF over the base as GGUF F32 -> llama.cpp", llama(plain, *answers(*setup), lora_path=str(lora)))


def check_270m(folder: Path, hub: Path) -> None:
    adapter, name = folder / "adapter", "Gemma 3 270M"
    load = "load model gemma-3-270m"
    gnb(
        load, "load data mini-news", "split train=24 validation=20", "prompt alpaca max_input_tokens=64",
        # Gently: an adapter that has learnt to answer in a word would leave nothing to compare.
        "lora rank=8 alpha=16 rslora=true", "train steps=4 batch=4 lr=1e-4 warmup=1 loss_on=all",
        f"save adapter {adapter}", f"save adapter {adapter}.gguf",
    )
    tuned = load, f"load adapter {adapter}"
    ours = answers(*tuned)
    row(name, "adapter trained by gnb (rank 8, rsLoRA) -> PEFT", hugging_face(PeftModel.from_pretrained(reference(hub), adapter), *ours))
    for kind in ("f32", "bf16"):
        saved = folder / kind
        gnb(*tuned, f"save model {saved} type={kind}")
        here = ours if kind == "f32" else answers(f"load model {saved}")
        row(name, f"save model {kind.upper()} from GGUF, adapter folded in -> transformers", hugging_face(reference(saved), *here))
        if kind == "f32":
            tokenizer_row(name, saved, ours[0])
    for kind in ("f16", "bf16", "q8_0", "q4_k_m"):
        path = folder / f"{kind}.gguf"
        gnb(*tuned, f"save model {path} type={kind}")
        row(name, f"save model GGUF {kind.upper()}, adapter folded in -> llama.cpp, gnb on the same file", llama(path, *answers(f"load model {path}")))
        path.unlink()
    # How far llama.cpp and gnb are apart on a file that others made.
    published = hub.parent / "models/gemma-3-270m/gemma-3-270m-Q4_K_M.gguf"
    what = "control: the published Q4_K_M file, not written by gnb -> llama.cpp, gnb"
    row(name, what, llama(published, *answers(f"load model {published}")))
    plain = folder / "base.gguf"
    gnb(load, f"save model {plain} type=f32")
    row(name, "adapter as GGUF over the base as GGUF F32 -> llama.cpp, gnb with both", llama(plain, *ours, lora_path=f"{adapter}.gguf"))


def main() -> None:
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as name:
        check_tiny(Path(name))
        check_270m(Path(name), Path(sys.argv[1]))
    write()


def write() -> None:
    packages = ("torch", "transformers", "peft", "llama-cpp-python")
    lines = [
        "# Files between gnb and others",
        "",
        "Written by `Benchmarks/interop/run`, by hand: " + f"{datetime.date.today()}, "
        + ", ".join(f"{p} {version(p)}" for p in packages) + ".",
        "",
        "Log-probabilities of three prompts: the largest difference from the other program, divided by its largest magnitude. It computes in float32",
        f"with eager attention. Greedy tokens: for each prompt, the number of equal tokens before the first difference, of at most {TOKENS}. llama.cpp rounds",
        "activations to 8 bits before products with quantised weights, and to 16 bits with F16 and BF16; it keeps keys and values in 16 bits. gnb",
        "computes in float32. So the two differ, on the published file (control) as well as on gnb's files; their texts differ if two tokens are nearly equally likely.",
        "",
        "| model | what | result |",
        "| --- | --- | --- |",
        *(f"| {' | '.join(r)} |" for r in ROWS),
    ]
    (ROOT / "docs/interop.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
