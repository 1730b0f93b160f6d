"""Adapter files as PEFT and other tools write them, small, each with the logits that PEFT computes with it.

    python make_adapter_files.py            (rewrites tiny/adapter-files; needs tiny/gemma2 and tiny/gemma3)

`expected.json`: `ids`, and by the folder's or file's name `base` and `logits`, those after the last id.
"""

import json
import shutil

import gguf
import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, Gemma3Config, Gemma3ForConditionalGeneration

from make_tiny import HERE, logits_of, numbers, write_json

torch.set_num_threads(2)
ROOT = HERE / "adapter-files"
IDS = json.loads((HERE / "gemma2" / "expected.json").read_text())["input_ids"][1]
FEW = ["q_proj", "v_proj", "down_proj"]
EXPECTED = {"ids": IDS}


def causal(name: str):
    return AutoModelForCausalLM.from_pretrained(HERE / name, dtype=torch.float32, attn_implementation="eager").eval()


def multimodal():
    """An image-and-text Gemma 3 around the tiny text model; its tower's query projections have the text layers' width."""
    text = json.loads((HERE / "gemma3" / "config.json").read_text())
    text.pop("architectures")
    vision = dict(
        model_type="siglip_vision_model", hidden_size=40, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        image_size=16, patch_size=8, vision_use_head=False)
    config = Gemma3Config(
        text_config=text, vision_config=vision, mm_tokens_per_image=1, boi_token_index=300, eoi_token_index=301,
        image_token_index=302)
    torch.manual_seed(3)
    model = Gemma3ForConditionalGeneration._from_config(config, attn_implementation="eager").float()
    model.model.language_model.load_state_dict(causal("gemma3").model.state_dict())
    return model.eval()


def multimodal_logits(model):
    with torch.no_grad():
        return model(input_ids=torch.tensor([IDS]), token_type_ids=torch.zeros(1, len(IDS), dtype=torch.long)).logits[0]


def filled(model, seed: int):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                noise = torch.randn(parameter.shape, generator=generator) * 0.2
                parameter.copy_(parameter * (1 + noise) if "magnitude" in name else noise)
    return model


def write(name: str, base: str, settings: dict, change=None, tensors=None, again=True):
    """Saves an adapter, changes its files, and computes with what PEFT makes of them (`again`) or with the adapter as it was."""
    make = multimodal if base == "multimodal" else lambda: causal(base)
    torch.manual_seed(7)
    model = filled(get_peft_model(make(), LoraConfig(**{"r": 2, "lora_alpha": 4, "task_type": "CAUSAL_LM", **settings})).eval(), len(EXPECTED))
    folder = ROOT / name
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = "google/" + base
    for key in ("target_modules", "exclude_modules"):
        if isinstance(config[key], list):
            config[key].sort()
    if change:
        change(config)
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    if tensors:
        path = folder / "adapter_model.safetensors"
        changed = tensors(load_file(path))
        save_file({key: value.contiguous() for key, value in changed.items()}, path, metadata={"format": "pt"})
    if again:
        model = PeftModel.from_pretrained(make(), folder).eval()
    logits = multimodal_logits(model) if base == "multimodal" else logits_of(model, IDS)
    EXPECTED[name] = {"base": "gemma3" if base == "multimodal" else base, "logits": numbers(logits[-1])}
    return model


def renamed(old: str, new: str):
    return lambda tensors: {key.replace(old, new): value for key, value in tensors.items()}


def stored(kind):
    return lambda tensors: {key: value.to(kind) for key, value in tensors.items()}


def with_embedding(tensors):
    return {**tensors, "base_model.model.model.embed_tokens.weight": causal("gemma2").model.embed_tokens.weight.detach().clone()}


