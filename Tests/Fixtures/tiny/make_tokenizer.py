"""A Gemma-like vocabulary of 320 pieces for the tiny models, as tokenizer.model and tokenizer.json, with expected ids.

    python make_tokenizer.py       (rewrites tokenizer/)
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from gemma_tokenizers import SPACE, SentencePieceReference, hugging_face_tokenizer  # noqa: E402
from sentencepiece_proto import BYTE, CONTROL, NORMAL, UNKNOWN, USER_DEFINED, model_bytes  # noqa: E402

CONTROLS = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<start_of_turn>", "<end_of_turn>"]
USER = ["[multimodal]", "\n", "\n\n", "\n\n\n", SPACE * 2, SPACE * 3, "<b>", "</b>"]
# In order of score. 語の stands before 日本語, so that 日本語の is 日本 + 語の and a left-to-right merge would be wrong.
MERGED = [
    SPACE + "t", "he", "in", SPACE + "the", "an", "er", SPACE + "a", "on", "st", "日本", "語の", "日本語", "です",
    "ます", SPACE + "s", "ing",
]
SINGLE = list(SPACE + "etaoinsrhldgcm.,!" + "日本語のですまはをに記事ー、。")

# No run of spaces is longer than the longest piece: there SentencePiece and Hugging Face part ways.
STRINGS = [
    "", " ", "the", " the", "the string", "there is an ocean, not a sea.", "日本語の記事です。", "日本語", "本語の",
    "  the   end  ", "a\nb\n\n\n\nc", "<b>the</b> <i>", "<bos>the<eos>", "<start_of_turn>he\n<end_of_turn>",
    "Zebra xyz 0", "カレーは🍛", "\t\r\u0000", "<0x41>[multimodal]", "ingингing", "ママー、ますますです!!",
]


def pieces() -> list[tuple[str, float, int]]:
    listed = [(t, 0.0, UNKNOWN if t == "<unk>" else CONTROL) for t in CONTROLS]
    listed += [(t, 0.0, USER_DEFINED) for t in USER]
    listed += [(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]
    listed += [(t, -float(rank), NORMAL) for rank, t in enumerate(MERGED + SINGLE)]
    assert len(listed) == 320 and len({t for t, _, _ in listed}) == 320, len(listed)
    return listed


if __name__ == "__main__":
    folder = HERE / "tokenizer"
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.model").write_bytes(model_bytes(pieces()))
    reference, other = SentencePieceReference(pieces()), hugging_face_tokenizer(pieces())
    other.save_pretrained(folder)
    rows = []
    for text in STRINGS:
        plain, special = reference.encode(text), reference.encode(text, parse_special=True)
        theirs = (
            other.encode(text, add_special_tokens=False, split_special_tokens=True),
            other.encode(text, add_special_tokens=False),
        )
        assert theirs == (plain, special), (text, plain, special, theirs)
        assert reference.decode(plain) == text, text
        rows.append({
            "text": text, "ids": plain, "ids_special": special, "pieces": [pieces()[id][0] for id in plain],
            "decoded": reference.decode(plain), "decoded_special": reference.decode(special),
        })
    (folder / "expected.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
    print(len(rows), "strings")
