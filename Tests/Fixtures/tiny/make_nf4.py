"""A tiny Gemma 2 in bf16, the same as bitsandbytes stores it in 4 bits, and what the reference computes from the second.

    pip install bitsandbytes; python make_nf4.py            (rewrites tiny/gemma2-64 and tiny/gemma2-nf4)

Names and parts are those of unsloth/gemma-2-2b-bnb-4bit: NF4 in blocks of 64 with double quantisation, norms and embedding in bf16.
The scales are quantised by the library's general way, to the nearest value, as its CUDA kernel does it. (Its CPU library looks the
nearest value up in a coarse table: about one scale in 700, close to the middle between two values, gets the farther one.)
"""

import json
import shutil
import sys

import bitsandbytes.functional as bnb
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, Gemma2Config, Gemma2ForCausalLM

from make_tiny import HERE, PROMPTS, fill, logits_of, sequences

sys.path.insert(0, str(HERE.parent / "reference"))
from lora import add_lora, gradients, lora_parameters, number, numbers, train, write_json  # noqa: E402

CONFIG = Gemma2Config(
    vocab_size=320, hidden_size=64, intermediate_size=320, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=32, query_pre_attn_scalar=32, sliding_window=8, max_position_embeddings=128,
    attn_logit_softcapping=50.0, final_logit_softcapping=30.0, attn_implementation="eager",
)



def nearest(scales: torch.Tensor, offset: torch.Tensor, state: bnb.QuantState):
    """bitsandbytes' double quantisation, as its backend in Python has it."""
    code, parts = state.code, (scales - offset).split(256)
    absmax = torch.stack([part.abs().max() for part in parts])
    middles = (code[:-1] + code[1:]) / 2
    places = [torch.bucketize(part * (1 / most), middles) for part, most in zip(parts, absmax, strict=True)]
    state.absmax = absmax
    return torch.cat(places).to(torch.uint8)


torch.set_num_threads(1)
torch.manual_seed(0)
source, target = HERE / "gemma2-64", HERE / "gemma2-nf4"
for folder in (source, target):
    shutil.rmtree(folder, ignore_errors=True)
generator = torch.Generator().manual_seed(5)
model = Gemma2ForCausalLM(CONFIG)
fill(model, generator)
model.to(torch.bfloat16).save_pretrained(source)
(source / "generation_config.json").unlink(missing_ok=True)

tensors, decoded = {}, {}
for name, weight in load_file(source / "model.safetensors").items():
    if "_proj.weight" not in name:
        tensors[name] = weight
        decoded[name] = weight.float()
        continue
    packed, state = bnb.quantize_4bit(weight, blocksize=64, compress_statistics=True, quant_type="nf4")
    scales = weight.float().view(-1, 64).abs().amax(1)
    state.absmax = nearest(scales, state.offset, state.state2)
    tensors[name] = packed
    for part, value in state.as_dict(packed=True).items():
        tensors[f"{name}.{part}"] = value
    scales = bnb.dequantize_blockwise(state.absmax, state.state2) + state.offset
    places = torch.stack([packed.view(-1) >> 4, packed.view(-1) & 15], 1).view(-1).long()
    decoded[name] = (state.code[places].view(-1, 64) * scales.view(-1, 1)).view(weight.shape)
target.mkdir()
save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
config = json.loads((source / "config.json").read_text())
config["quantization_config"] = {
    "load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True, "quant_method": "bitsandbytes",
}
(target / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
for folder in (source, target):
    shutil.copyfile(HERE / "tokenizer" / "tokenizer.model", folder / "tokenizer.model")

plain = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval()
plain.load_state_dict(decoded, strict=False)
ids = sequences(generator)
expected = {"input_ids": ids, "prompt_lengths": PROMPTS, "logits_first_all": numbers(logits_of(plain, ids[0]))}
tuned = add_lora(plain, rank=4, alpha=8)
with torch.no_grad():
    for parameter in lora_parameters(tuned).values():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
tuned.save_pretrained(target / "adapter")
(target / "adapter" / "README.md").unlink(missing_ok=True)
expected["loss_response"], found = gradients(tuned, ids, PROMPTS)
save_file(found, target / "gradients_response.safetensors")
expected["training"] = {"loss_on": "response", **train(tuned, [(ids, PROMPTS)] * 10, lr=1e-2, warmup=3)}
write_json(target / "expected.json", expected)
