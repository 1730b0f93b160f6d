"""Instructions and conversations as PEFT learns them: the tokens, which of them are learnt, ten steps of transformers' Trainer, and
what the trained model then writes.

    python Tests/Fixtures/instructions/make.py      (torch, transformers, peft, accelerate)

The rows are those of notebooks/data/butler-rows, and the conversations of chats.jsonl beside this script. The prompts are Stanford
Alpaca's two, and the chat template that Gemma's instruction-tuned models come with, by `apply_chat_template`.
"""

import json
import logging
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent / "reference"))
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch
from lora import number, write_json
from peft import PeftModel
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, Trainer, TrainingArguments
from transformers.utils import logging as words

words.set_verbosity_error()
logging.disable(logging.WARNING)
words.disable_progress_bar()

TINY = HERE.parent / "tiny"
BOS, EOS, TURN, END = 2, 1, 5, 6
PENALTY = 8.0
WITH_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n")
WITHOUT_INPUT = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Response:\n")
# As in the tokenizer_config.json of gemma-3-*-it, for texts.
CHAT = (
    "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}{%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}"
    "{%- set loop_messages = messages[1:] -%}{%- else -%}{%- set first_user_prefix = '' -%}{%- set loop_messages = messages -%}"
    "{%- endif -%}{%- for message in loop_messages -%}"
    "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}{{ raise_exception('roles must alternate') }}{%- endif -%}"
    "{%- if (message['role'] == 'assistant') -%}{%- set role = 'model' -%}{%- else -%}{%- set role = message['role'] -%}{%- endif -%}"
    "{{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else '') }}{{ message['content'] | trim }}"
    "{{ '<end_of_turn>\n' }}{%- endfor -%}{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}")

tokenizer = PreTrainedTokenizerFast(
    tokenizer_file=str(TINY / "tokenizer/tokenizer.json"), bos_token="<bos>", eos_token="<eos>", pad_token="<pad>")
tokenizer.chat_template = CHAT


def encode(text: str) -> list[int]:
    """The words of special tokens in a text are text."""
    tokenizer.backend_tokenizer.encode_special_tokens = True
    return tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids


def alpaca(row: dict) -> dict:
    prompt = [BOS] + encode((WITH_INPUT if row["input"] else WITHOUT_INPUT).format(**row))
    answer = encode(row["output"]) + [EOS]
    return {"input_ids": prompt + answer, "labels": [-100] * len(prompt) + answer, "prompt": prompt}


def messages(row: dict) -> list[dict]:
    names = {"human": "user", "gpt": "assistant"}
    turns = row.get("messages") or [{"role": names[t["from"]], "content": t["value"]} for t in row["conversations"]]
    while turns[-1]["role"] != "assistant":
        turns = turns[:-1]
    return turns


def chat(row: dict) -> dict:
    """Words that look like special tokens are kept apart by a stand-in: apply_chat_template cannot tell them from its own."""
    turns = [{**t, "content": t["content"].replace("<end_of_turn>", "\ue000")} for t in messages(row)]
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    tokenizer.backend_tokenizer.encode_special_tokens = False
    if "\ue000" not in text:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    else:
        ids, (first, second) = [], text.split("\ue000")
        # The words are written with the pieces around them: between the special tokens before and after.
        start, end = first.rindex("user\n"), len(first) + 1 + second.index("<end_of_turn>")
        ids = tokenizer(text[:start], add_special_tokens=False)["input_ids"]
        ids += encode(text[start:end].replace("\ue000", "<end_of_turn>"))
        tokenizer.backend_tokenizer.encode_special_tokens = False
        ids += tokenizer(text[end:], add_special_tokens=False)["input_ids"]
    while ids[-1] != END:
        ids.pop()  # the line end after the last turn
    labels, model = [-100] * len(ids), encode("model\n")
    begin = None
    for i, token in enumerate(ids):
        if token == TURN and ids[i + 1:i + 1 + len(model)] == model:
            begin = i + 1 + len(model)
        if begin is not None and i >= begin:
            labels[i] = token
            if token == END:
                begin = None
    last = max(i for i, token in enumerate(ids) if token == TURN)
    return {"input_ids": ids, "labels": labels, "prompt": ids[:last + 1 + len(model)]}


class InOrder(Trainer):
    def _get_train_sampler(self, *_):
        count = self.args.max_steps * self.args.per_device_train_batch_size
        return [i % len(self.train_dataset) for i in range(count)]


