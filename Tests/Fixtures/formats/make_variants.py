"""The tiny models of ../tiny with other configurations: what transformers computes from each in float32.

    python make_variants.py            (rewrites variants.json beside this script)

A variant is a base folder, keys of config.json that are set or removed, and tensors that are added by a formula that Swift knows too:
element i of a tensor is ((i * 7919 + 31) mod 1009 - 504) / 1009.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

HERE = Path(__file__).resolve().parent
TINY = HERE.parent / "tiny"
IDS = [2, 40, 41, 7, 300, 43, 101, 12, 13, 14, 60, 200, 9, 17, 5]

LINEAR = {"rope_type": "linear", "factor": 8.0}
VARIANTS = {
    "gemma2 without soft caps": ("gemma2", {}, ["attn_logit_softcapping", "final_logit_softcapping"], []),
    "gemma2 with null soft caps": ("gemma2", {"attn_logit_softcapping": None, "final_logit_softcapping": None}, [], []),
    "gemma2 without query_pre_attn_scalar": ("gemma2", {}, ["query_pre_attn_scalar"], []),
    "gemma2 without its window": ("gemma2", {}, ["sliding_window"], []),
    "gemma2 without layer_types": ("gemma2", {}, ["layer_types"], []),
    "gemma2 scaled, version 5": ("gemma2", {"rope_parameters": {**LINEAR, "rope_theta": 1e4}}, [], []),
    "gemma2 scaled, version 4": ("gemma2", {"rope_theta": 1e4, "rope_scaling": {"type": "linear", "factor": 4.0}}, ["rope_parameters"], []),
    "gemma3 scaled, version 5": ("gemma3", {"rope_parameters": {
        "full_attention": {**LINEAR, "rope_theta": 1e6}, "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}}, [], []),
    "gemma3 scaled, version 4": ("gemma3", {"rope_theta": 1e6, "rope_local_base_freq": 1e4, "rope_scaling": LINEAR,
        "sliding_window_pattern": 6}, ["rope_parameters", "layer_types"], []),
    "gemma3 scaled in both kinds of layer": ("gemma3", {"rope_parameters": {
        "full_attention": {**LINEAR, "rope_theta": 1e6}, "sliding_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}}}, [], []),
    "gemma3 with factor 1": ("gemma3", {"rope_parameters": {
        "full_attention": {"rope_type": "linear", "factor": 1.0, "rope_theta": 1e6}, "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}}, [], []),
    "gemma3 with default in rope_scaling": ("gemma3", {"rope_theta": 1e6, "rope_local_base_freq": 1e4,
        "rope_scaling": {"rope_type": "default"}}, ["rope_parameters"], []),
    "gemma3 with a whole number as base": ("gemma3", {"rope_parameters": {
        "full_attention": {"rope_type": "default", "rope_theta": 500000}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000}}}, [], []),
    "gemma3 with a pattern of 2": ("gemma3", {"sliding_window_pattern": 2, "_sliding_window_pattern": 6}, ["layer_types"], []),
    "gemma3 with a final soft cap": ("gemma3", {"final_logit_softcapping": 5.0}, [], []),
    "gemma3 with a soft cap of the scores": ("gemma3", {"attn_logit_softcapping": 5.0}, [], []),
    "gemma3 without what has defaults": ("gemma3", {}, ["use_cache", "attention_bias", "attention_dropout", "initializer_range", "rms_norm_eps",
        "tie_word_embeddings", "hidden_activation", "layer_types", "bos_token_id", "eos_token_id", "pad_token_id", "rope_parameters"], []),
    "gemma3 with a head of its own": ("gemma3", {"tie_word_embeddings": False}, [], ["lm_head.weight"]),
    "gemma2 with a head of its own": ("gemma2", {"tie_word_embeddings": False}, [], ["lm_head.weight"]),
    "gemma3 that says tied beside another head": ("gemma3", {}, [], ["lm_head.weight"]),
}


def formula(*shape):
    i = torch.arange(torch.Size(shape).numel(), dtype=torch.int64)
    return (((i * 7919 + 31) % 1009 - 504).float() / 1009).reshape(shape)


out = []
for name, (base, change, drop, tensors) in VARIANTS.items():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        config = json.loads((TINY / base / "config.json").read_text())
        for key in drop:
            config.pop(key, None)
        config.update(change)
        (folder / "config.json").write_text(json.dumps(config))
        weights = load_file(TINY / base / "model.safetensors")
        for tensor in tensors:
            weights[tensor] = formula(config["vocab_size"], config["hidden_size"])
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            logits = model(torch.tensor([IDS])).logits[0].double()
        logprobs = torch.log_softmax(logits, -1)[torch.arange(len(IDS) - 1), torch.tensor(IDS[1:])].tolist()
    out.append({"name": name, "base": base, "set": change, "remove": drop, "add": tensors, "logprobs": [round(x, 7) for x in logprobs]})
(HERE / "variants.json").write_text(json.dumps({"ids": IDS, "variants": out}, indent=1) + "\n")
