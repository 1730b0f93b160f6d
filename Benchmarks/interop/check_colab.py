"""Runs a notebook written by `gnb export --to colab` on a tiny model, and compares it with what gnb itself tells.

    swift build && PYTHON Benchmarks/interop/check_colab.py      (PYTHON with torch, transformers, PEFT and scikit-learn)

Without a GPU the notebook takes plain transformers and PEFT, so this checks its data, split, prompts, training and answers,
but not Unsloth and TRL. Both sides begin from the same adapter and take the articles in order, so their losses must agree.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GNB = os.environ.get("GNB", str(ROOT / ".build/debug/gnb"))
PROMPTS = [1, 2, 7]

NOTEBOOK = """---
gnb: 1
title: Check
seed: 3407
---
# Check
```gnb
let steps = 4
load model {model}
load data {data}
split train=40 validation=60 seed={seed} method=sklearn licence_files={licences}
```
```gnb
prompt alpaca max_input_tokens={cut}
{prompts}
```
```gnb #lora
lora rank=4 alpha=8 seed=1
save adapter {adapter}
```
```gnb
train {length} batch={batch} accumulate=4 lr=2e-2 warmup=1 shuffle=false loss_on={loss_on}
evaluate limit=6 method=generate as=after
report
baseline
ask "短い文です。"
save classifier {classifier}
predict {texts} to={answers}
```
```gnb
load classifier {classifier}
predict {texts} to={answers}
```
"""


def prepare(folder: Path) -> None:
    """The tiny Gemma 2 with its tokenizer as transformers wants it, and a corpus with licences and a duplicate."""
    tiny = ROOT / "Tests/Fixtures/tiny"
    shutil.copytree(tiny / "gemma2", folder / "model")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny / "tokenizer" / name, folder / "model" / name)
    config = json.loads((folder / "model/config.json").read_text())
    config["max_position_embeddings"] = 8192  # articles are long in 320 pieces; no weight depends on it
    (folder / "model/config.json").write_text(json.dumps(config))
    shutil.copytree(ROOT / "notebooks/data/mini-news/text", folder / "data/text")
    for category in (folder / "data/text").iterdir():
        (category / "LICENSE.txt").write_text("words\n")
        first = sorted(category.glob("*-*.txt"))[0]
        shutil.copy(first, category / first.name.replace(".txt", "0.txt"))


def gnb_results(folder: Path, notebook: Path) -> list[dict]:
    subprocess.run([GNB, "run", notebook, "--json", folder / "events.jsonl", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def run_cells(exported: Path, adapter: Path) -> dict:
    """Executes the code cells in one namespace. After the adapter is made it gets gnb's first weights."""
    import nbformat
    from peft import load_peft_weights, set_peft_model_state_dict

    notebook = nbformat.read(exported, as_version=4)
    nbformat.validate(notebook)
    names: dict = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or "%pip" in cell.source:
            continue
        exec(compile(cell.source, cell.id, "exec"), names)  # a cell at a time, as Jupyter does
        if "get_peft_model" in cell.source:
            set_peft_model_state_dict(names["model"], load_peft_weights(str(adapter), device="cpu"))
    return names


