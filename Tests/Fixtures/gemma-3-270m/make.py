"""What Hugging Face and PEFT compute with the real Gemma 3 270M in float32 (see ../reference/load_270m.py).

    python make.py                 (rewrites expected.json beside this script; about three minutes on 2 cores)

No weight is written here: logits, norms and single entries only.
"""

import math
import sys
import time
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from alpaca import example_ids  # noqa: E402
from load_270m import load  # noqa: E402
from lora import add_lora, gradients, lora_parameters, number, numbers, train, write_json  # noqa: E402

VOCABULARY_IDS = [(i * 1310 + 7) % 262144 for i in range(200)]

TEXTS = {
    "english": "The ferry left the harbour at seven, an hour late, because the captain had lost his glasses again.",
    "japanese": "昨日の雨がうそのように晴れたので、母は朝から布団を干し、祖父は庭の柿の木に登って叱られた。",
    "code": "for (int i = 0; i < 10; i++) {\n    total += prices[i] * 1.08;\n}\n\nprintf(\"%d\\n\", total);",
    "mixed": "新型スマホ「Kumo 5」は5,980円から。Battery life: 31 hours!! 🔋✨ でも、充電は遅い…",
    "one_word": "ありがとう",
}
LONG_SENTENCES = [
    "第{n}回の町内駅伝は、{n}人の走者が雪の坂道でいっせいに転ぶという珍しい幕開けとなった。",
    "Reader number {n} writes that her toaster, bought in {y}, still sings a short tune whenever the bread is done.",
    "監督は試合後、「{n}点差でもあきらめない選手たちを誇りに思う」と静かに語り、帽子を深くかぶり直した。",
    "The review gave the film {n} stars out of a hundred, praised the dog, and advised everyone to leave before the end.",
    "{y}年に発売されたこの炊飯器は、{n}種類の米を見分けるというが、わが家ではいつも同じ味になる。",
    "On day {n} of the strike the drivers baked bread for the passengers, who walked home warm and a little happier.",
]
INSTRUCTION = "次のニュース記事の分野を一つだけ答えてください。"
EXAMPLES = [
    ("後半ロスタイム、十八歳の新人が遠い位置から放った自由なシュートが決まり、港町のチームは九年ぶりに首位に立った。", "sports-watch"),
    ("古い写真を指でなぞるだけで色がよみがえる無料アプリを、通勤電車の中で三日間ためしてみた。", "it-life-hack"),
    ("しゃべる冷蔵庫の新製品が届いた。卵が減ると悲しそうな声を出すので、つい買いすぎてしまう。", "kaden-channel"),
    ("灯台守の一家を描く新作が来月公開される。主演の二人は撮影のあいだ、本当に島で魚を釣って暮らしたという。", "movie-enter"),
    ("駅前の銅像に毎朝ちがう帽子がかぶせられている件で、市役所には感謝と苦情の電話が半分ずつ寄せられている。", "topic-news"),
    ("引退した横綱がそば屋を開いた。開店初日、行列は土俵を三周するほどの長さになった。", "sports-watch"),
]


def long_text() -> str:
    lines = [LONG_SENTENCES[i % len(LONG_SENTENCES)].format(n=i * 7 + 3, y=1950 + i * 3) for i in range(23)]
    return "\n".join(lines)


def position(logits: torch.Tensor, at: int) -> dict:
    top = torch.topk(logits[at], 20)
    return {
        "position": at,
        "top20_ids": top.indices.tolist(),
        "top20_logits": numbers(top.values),
        "logits": numbers(logits[at][torch.tensor(VOCABULARY_IDS)]),
    }


def text_entry(model, ids: list[int]) -> dict:
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    chosen = logits[:-1].gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    logprobs = chosen.double() - torch.logsumexp(logits[:-1].double(), dim=-1)
    return {
        "ids": ids,
        "middle": position(logits, len(ids) // 2),
        "last": position(logits, len(ids) - 1),
        "logprobs": numbers(logprobs),
        "total_logprob": number(logprobs.sum()),
    }


def set_formula(model):
    """A[i, j] = ((31 i + 17 j) mod 64 - 32) / 4096, B[i, j] = ((13 i + 7 j) mod 32 - 16) / 4096: exact in float32."""
    with torch.no_grad():
        for name, parameter in lora_parameters(model).items():
            i = torch.arange(parameter.shape[0])[:, None]
            j = torch.arange(parameter.shape[1])[None, :]
            if "lora_A" in name:
                parameter.copy_(((i * 31 + j * 17) % 64 - 32).float() / 4096)
            else:
                parameter.copy_(((i * 13 + j * 7) % 32 - 16).float() / 4096)


def gradient_entry(gradient: torch.Tensor) -> dict:
    flat = gradient.reshape(-1)
    indices = [k * (len(flat) - 1) // 7 for k in range(8)]
    return {"norm": number(math.sqrt(flat.double().pow(2).sum())), "entries": numbers(flat[torch.tensor(indices)])}


if __name__ == "__main__":
    torch.set_num_threads(2)
    torch.manual_seed(0)
    started = time.time()
    model, tokenizer = load()

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)

    texts = {}
    for name, text in {**TEXTS, "long": long_text()}.items():
        texts[name] = {"text": text, **text_entry(model, [2] + encode(text))}
        print(name, len(texts[name]["ids"]), f"{time.time() - started:.0f} s", flush=True)
    expected = {"vocabulary_ids": VOCABULARY_IDS, "texts": texts}

    examples = []
    for input, output in EXAMPLES:
        ids, prompt = example_ids(encode, INSTRUCTION, input, output)
        examples.append({"input": input, "output": output, "ids": ids, "prompt_length": prompt})
    expected["instruction"] = INSTRUCTION
    expected["examples"] = examples

    tuned = add_lora(model, rank=8, alpha=16)
    set_formula(tuned)
    first = examples[0]
    expected["lora"] = {"rank": 8, "alpha": 16, **text_entry(tuned, first["ids"])}
    loss, found = gradients(tuned, [first["ids"]], [first["prompt_length"]])
    expected["gradients"] = {
        "example": 0,
        "loss": loss,
        "norm": number(math.sqrt(sum(g.double().pow(2).sum() for g in found.values()))),
        "tensors": {
            name.removeprefix("base_model.model."): gradient_entry(g) for name, g in found.items()
        },
    }
    print("gradients", len(found), loss, f"{time.time() - started:.0f} s", flush=True)

    order = [[(2 * s) % 6, (2 * s + 1) % 6] for s in range(10)]
    batches = [
        ([examples[k]["ids"] for k in pair], [examples[k]["prompt_length"] for k in pair]) for pair in order
    ]
    expected["training"] = {"loss_on": "response", "batches": order, **train(tuned, batches, lr=2e-3, warmup=2)}
    write_json(HERE / "expected.json", expected)
    print(expected["training"]["losses"], expected["training"]["grad_norms"], f"{time.time() - started:.0f} s")
