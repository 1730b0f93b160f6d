"""What `Benchmarks/interop/take_home` does: one classifier in gnb, in transformers with PEFT, and in llama.cpp, by the programs that stand in
docs/take-home.md and in the folder's model card; their answers to 100 texts compared."""

import contextlib
import csv
import datetime
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GNB = os.environ["GNB"]
PAGE = ROOT / "docs/take-home.md"
MARK = "<!-- From here on written by Benchmarks/interop/take_home -->\n"
HUB = "google/gemma-3-270m"
TEXTS = 100
# The model card's program computes each category by itself, which takes a while.
CARD_TEXTS = 20
STEPS = 20


def gnb(*arguments: str, stdin: str | None = None) -> str:
    done = subprocess.run([GNB, "--quiet", *arguments], capture_output=True, text=True, input=stdin)
    if done.returncode:
        sys.exit(f"{arguments}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text, re.S | re.M)


def hub_cache(home: Path, folder: Path) -> None:
    """The model as the hub's own tools keep it, so that it is found by its name without a network."""
    place = home / f"hub/models--{HUB.replace('/', '--')}"
    if place.exists():
        return
    (place / "refs").mkdir(parents=True)
    (place / "refs/main").write_text("0" * 40)
    snapshot = place / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    for file in folder.iterdir():
        (snapshot / file.name).symlink_to(file.resolve())


def main() -> None:
    start = Path.cwd()
    # KEEP=DIR keeps what was made there, and takes it if it is there already.
    with contextlib.nullcontext(os.environ["KEEP"]) if "KEEP" in os.environ else tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.mkdir(exist_ok=True)
        hub_cache(folder / "home", Path(sys.argv[1]))
        # Before transformers is imported.
        os.environ |= {"HF_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1"}
        os.chdir(folder)
        results = check()
        os.chdir(start)
    write(results)


def check() -> dict:
    with open(next((ROOT / "notebooks/data/support-messages").glob("*.csv")), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not Path("my-classifier.gguf").exists():
        gnb("-c", "load model; load data support-messages; split train=100 validation=200; prompt alpaca max_input_tokens=128; "
            f"lora; train steps={STEPS} batch=8 lr=2e-3 warmup=3; evaluate; save classifier my-classifier; save model my-classifier.gguf")
    events = gnb("--json", "-", "-c", "load data support-messages; split train=100 validation=200")
    split = next(e for e in map(json.loads, events.splitlines()) if e["event"] == "result" and e["command"].startswith("split"))
    measured = json.loads(Path("my-classifier/gnb.json").read_text(encoding="utf-8"))["classifier"]["evaluations"][-1]
    # Texts that were not trained on. Without a column of ids a row is called by its line.
    unseen = [rows[int(name.removeprefix("line-")) - 2] if name.startswith("line-") else next(r for r in rows if r.get("id") == name)
              for name in split["validation"][:TEXTS]]
    texts = [row["text"] for row in unseen]
    Path("texts.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
    ours = [json.loads(line) for line in gnb("predict", "my-classifier", "texts.jsonl", "--to", "jsonl").splitlines()]
    piped = [json.loads(line) for line in gnb("predict", "my-classifier", "-", stdin=Path("texts.jsonl").read_text(encoding="utf-8")).splitlines()]
    assert [(o["prediction"], o["probabilities"]) for o in ours] == [(p["prediction"], p["probabilities"]) for p in piped], "the pipe differs"
    answers = [o["prediction"] for o in ours]
    right = sum(a == row["category"] for a, row in zip(answers, unseen))

    assert json.loads(Path("my-classifier/adapter_config.json").read_text())["base_model_name_or_path"] == HUB
    short, llama = blocks(PAGE.read_text(encoding="utf-8"))
    card = blocks(Path("my-classifier/README.md").read_text(encoding="utf-8"))[0]

    def run(program: str, function: str, count: int = TEXTS) -> list:
        names: dict = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(program, function, "exec"), names)
        began = time.monotonic()
        results = [names[function](text) for text in texts[:count]]
        print(f"{function}: {count} texts in {time.monotonic() - began:.0f} s", flush=True)
        return results

    with_llama = run(llama, "classify")
    with_peft = run(short, "classify")
    shares = run(card, "probabilities", CARD_TEXTS)
    worst = max(abs(p[c] - o["probabilities"][c]) for p, o in zip(shares, ours) for c in p)
    result = {
        "accuracy": measured["accuracy"], "right": right, "answers": len(set(answers)),
        "peft": sum(map(str.__eq__, with_peft, answers)),
        "card": sum(max(p, key=p.get) == a for p, a in zip(shares, answers)), "worst": worst,
        "llama": sum(map(str.__eq__, with_llama, answers)), "count": len(texts),
        "llama_right": sum(a == row["category"] for a, row in zip(with_llama, unseen)),
        "closest": min(sorted(o["probabilities"].values())[-1] - sorted(o["probabilities"].values())[-2] for o in ours),
        "differ": [(t[:60], a, b, round(sorted(o["probabilities"].values())[-1], 3)) for t, a, b, o in zip(texts, answers, with_llama, ours) if a != b],
    }
    print(json.dumps(result, indent=1, ensure_ascii=False))
    return result


def write(r: dict) -> None:
    packages = ("torch", "transformers", "peft", "llama-cpp-python")
    lines = [
        "## What came of it", "",
        f"`Benchmarks/interop/take_home`, {datetime.date.today()}, " + ", ".join(f"{p} {version(p)}" for p in packages)
        + f": Gemma 3 270M, `support-messages`, {STEPS} steps, accuracy {r['accuracy']:.3f} on 200 validation messages. "
        f"{r['count']} of these messages, {r['right']} of them answered right by gnb:", "",
        "| where | answers equal to gnb's |", "| --- | --- |",
        "| `gnb predict DIR -`, through a pipe | all, with the same probabilities to the bit |",
        f"| transformers with PEFT, base found by its name on the hub, the program above | {r['peft']} of {r['count']} |",
        f"| the program of the model card | {r['card']} of {CARD_TEXTS}; probabilities within {r['worst']:.1e} |",
        f"| llama.cpp, `save model my-classifier.gguf` (BF16), grammar | {r['llama']} of {r['count']} ({r['llama_right']} right) |", "",
        "The base model was found in the hub's own cache (`HF_HOME`), without a network. gnb and the folder of the base model that transformers read have the same values: the "
        "GGUF file's, in float32.",
    ]
    page = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(page + MARK + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
