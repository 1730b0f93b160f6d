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
GNB = os.path.abspath(os.environ.get("GNB", ROOT / ".build/debug/gnb"))
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


INSTRUCTIONS = """---
gnb: 1
title: Check
seed: 3407
---
# Check
```gnb
load model {model}
load data {data} {options}
split train=12 validation=8 shuffle=false stratify=false
```
```gnb
prompt {prompt}
{prompts}
```
```gnb #lora
lora rank=4 alpha=8 seed=1
save adapter {adapter}
```
```gnb
evaluate {before}
train steps=5 batch=2 accumulate=2 lr=2e-2 warmup=1 shuffle=false loss_on={loss_on}
evaluate {after} as=after
compare
{ask}
```
"""


def check_instructions(
        name: str, rows: list[str], prompt: str, ask: str, loss_on: str = "response", options: str = "") -> None:
    """A table whose rows are instructions, conversations or texts with columns, through the same notebook."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder)
        data = folder / name
        data.write_text("\n".join(rows) + "\n", encoding="utf-8")
        notebook = folder / "check.gnb"
        is_labelled = name == "even.jsonl"
        notebook.write_text(INSTRUCTIONS.format(
            options=options, before="" if is_labelled else "write=0",
            after="method=generate" if is_labelled else "write=3 max_tokens=16",
            model=folder / "model", data=data, prompt=prompt, loss_on=loss_on, ask=ask, adapter=folder / "adapter",
            prompts="\n".join(f"show prompt {n}" for n in range(1, 7))))
        events = gnb_results(folder, notebook)
        subprocess.run([GNB, "export", notebook, "--to", "colab", "-o", folder / "check.ipynb"], check=True, stdout=subprocess.DEVNULL)
        os.chdir(folder)
        exported = folder / "check.ipynb"
        exported.write_text(exported.read_text().replace(str(folder / "adapter"), str(folder / "adapter-of-python")))
        # The rows in gnb's order: its draw is not the one of scikit-learn.
        split = next(e for e in events if e["event"] == "result" and e["command"].startswith("split"))
        code = exported.read_text()
        assert "train, validation = train_test_split(" in code
        order = f"by_id = {{a['id']: a for a in drawn}}; train, validation = ([by_id[i] for i in p] for p in ({split['train']}, {split['validation']}))"
        notebook_json = json.loads(code)
        for cell in notebook_json["cells"]:
            source = "".join(cell["source"])
            if "train, validation = train_test_split(" in source and cell["cell_type"] == "code":
                cell["source"] = (source + "\n" + order).splitlines(keepends=True)
        exported.write_text(json.dumps(notebook_json))
        names = run_cells(exported, folder / "adapter")
        task = next(e for e in events if e["event"] == "result" and e["command"].startswith("load data"))["task"]
        assert names["task"] == task, f"{names['task']} and {task}"
        shown = [e for e in events if e["event"] == "result" and e["command"].startswith("show prompt")]
        assert task == ("classification" if is_labelled else "instruction"), task
        several = 0
        for article, theirs in zip(names["train"], shown):
            assert names["prompt"](article) == theirs["text"], f"{names['prompt'](article)!r} and {theirs['text']!r}"
            example = names["example"](article, True)
            assert example["input_ids"] == theirs["ids"], f"ids of {article['id']}"
            learnt = [i for i, label in enumerate(example["labels"]) if label >= 0]
            assert learnt[0] == theirs["prompt_tokens"], f"{learnt[0]} and {theirs['prompt_tokens']}"
            several += learnt != list(range(learnt[0], len(theirs["ids"])))
        losses = next(e for e in events if e["event"] == "result" and e["command"].startswith("train"))["losses"]
        worst = max(abs(a - b) / b for a, b in zip(names["losses"], losses, strict=True))
        assert worst < 1e-3, f"losses {names['losses']} and {losses}"
        evaluated = [e for e in events if e["event"] == "result" and e["command"].startswith("evaluate")]
        said = f"{len(shown)} prompts to the byte, {several} with several answers to learn, {len(losses)} losses within {worst:.1e}"
        if task == "instruction":
            for theirs in evaluated:
                ours = names["evaluations"][theirs["name"]]
                assert abs(ours["loss"] - theirs["loss"]) < 1e-3 * theirs["loss"], f"{ours['loss']} and {theirs['loss']}"
                assert ours["tokens"] == theirs["tokens"] and abs(ours["right"] - theirs["tokens_right"]) < 2 / theirs["tokens"]
            written = [w["written"] for w in evaluated[-1]["written"]]
            same = sum(a == b for a, b in zip(names["evaluations"]["after"]["written"].values(), written, strict=True))
            said += (f", losses, {evaluated[-1]['tokens']} tokens and shares right of {len(evaluated)} evaluations equal, "
                     f"{same} of {len(written)} answers equal")
        else:
            wrote = [p["prediction"] for p in evaluated[-1]["predictions"]]
            same = sum(a == b for a, b in zip(names["evaluations"]["after"][1], wrote, strict=True))
            said += f", {same} of {len(wrote)} answers equal"
        print(f"{name}, {prompt[:20]!r}, loss_on={loss_on}, {task}: {said}")


def check_tables() -> None:
    butler = (ROOT / "notebooks/data/butler-rows/rows.jsonl").read_text(encoding="utf-8").split("\n")[:20]
    check_instructions("butler.jsonl", butler, "alpaca max_input_tokens=12", 'ask "Name the colour." input="the sky" max_tokens=8')
    check_instructions("butler.jsonl", butler, "gemma-chat", 'ask "Name a colour." max_tokens=8', "all")
    chats = [json.dumps({"messages": [
        *([{"role": "system", "content": f"Be brief {i}.\n"}] if i % 3 == 0 else []),
        {"role": "user", "content": f" What is {i}? "}, {"role": "assistant", "content": f"a number {i}\n"},
        *([{"role": "user", "content": "And then?"}, {"role": "assistant", "content": f"{i + 1}"}] if i % 2 else [])]})
        for i in range(20)]
    check_instructions("chats.jsonl", chats, "gemma-chat", 'ask "What is 4?" max_tokens=8')
    check_instructions("chats.jsonl", chats, "alpaca", 'ask "What is 4?" max_tokens=8')
    table = ["subject,body,answer"] + [f"s{i},text {i} {{subject}},it is {i}" for i in range(20)]
    check_instructions(
        "columns.csv", table, '"{{{{{subject}}}}} {body}: {output}"', 'ask "text 3" columns=["subject: s3"] max_tokens=8',
        options="task=instruction")
    even = [json.dumps({"instruction": f"Is {i} even?", "input": str(i), "output": ("yes", "no")[i % 2]}) for i in range(20)]
    check_instructions("even.jsonl", even, "alpaca", 'ask "Is 4 even?" input="4"')


if __name__ == "__main__":
    check_tables()
    # 40 articles in steps of 12 go over the end of a pass with steps, and end in a short step with epochs.
    for case in [(200, "true", 64, "response", "steps=$steps", 2), (200, "false", 200, "all", "epochs=1.2", 3),
                 (7, "true", 33, "all", "steps=5", 3)]:
        check(*case)
    sys.exit(0)
