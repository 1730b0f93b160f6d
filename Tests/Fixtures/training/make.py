"""Trainings of whole epochs by transformers' Trainer: articles that do not divide by batch x accumulate, so that steps are short.

    python Tests/Fixtures/training/make.py      (torch, transformers, peft, accelerate)
"""

import logging
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch
from lora import number, write_json
from peft import PeftModel
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments
from transformers.utils import logging as words

words.set_verbosity_error()
logging.disable(logging.WARNING)
words.disable_progress_bar()

TINY = HERE.parent / "tiny" / "gemma2"
LENGTHS = [13, 8, 17, 9, 21, 11, 15]
PROMPTS = [6, 5, 12, 3, 18, 4, 9]
# examples, batch, accumulate, epochs
CASES = [(7, 2, 2, 2), (7, 2, 2, 2.5), (5, 2, 4, 3), (7, 3, 1, 1), (6, 3, 2, 2), (7, 4, 1, 0.5)]


class InOrder(Trainer):
    def _get_train_sampler(self, *_):
        return torch.utils.data.SequentialSampler(self.train_dataset)


class Padded:
    """As the tokenizer would pad: 0 at the end, out of sight and out of the loss."""

    padding_side = "right"

    def pad(self, features, **_):
        longest = max(len(f["input_ids"]) for f in features)
        fill = {"input_ids": 0, "attention_mask": 0, "labels": -100}
        return {k: torch.tensor([f[k] + [v] * (longest - len(f[k])) for f in features]) for k, v in fill.items()}


def train(examples, batch, accumulate, epochs):
    base = AutoModelForCausalLM.from_pretrained(TINY, dtype=torch.float32, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, TINY / "adapter", is_trainable=True)
    with tempfile.TemporaryDirectory() as folder:
        trainer = InOrder(
            model=model, train_dataset=examples, data_collator=Padded().pad,
            args=TrainingArguments(
                output_dir=folder, per_device_train_batch_size=batch, gradient_accumulation_steps=accumulate,
                num_train_epochs=epochs, learning_rate=1e-2, warmup_steps=1, weight_decay=0.01, max_grad_norm=1.0,
                lr_scheduler_type="linear", optim="adamw_torch", logging_steps=1, save_strategy="no", report_to="none",
                disable_tqdm=True, use_cpu=True))
        trainer.train()
        told = [entry for entry in trainer.state.log_history if "loss" in entry]
    return {
        "examples": len(examples), "batch": batch, "accumulate": accumulate, "epochs": epochs, "steps": trainer.state.global_step,
        "losses": [number(entry["loss"]) for entry in told], "grad_norms": [number(entry["grad_norm"]) for entry in told]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(11)
    ids = [[2] + torch.randint(3, 320, (n - 1,), generator=generator).tolist() for n in LENGTHS]
    examples = [
        {"input_ids": i, "attention_mask": [1] * len(i), "labels": [-100] * p + i[p:]} for i, p in zip(ids, PROMPTS, strict=True)]
    cases = [train(examples[:n], *rest) for n, *rest in CASES]
    write_json(HERE / "expected.json", {
        "input_ids": ids, "prompt_lengths": PROMPTS, "learning_rate": 1e-2, "warmup_steps": 1, "clip": 1.0,
        "weight_decay": 0.01, "loss_on": "response", "cases": cases})
    for case in cases:
        print(case)
