"""Builds the float32 reference of Gemma 3 270M from its GGUF file and saves it once as a Hugging Face folder.

    python load_270m.py [GGUF] [FOLDER]

The weights are the dequantised ones, so the reference and gnb compute with the same numbers.
"""

import hashlib
import sys
from pathlib import Path

import gguf
import numpy
import torch
from transformers import AutoTokenizer, Gemma3ForCausalLM, Gemma3TextConfig

from gemma_tokenizers import SentencePieceReference, hugging_face_tokenizer, pieces_from_gguf

GGUF = Path("/root/ref/gemma-3-270m-Q4_K_M.gguf")
FOLDER = Path("/root/ref/hf-270m")
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"

NAMES = {
    "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def configuration(reader: gguf.GGUFReader) -> Gemma3TextConfig:
    def value(key):
        return reader.fields["gemma3." + key].contents()

    return Gemma3TextConfig(
        vocab_size=len(reader.fields["tokenizer.ggml.tokens"].contents()),
        hidden_size=value("embedding_length"),
        intermediate_size=value("feed_forward_length"),
        num_hidden_layers=value("block_count"),
        num_attention_heads=value("attention.head_count"),
        num_key_value_heads=value("attention.head_count_kv"),
        head_dim=value("attention.key_length"),
        max_position_embeddings=value("context_length"),
        rms_norm_eps=1e-6,
        sliding_window=value("attention.sliding_window"),
        query_pre_attn_scalar=value("attention.key_length"),
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": value("rope.freq_base")},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
        },
        tie_word_embeddings=True,
        attn_implementation="eager",
    )


def hugging_face_name(name: str) -> str:
    if name == "token_embd.weight":
        return "model.embed_tokens.weight"
    if name == "output_norm.weight":
        return "model.norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"model.layers.{layer}.{NAMES[rest.removesuffix('.weight')]}.weight"


def build(path: Path) -> Gemma3ForCausalLM:
    reader = gguf.GGUFReader(str(path))
    with torch.device("meta"):
        model = Gemma3ForCausalLM(configuration(reader))
    model = model.to_empty(device="cpu")
    # to_empty leaves the buffers that are not saved (rotary frequencies, embedding scale) without values.
    fresh = Gemma3ForCausalLM._from_config(
        Gemma3TextConfig(**{**model.config.to_dict(), "vocab_size": 8, "num_hidden_layers": 18}),
        attn_implementation="eager",
    )
    for (name, buffer), (other, values) in zip(model.named_buffers(), fresh.named_buffers(), strict=True):
        assert name == other and buffer.shape == values.shape, name
        buffer.copy_(values)
    state = {}
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type)
        values = torch.from_numpy(numpy.ascontiguousarray(values, dtype=numpy.float32))
        if tensor.name.endswith("norm.weight"):
            stored = values - 1.0
            assert torch.equal(stored + 1.0, values), f"{tensor.name}: 1 + w does not come back exactly"
            values = stored
        state[hugging_face_name(tensor.name)] = values
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert missing == ["lm_head.weight"] and not unexpected, (missing, unexpected)
    model.tie_weights()
    return model.float().eval()


def load(folder: Path = FOLDER):
    """The reference: model (float32, eager attention, eval) and tokenizer."""
    model = Gemma3ForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    scale = model.model.embed_tokens.embed_scale
    assert scale.dtype == torch.float32 and scale.item() == numpy.sqrt(numpy.float32(640)), scale
    return model, AutoTokenizer.from_pretrained(folder)


def check_tokenizer(tokenizer, reference: SentencePieceReference):
    for text, want in {
        "Hello": None,
        " Hello": None,
        "a\n\n\nb": None,
        "  two spaces": None,
        "\U00030EDE": None,
        "こんにちは、世界。": None,
    }.items():
        ids = tokenizer.encode(text, add_special_tokens=False)
        assert ids == reference.encode(text), (text, ids, reference.encode(text))
        assert tokenizer.decode(ids) == text
    assert tokenizer.encode("a\n\n\nb", add_special_tokens=False)[1] == 109
    assert tokenizer.encode("Hello")[0] == 2
    assert tokenizer.encode("<bos>", add_special_tokens=False) == [2]
    assert tokenizer.encode("<bos>", add_special_tokens=False, split_special_tokens=True) == reference.encode("<bos>")
    assert tokenizer.convert_ids_to_tokens(tokenizer.encode("\U00030EDE", add_special_tokens=False)) == [
        "<0xF0>", "<0xB0>", "<0xBB>", "<0x9E>",
    ]


if __name__ == "__main__":
    torch.set_num_threads(2)
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else GGUF
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER
    assert hashlib.sha256(source.read_bytes()).hexdigest() == SHA256, "not the file of BASELINES.md"
    pieces = pieces_from_gguf(source)
    tokenizer = hugging_face_tokenizer(pieces)
    check_tokenizer(tokenizer, SentencePieceReference(pieces))
    tokenizer.save_pretrained(folder)
    build(source).save_pretrained(folder)
    model, tokenizer = load(folder)
    ids = tokenizer("The capital of Japan is", return_tensors="pt").input_ids
    with torch.no_grad():
        best = model(ids).logits[0, -1].argmax().item()
    print(ids.tolist(), repr(tokenizer.decode([best])), "embed_scale", model.model.embed_tokens.embed_scale.item())