def write_gguf(name: str, kind, alpha, ranks: dict):
    """As llama.cpp's convert_lora_to_gguf names it. PEFT gets the same factors, each scale made by its own alpha."""
    settings = dict(r=2, target_modules=FEW, rank_pattern=ranks, lora_alpha=alpha or 2)
    if not alpha:
        settings["alpha_pattern"] = ranks
    model = filled(get_peft_model(causal("gemma2"), LoraConfig(**settings)).eval(), len(EXPECTED))
    parts = {"self_attn.q_proj": "attn_q", "self_attn.v_proj": "attn_v", "mlp.down_proj": "ffn_down"}
    writer = gguf.GGUFWriter(ROOT / name, "gemma2")
    writer.add_string("general.type", "adapter")
    writer.add_string("general.name", "Tiny LoRA")
    writer.add_string("general.base_model.0.repo_url", "https://huggingface.co/google/gemma2")
    writer.add_string("adapter.type", "lora")
    writer.add_string("adapter.lora.task_name", "news")
    if alpha is not None:
        writer.add_float32("adapter.lora.alpha", float(alpha))
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "lora_" not in key:
                continue
            words = key.removeprefix("base_model.model.model.layers.").split(".")
            letter = words[3].removeprefix("lora_").lower()
            target = f"blk.{words[0]}.{parts['.'.join(words[1:3])]}.weight.lora_{letter}"
            if kind == "f16":
                parameter.copy_(parameter.half().float())
                writer.add_tensor(target, parameter.half().numpy())
            elif kind == "bf16":
                parameter.copy_(parameter.bfloat16().float())
                data = gguf.quants.quantize(parameter.numpy(), gguf.GGMLQuantizationType.BF16)
                writer.add_tensor(target, data, raw_dtype=gguf.GGMLQuantizationType.BF16)
            else:
                writer.add_tensor(target, np.ascontiguousarray(parameter.numpy()))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    EXPECTED[name] = {"base": "gemma2", "logits": numbers(logits_of(model, IDS)[-1])}


shutil.rmtree(ROOT, ignore_errors=True)
ROOT.mkdir()
write("plain", "gemma2", dict(target_modules=FEW))
write("layers-pattern", "gemma2", dict(target_modules=FEW, layers_to_transform=[0, 2], layers_pattern="layers"))
write("one-layer", "gemma2", dict(target_modules=["o_proj"], layers_to_transform=0))
write("excluded-names", "gemma2", dict(target_modules=FEW, exclude_modules=["model.layers.0.self_attn.q_proj", "layers.2.mlp.down_proj"]))
write("excluded-expression", "gemma2", dict(target_modules=["q_proj", "up_proj"], exclude_modules=r".*\.[12]\.mlp.*"))
write("all-linear", "gemma2", dict(r=1, target_modules="all-linear"))
write("dotted-patterns", "gemma2", dict(
    target_modules=FEW, rank_pattern={"^model.layers.1.self_attn.q_proj": 3, "layers.3.mlp.down_proj": 1},
    alpha_pattern={"^model.layers.1.self_attn.q_proj": 16, "self_attn.v_proj": 1.5, "(?P<any>down)_proj": 7}))
write("gaussian", "gemma2", dict(target_modules=["v_proj"], init_lora_weights="gaussian"))
write("orthogonal", "gemma2", dict(target_modules=["v_proj"], init_lora_weights="orthogonal"))
write("f64", "gemma2", dict(target_modules=FEW), tensors=stored(torch.float64))
write("f16", "gemma2", dict(target_modules=FEW), tensors=stored(torch.float16))
write("bf16", "gemma2", dict(target_modules=FEW), tensors=stored(torch.bfloat16))
write("default-names", "gemma2", dict(target_modules=FEW), tensors=renamed(".weight", ".default.weight"))
write("magnitude-weight", "gemma2", dict(target_modules=FEW, use_dora=True), tensors=renamed("_vector", "_vector.weight"))
write("embedding-along", "gemma2", dict(target_modules=["v_proj"]), tensors=with_embedding)
write("vision-tower", "multimodal", dict(target_modules=["q_proj"]))
write("vision-all-linear", "multimodal", dict(r=1, target_modules="all-linear", layers_to_transform=None))
write("multimodal-patterns", "multimodal", dict(
    target_modules=r".*language_model.*\.(q_proj|down_proj)", rank_pattern={"model.language_model.layers.1.self_attn.q_proj": 1},
    alpha_pattern={"model.language_model.layers.1.self_attn.q_proj": 16, "^model.language_model.layers.0.mlp.down_proj": 1}))
# As transformers named multimodal models before 4.52; PEFT with today's transformers does not apply it.
write("multimodal-old-names", "multimodal", dict(target_modules=r".*language_model.*\.(q_proj|down_proj)"),
      tensors=renamed("model.model.language_model.", "model.language_model.model."), again=False)
write_gguf("f32.gguf", "f32", 6, {"layers.1.self_attn.q_proj": 3})
write_gguf("f16.gguf", "f16", 4, {})
write_gguf("bf16-no-alpha.gguf", "bf16", None, {"layers.2.mlp.down_proj": 1})
write_json(ROOT / "expected.json", EXPECTED)