def check(seed: int, licences: str, cut: int, loss_on: str, length: str, batch: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder)
        notebook = folder / "check.gnb"
        notebook.write_text(NOTEBOOK.format(
            model=folder / "model", data=folder / "data", seed=seed, licences=licences, cut=cut, loss_on=loss_on, length=length,
            batch=batch, adapter=folder / "adapter", classifier=folder / "classifier", texts=folder / "texts.csv",
            answers=folder / "answers.csv", prompts="\n".join(f"show prompt {n}" for n in PROMPTS)))
        (folder / "texts.csv").write_bytes("件名;本文\r\n一;短い文です。\r\n二;映画を見た\r\n".encode("cp932"))
        events = gnb_results(folder, notebook)
        subprocess.run([GNB, "export", notebook, "--to", "colab", "-o", folder / "check.ipynb"], check=True, stdout=subprocess.DEVNULL)
        os.chdir(folder)
        # `save adapter` comes before training in the gnb notebook; Python's own goes elsewhere.
        exported = folder / "check.ipynb"
        text = exported.read_text()
        for name in ("adapter", "answers.csv"):
            text = text.replace(str(folder / name), str(folder / f"python-{name}"))
        # Python saves its classifier elsewhere, and loads the one that gnb saved.
        text = text.replace(f'save_classifier(\\"{folder}/classifier', f'save_classifier(\\"{folder}/python-classifier')
        exported.write_text(text)
        names = run_cells(exported, folder / "adapter")

        def results(verb: str) -> list[dict]:
            return [e for e in events if e["event"] == "result" and e["command"].startswith(verb)]

        # gnb's hash of the data set: categories, names and texts, to the byte.
        kept = [a for a in names["articles"] if a["text"] is not None]
        joined = "".join(f"{a['category']}\0{a['id']}\0{a['text']}\0" for a in kept)
        assert hashlib.sha256(joined.encode()).hexdigest() == results("load data")[0]["sha256"], "articles"
        split = results("split")[0]
        assert [a["id"] for a in names["train"]] == split["train"], "train"
        assert [a["id"] for a in names["validation"]] == split["validation"], "validation"
        shown = results("show prompt")
        for number, theirs in zip(PROMPTS, shown):
            article = names["train"][number - 1]
            assert names["prompt"](article["text"]) == theirs["text"], f"prompt {number}"
            assert names["example"](article, True)["input_ids"] == theirs["ids"], f"ids of prompt {number}"
        losses = results("train")[0]["losses"]
        worst = max(abs(a - b) / b for a, b in zip(names["losses"], losses, strict=True))
        assert worst < 1e-3, f"losses {names['losses']} and {losses}"
        notes = [json.loads((folder / f"{n}classifier/gnb.json").read_text())["classifier"] for n in ("", "python-")]
        for key in ("template", "instruction", "max_input_tokens", "end_token"):
            assert notes[0]["prompt"].get(key) == notes[1]["prompt"][key], key
        tables = [[line.split(",") for line in (folder / n).read_text().splitlines()] for n in ("answers.csv", "python-answers.csv")]
        shares = [[list(map(float, row[2:2 + len(notes[0]["categories"])])) for row in table[1:]] for table in tables]
        assert [row[:2] for row in tables[0]] == [row[:2] for row in tables[1]], tables
        predicted = max(abs(a - b) for x, y in zip(*shares, strict=True) for a, b in zip(x, y, strict=True))
        assert predicted < 1e-4, f"probabilities {shares}"
        assert losses[-1] < losses[0] and names["losses"][-1] < names["losses"][0], "the loss does not fall"
        predictions = [p["prediction"] for p in results("evaluate")[0]["predictions"]]
        same = sum(a == b for a, b in zip(names["evaluations"]["after"][1], predictions, strict=True))
        right = {n: sum(map(str.__eq__, *e)) / len(e[0]) for n, e in names["evaluations"].items()}
        simple = {n: a for n, a in results("baseline")[0].items() if n in ("majority", "tf-idf", "tf-idf cut")}
        assert len(simple) == 3 and all(abs(right[n] - a) < 1e-9 for n, a in simple.items()), f"{right} and {simple}"
        print(f"seed {seed}, licence_files={licences}, cut {cut}, loss_on={loss_on}, {length}, batch {batch}: "
              f"split {len(split['train'])} and "
              f"{len(split['validation'])}, {len(shown)} prompts to the byte, {len(losses)} losses within {worst:.1e} "
              f"({losses[0]:.4f} to {losses[-1]:.4f}), {same} of {len(predictions)} answers equal, "
              f"a loaded classifier's probabilities within {predicted:.1e}")


if __name__ == "__main__":
    # 40 articles in steps of 12 go over the end of a pass with steps, and end in a short step with epochs.
    for case in [(200, "true", 64, "response", "steps=$steps", 2), (200, "false", 200, "all", "epochs=1.2", 3),
                 (7, "true", 33, "all", "steps=5", 3)]:
        check(*case)
    sys.exit(0)
