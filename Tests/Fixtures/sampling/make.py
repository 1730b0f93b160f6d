"""Which tokens transformers' `generate` may draw, and with what probability, for logits of several shapes; and ids of chats
in Gemma's format with the tiny tokenizer, by the tokenizers library.

    python make.py                 (rewrites expected.json beside this script)
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from lora import write_json  # noqa: E402

COUNT = 300
generator = torch.Generator().manual_seed(7)
noise = torch.randn(COUNT, generator=generator)


def halves(x: torch.Tensor) -> torch.Tensor:
    """With few different values, exact in binary: many ties."""
    return torch.round(x * 2) / 2


peaked = noise.clone()
peaked[[41, 17]] = torch.tensor([30.0, 27.5])
LOGITS = {
    "normal": noise * 2 - 3,
    "ties": halves(noise * 1.5),
    "peaked": peaked,
    "flat": torch.zeros(COUNT),
}
SEEN = [2, 17, 41, 41, 100, 7, 299, 0, 2]

# Logits and what generate is given; the rest is off.
CASES = [
    ("normal", {"temperature": 1.0}),
    ("normal", {"temperature": 0.6}),
    ("normal", {"temperature": 1.7, "top_k": 40}),
    ("normal", {"temperature": 0.8, "top_p": 0.9}),
    ("normal", {"temperature": 1.3, "min_p": 0.05}),
    ("normal", {"temperature": 0.9, "top_k": 50, "top_p": 0.8, "min_p": 0.1, "repetition_penalty": 1.3}),
    ("normal", {"temperature": 1.0, "repetition_penalty": 0.7, "top_p": 0.95}),
    ("normal", {"temperature": 1.0, "top_p": 0.0}),
    ("ties", {"temperature": 1.0, "top_k": 12}),
    ("ties", {"temperature": 2.0, "top_k": 1}),
    ("ties", {"temperature": 0.7, "min_p": 0.1, "repetition_penalty": 1.2}),
    ("ties", {"temperature": 1.0, "top_k": 25, "top_p": 0.5}),
    ("peaked", {"temperature": 1.0}),
    ("peaked", {"temperature": 0.5, "top_p": 0.99}),
    ("peaked", {"temperature": 5.0, "top_p": 0.999, "min_p": 0.001}),
    ("peaked", {"temperature": 1.5, "top_k": 3, "repetition_penalty": 1.1}),
    ("flat", {"temperature": 1.0}),
    ("flat", {"temperature": 1.0, "top_k": 5}),
    ("flat", {"temperature": 1.0, "top_p": 0.333}),
    ("flat", {"temperature": 1.0, "min_p": 1.0}),
]


def processors(settings: dict) -> LogitsProcessorList:
    """In the order of GenerationMixin._get_logits_processor."""
    chain = LogitsProcessorList()
    if "repetition_penalty" in settings:
        chain.append(RepetitionPenaltyLogitsProcessor(settings["repetition_penalty"]))
    if settings["temperature"] != 1.0:
        chain.append(TemperatureLogitsWarper(settings["temperature"]))
    if "top_k" in settings:
        chain.append(TopKLogitsWarper(settings["top_k"]))
    if "top_p" in settings:
        chain.append(TopPLogitsWarper(settings["top_p"]))
    if "min_p" in settings:
        chain.append(MinPLogitsWarper(settings["min_p"]))
    return chain


cases = []
for name, settings in CASES:
    scores = processors(settings)(torch.tensor([SEEN]), LOGITS[name][None].clone())
    probabilities = scores.softmax(-1)[0]
    kept = torch.nonzero(scores[0] > -torch.inf)[:, 0]
    # Where top-p cuts through equal scores, torch's unstable sort says which of them stay: only how many is meant then.
    scored = processors({k: v for k, v in settings.items() if k in ("temperature", "repetition_penalty")})
    every = scored(torch.tensor([SEEN]), LOGITS[name][None].clone())[0]
    border = every[kept].min()
    cut = bool((every == border).sum() > (scores[0] == border).sum())
    cases.append({
        "logits": name, "settings": settings, "ids": kept.tolist(), "probabilities": probabilities[kept].tolist(),
        "cuts_equals": cut,
    })
    print(name, settings, len(kept), "cuts equals" if cut else "")

# A system's text and a prompt; Gemma's template puts the first in front of the second.
CHATS = [(None, "the sea"), ("a t", "the sea"), ("the\n", "\u65e5\u672c\u8a9e\u3067\u3059\u3002"), ("a\nb", "he\n\nhe")]
tokenizer = Tokenizer.from_file(str(HERE.parent / "tiny/tokenizer/tokenizer.json"))
chats = []
for system, prompt in CHATS:
    first = system + "\n\n" if system else ""
    text = f"<bos><start_of_turn>user\n{first}{prompt}<end_of_turn>\n<start_of_turn>model\n"
    chats.append({"system": system, "prompt": prompt, "ids": tokenizer.encode(text, add_special_tokens=False).ids})
    print(chats[-1])

write_json(HERE / "expected.json", {
    "logits": {name: values.tolist() for name, values in LOGITS.items()}, "seen": SEEN, "cases": cases, "chats": chats,
})
