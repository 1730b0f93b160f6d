"""Losses, gradients and training steps of a PEFT LoRA model, one sequence at a time, so that no padding is involved."""

import json

import numpy
import torch
from peft import LoraConfig, get_peft_model
from transformers import get_linear_schedule_with_warmup

PROJECTIONS = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]


def number(value) -> float:
    """The shortest decimal that gives the same float32 back."""
    return float(str(numpy.float32(value)))


def numbers(tensor: torch.Tensor) -> list:
    if tensor.ndim > 1:
        return [numbers(row) for row in tensor]
    return [number(v) for v in tensor.detach().float().numpy()]


def write_json(path, value):
    """One line for each top-level key: small, and a diff still says what changed."""
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def add_lora(model, rank: int, alpha: int):
    config = LoraConfig(
        r=rank, lora_alpha=alpha, lora_dropout=0.0, bias="none", target_modules=PROJECTIONS, task_type="CAUSAL_LM"
    )
    wrapped = get_peft_model(model, config)
    wrapped.eval()
    return wrapped


def lora_parameters(model) -> dict[str, torch.nn.Parameter]:
    """By the names PEFT gives them in adapter_model.safetensors."""
    return {n.replace(".default", ""): p for n, p in model.named_parameters() if p.requires_grad}


def batch_loss(model, sequences: list[list[int]], prompts: list[int]) -> torch.Tensor:
    """Sum of the cross entropies of the target tokens over their number, over the whole batch.

    Tokens at index >= prompts[i] are targets; a prompt of one token (the BOS) makes this the full-text loss.
    """
    total, count = torch.zeros(()), 0
    for ids, prompt in zip(sequences, prompts, strict=True):
        logits = model(torch.tensor([ids])).logits[0, prompt - 1 : -1].float()
        targets = torch.tensor(ids[prompt:])
        total = total + torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
        count += len(targets)
    return total / count


def gradients(model, sequences, prompts) -> tuple[float, dict[str, torch.Tensor]]:
    model.zero_grad()
    loss = batch_loss(model, sequences, prompts)
    loss.backward()
    found = {name: p.grad.detach().clone() for name, p in lora_parameters(model).items()}
    model.zero_grad()
    return number(loss.item()), found


def train(model, batches, lr: float, warmup: int, clip: float = 1.0, weight_decay: float = 0.01) -> dict:
    """batches: one (sequences, prompts) a step. The norm is the one before clipping."""
    parameters = list(lora_parameters(model).values())
    optimizer = torch.optim.AdamW(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=weight_decay)
    schedule = get_linear_schedule_with_warmup(optimizer, warmup, len(batches))
    losses, norms, rates = [], [], []
    for sequences, prompts in batches:
        optimizer.zero_grad()
        loss = batch_loss(model, sequences, prompts)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, clip)
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        losses.append(number(loss.item()))
        norms.append(number(norm.item()))
    return {
        "learning_rate": lr, "warmup_steps": warmup, "steps": len(batches), "clip": clip, "weight_decay": weight_decay,
        "betas": [0.9, 0.999], "epsilon": 1e-8, "rates": rates, "losses": losses, "grad_norms": norms,
    }
