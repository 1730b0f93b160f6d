"""Adapters of every kind that PEFT makes for the tiny Gemma 2, with what the reference computes from them.

    python make_adapters.py            (rewrites tiny/adapters; needs tiny/gemma2)
"""

import json
import shutil
import sys

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from make_tiny import HERE, logits_of

sys.path.insert(0, str(HERE.parent / "reference"))
from lora import PROJECTIONS, gradients, lora_parameters, numbers, train, write_json  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

KINDS = {
    "rslora": dict(r=4, lora_alpha=8, use_rslora=True, target_modules=PROJECTIONS),
    "patterns": dict(
        r=4, lora_alpha=8, target_modules=r"model\.layers\.[0-2]\.(self_attn\.[qv]_proj|mlp\.down_proj)",
        # Both patterns match layers.1.mlp.down_proj: the first counts.
        rank_pattern={"layers.1.mlp.down_proj": 2, "down_proj": 6}, alpha_pattern={r"layers\.2\..*": 3, "q_proj": 16},
    ),
    "layers": dict(r=3, lora_alpha=6, target_modules=["gate_proj", "o_proj"], layers_to_transform=[1, 3]),
    "dora": dict(r=4, lora_alpha=8, use_dora=True, target_modules=PROJECTIONS),
}

torch.set_num_threads(2)
root = HERE / "adapters"
shutil.rmtree(root, ignore_errors=True)
base = json.loads((HERE / "gemma2" / "expected.json").read_text())
ids, prompts = base["input_ids"], base["prompt_lengths"]
for number, (name, settings) in enumerate(KINDS.items()):
    folder = root / name
    generator = torch.Generator().manual_seed(20 + number)
    model = AutoModelForCausalLM.from_pretrained(HERE / "gemma2", dtype=torch.float32, attn_implementation="eager").eval()
    tuned = get_peft_model(model, LoraConfig(lora_dropout=0.0, bias="none", task_type="CAUSAL_LM", **settings)).eval()
    with torch.no_grad():
        for key, parameter in lora_parameters(tuned).items():
            noise = torch.randn(parameter.shape, generator=generator) * 0.1
            # Magnitudes are lengths: moved a little from where they began.
            parameter.copy_(parameter * (1 + noise) if "magnitude" in key else noise)
    expected = {"input_ids": ids, "prompt_lengths": prompts}
    expected["logits_first_all"] = numbers(logits_of(tuned, ids[0])[::7])
    tuned.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    path = folder / "adapter" / "adapter_config.json"
    config = json.loads(path.read_text())
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    config["base_model_name_or_path"] = "gemma2"
    path.write_text(json.dumps(config, indent=2) + "\n")
    expected["loss_response"], found = gradients(tuned, ids, prompts)
    # In the file a magnitude has no ".weight".
    found = {key.replace("magnitude_vector.weight", "magnitude_vector"): value for key, value in found.items()}
    save_file(found, folder / "gradients_response.safetensors")
    expected["training"] = {"loss_on": "response", **train(tuned, [(ids, prompts)] * 10, lr=1e-2, warmup=3)}
    write_json(folder / "expected.json", expected)
    print(name, expected["loss_response"], expected["training"]["losses"][-1])