def padded(features: list[dict]) -> dict:
    """Padding out of sight and out of the loss."""
    longest = max(len(f["input_ids"]) for f in features)
    fill = {"input_ids": 0, "attention_mask": 0, "labels": -100}
    return {k: torch.tensor([f[k] + [v] * (longest - len(f[k])) for f in features]) for k, v in fill.items()}


def run(name: str, examples: list[dict], held_out: list[dict], batch: int) -> dict:
    base = AutoModelForCausalLM.from_pretrained(TINY / name, dtype=torch.float32, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, TINY / name / "adapter", is_trainable=True)
    with tempfile.TemporaryDirectory() as folder:
        trainer = InOrder(
            model=model, data_collator=padded,
            train_dataset=[{"input_ids": e["input_ids"], "attention_mask": [1] * len(e["input_ids"]), "labels": e["labels"]}
                           for e in examples],
            args=TrainingArguments(
                output_dir=folder, per_device_train_batch_size=batch, max_steps=10, learning_rate=1e-2, warmup_steps=1,
                weight_decay=0.01, max_grad_norm=1.0, lr_scheduler_type="linear", optim="adamw_torch", logging_steps=1,
                save_strategy="no", report_to="none", disable_tqdm=True, use_cpu=True))
        trainer.train()
        told = [entry for entry in trainer.state.log_history if "loss" in entry]
    model.eval()
    written, total, count, right = {"written": [], "penalised": []}, 0.0, 0, 0
    with torch.no_grad():
        for e in held_out:
            ids, labels = torch.tensor([e["input_ids"]]), torch.tensor(e["labels"][1:])
            logits = model(input_ids=ids).logits[0, :-1].float()
            wanted = labels >= 0
            total += torch.nn.functional.cross_entropy(logits[wanted], labels[wanted], reduction="sum").item()
            count += int(wanted.sum())
            right += int((logits[wanted].argmax(-1) == labels[wanted]).sum())
            prompt = torch.tensor([e["prompt"]])
            # A model as small as this one repeats itself: with a penalty it writes more than one token.
            for kind, penalty in (("written", 1.0), ("penalised", PENALTY)):
                out = model.generate(
                    input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=24, do_sample=False,
                    repetition_penalty=penalty, eos_token_id=[EOS, END], pad_token_id=0)
                written[kind].append([t for t in out[0, prompt.shape[1]:].tolist() if t not in (EOS, END)])
    return {
        "model": name, "batch": batch, "examples": len(examples), "learning_rate": 1e-2, "warmup_steps": 1, "clip": 1.0,
        "weight_decay": 0.01, "loss_on": "response", "losses": [number(entry["loss"]) for entry in told],
        "grad_norms": [number(entry["grad_norm"]) for entry in told],
        "held_out": {"count": len(held_out), "loss": total / count, "tokens": count, "right": right, "penalty": PENALTY,
                     **written}}


if __name__ == "__main__":
    torch.set_num_threads(1)
    rows = [json.loads(line) for line in (ROOT / "notebooks/data/butler-rows/rows.jsonl").read_text().splitlines()]
    instructions = [alpaca(row) for row in rows]
    chats = [chat(json.loads(line)) for line in (HERE / "chats.jsonl").read_text().splitlines()]
    result = {
        "alpaca": run("gemma2", instructions[:40], instructions[40:46], 4),
        "chat": run("gemma3", chats, chats[:5], 3),
    }
    result["alpaca"]["ids"] = [e["input_ids"] for e in instructions[:8]]
    result["alpaca"]["learnt"] = [[[len(e["prompt"]), len(e["input_ids"])]] for e in instructions[:8]]
    result["chat"]["ids"] = [e["input_ids"] for e in chats]
    result["chat"]["learnt"] = []
    for e in chats:
        edges = [i for i in range(1, len(e["labels"]) + 1)
                 if (e["labels"] + [-100])[i] >= 0 and e["labels"][i - 1] < 0 or (e["labels"] + [-100])[i] < 0 <= e["labels"][i - 1]]
        result["chat"]["learnt"].append([edges[i:i + 2] for i in range(0, len(edges), 2)])
    write_json(HERE / "expected.json", result)
    for name, case in result.items():
        print(name, case["losses"], case["grad_norms"], case["held_out"], case["learnt"])
