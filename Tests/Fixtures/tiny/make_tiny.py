"""Random tiny Gemma 2 and Gemma 3 text models with what Hugging Face and PEFT compute from them in float32.

    python make_tiny.py            (rewrites the folders beside this script)

The weights are large enough for the soft caps to bend, the windows short enough to cut, and no norm weight is zero.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from lora import add_lora, batch_loss, gradients, lora_parameters, number, numbers, train, write_json  # noqa: E402

PROMPTS = [19, 9]
LENGTHS = [29, 17]

GEMMA2 = Gemma2Config(
    vocab_size=320, hidden_size=48, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, query_pre_attn_scalar=24, sliding_window=8, max_position_embeddings=128,
    attn_logit_softcapping=50.0, final_logit_softcapping=30.0, attn_implementation="eager",
)
GEMMA3 = Gemma3TextConfig(
    vocab_size=320, hidden_size=40, intermediate_size=72, num_hidden_layers=7, num_attention_heads=4,
    num_key_value_heads=1, head_dim=16, query_pre_attn_scalar=20, sliding_window=8, max_position_embeddings=128,
    rope_parameters={
        "full_attention": {"rope_type": "default", "rope_theta": 1e6},
        "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
    },
    attn_implementation="eager",
)
# The same model as an older config.json describes it.
GEMMA3_OLD_STYLE = {
    "architectures": ["Gemma3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
    "attn_logit_softcapping": None, "bos_token_id": 2, "eos_token_id": 1, "final_logit_softcapping": None,
    "head_dim": 16, "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 40, "initializer_range": 0.02,
    "intermediate_size": 72, "max_position_embeddings": 128, "model_type": "gemma3_text", "num_attention_heads": 4,
    "num_hidden_layers": 7, "num_key_value_heads": 1, "pad_token_id": 0, "query_pre_attn_scalar": 20,
    "rms_norm_eps": 1e-06, "rope_local_base_freq": 10000.0, "rope_scaling": None, "rope_theta": 1000000.0,
    "sliding_window": 8, "sliding_window_pattern": 6, "torch_dtype": "bfloat16", "use_cache": True, "vocab_size": 320,
}


def fill(model, generator):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("norm.weight"):
                scale = 0.3
            elif "embed_tokens" in name:
                scale = 0.6
            elif "q_proj" in name or "k_proj" in name:
                scale = 0.4
            else:
                scale = 0.25
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)


def sequences(generator) -> list[list[int]]:
    return [[2] + torch.randint(3, 320, (n - 1,), generator=generator).tolist() for n in LENGTHS]


def logits_of(model, ids) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0]


def save_model(model, folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    # One folder with each kind of tokenizer file (see make_tokenizer.py).
    kind = "tokenizer.model" if folder.name == "gemma2" else "tokenizer.json"
    shutil.copyfile(HERE / "tokenizer" / kind, folder / kind)


def save_adapter(model, folder: Path, base: str):
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    config["base_model_name_or_path"] = base
    config["target_modules"] = sorted(config["target_modules"])  # PEFT writes a set: its order follows PYTHONHASHSEED
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make(name: str, model, seed: int):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    generator = torch.Generator().manual_seed(seed)
    fill(model, generator)
    model.eval()
    save_model(model, folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = sequences(generator)
    expected = {
        "input_ids": ids,
        "prompt_lengths": PROMPTS,
        "logits_first_all": numbers(logits_of(model, ids[0])),
        "logits_second_last": numbers(logits_of(model, ids[1])[-1]),
    }
    with torch.no_grad():
        expected["loss_response"] = number(batch_loss(model, ids, PROMPTS))
        expected["loss_all"] = number(batch_loss(model, ids, [1, 1]))
    tuned = add_lora(model, rank=4, alpha=8)
    with torch.no_grad():
        for parameter in lora_parameters(tuned).values():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
    save_adapter(tuned, folder / "adapter", name)
    adapter = {"rank": 4, "alpha": 8}
    adapter["logits_first_all"] = numbers(logits_of(tuned, ids[0]))
    adapter["logits_second_last"] = numbers(logits_of(tuned, ids[1])[-1])
    for key, prompts in (("response", PROMPTS), ("all", [1, 1])):
        adapter["loss_" + key], found = gradients(tuned, ids, prompts)
        save_file(found, folder / f"gradients_{key}.safetensors")
    expected["adapter"] = adapter
    expected["training"] = {"loss_on": "response", **train(tuned, [(ids, PROMPTS)] * 10, lr=1e-2, warmup=3)}
    write_json(folder / "expected.json", expected)
    print(name, adapter["loss_response"], expected["training"]["losses"], expected["training"]["grad_norms"])


def make_variant(name: str, source: str, dtype: torch.dtype, config: dict, shards: int):
    """The same weights rounded to 16 bits; what is expected is float32 arithmetic on the rounded weights."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tensors = {k: v.to(dtype) for k, v in sorted(load_file(HERE / source / "model.safetensors").items())}
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    else:
        names, total, where = list(tensors), 0, {}
        for shard in range(shards):
            part = {n: tensors[n] for n in names[shard::shards]}
            file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
            save_file(part, folder / file, metadata={"format": "pt"})
            where.update({n: file for n in part})
            total += sum(t.numel() * t.element_size() for t in part.values())
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(where.items()))}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = json.loads((HERE / source / "expected.json").read_text())["input_ids"]
    write_json(folder / "expected.json", {
        "input_ids": ids,
        "prompt_lengths": PROMPTS,
        "logits_first_last": numbers(logits_of(model, ids[0])[-1]),
        "logits_second_last": numbers(logits_of(model, ids[1])[-1]),
    })


if __name__ == "__main__":
    torch.set_num_threads(2)
    torch.manual_seed(0)
    make("gemma2", Gemma2ForCausalLM(GEMMA2), seed=2)
    make("gemma3", Gemma3ForCausalLM(GEMMA3), seed=3)
    half = {**json.loads((HERE / "gemma2" / "config.json").read_text()), "dtype": "float16"}
    make_variant("gemma2-f16", "gemma2", torch.float16, half, shards=1)
    make_variant("gemma3-bf16-sharded", "gemma3", torch.bfloat16, GEMMA3_OLD_STYLE, shards=3)
