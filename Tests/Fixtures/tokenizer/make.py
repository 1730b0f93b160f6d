"""Expected token ids of the real Gemma 3 vocabulary, from the SentencePiece library; Hugging Face's BPE is the second witness.

    python make.py strings         (rewrites strings.json)
    python make.py corpus FOLDER   (rewrites livedoor.tsv from FOLDER/text/CATEGORY/*.txt)
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from alpaca import TEMPLATE  # noqa: E402
from gemma_tokenizers import SentencePieceReference, pieces_from_gguf  # noqa: E402
from load_270m import FOLDER, GGUF  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

CATEGORIES = ["it-life-hack", "kaden-channel", "movie-enter", "sports-watch", "topic-news"]

STRINGS = [
    "",
    " ",
    "  ",
    "a",
    " a",
    "a ",
    "  a  b   c    ",
    "Hello, world!",
    "こんにちは、世界。",
    "東京特許許可局の許可局長が急遽許可を却下した。",
    "カタカナ、ひらがな、漢字、ﾊﾝｶｸｶﾅ、ＡＢＣ１２３。",
    "が ガ が ガ ﾊﾞ",
    "辻\U000E0100 葛\U000E0101 神\uFE00",
    "👨‍👩‍👧‍👦🏳️‍🌈👍🏽",
    "🇯🇵🇫🇷🇺",
    "✨🔋❤️❤",
    "e\u0301 é n\u0303 ñ a\u0308\u0323\u0331",
    "Z\u0351\u036b\u0343\u036aA\u0334\u0335LGO",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\ufeffBOM at the start",
    "line one\nline two",
    "\n",
    "\n\n\n",
    "a\n\n\n\nb",
    "\n" * 31,
    "\n" * 32,
    "\n" * 70 + "x",
    "one\r\ntwo\r\n\r\nthree\rfour",
    "\t",
    "\tif x:\n\t\treturn\t1",
    "\t" * 33,
    " " * 31,
    " " * 32 + "x",
    " " * 63,
    " \n \n  \n\t \n",
    "\u3000全角の空白\u3000\u3000二つ",
    "no\u00a0break\u2003em\u2009thin",
    "literal \u2581 block \u2581\u2581\u2581 and \u2581 \u2581",
    "<bos>",
    "<eos><pad><unk>",
    "before <bos> after<eos>",
    "<start_of_turn>user\nこんにちは<end_of_turn>\n<start_of_turn>model\n",
    "<start_of_turn",
    "<<bos>>",
    "<unused0><unused99><unused6241><unused6242>",
    "[multimodal]<start_of_image><end_of_image><mask>",
    "<0x41><0x0A>\\u0041",
    "<h1>見出し</h1><p>本文<strong>太字</strong></p>",
    "<table><tr><td>1</td><td>2</td></tr></table><TABLE>",
    "</s></i></code><img src=\"a.png\"/><span class='x'>",
    "0123456789 3.14159 1,000,000 ２０２６年１１月",
    "snake_case camelCase kebab-case SCREAMING_CASE __init__",
    "def f(x: int) -> int:\n    return x ** 2  # 二乗\n",
    "https://example.com/a?b=c&d=%E3%81%82#frag",
    "\u0000\u0001\u0007\u001b[31m\u007f\u0080",
    "\U00030EDE\U0002A6B2\U0001F9FF\U000F0000\uFFFD\uFFFF",
    "ᚠᛇᚻ ქართული አማርኛ ꙮ 𒀀 𐍈 ⠓⠑⠇⠇⠕",
    "ไม่มีช่องว่าง العربية‏ עברית हिन्दी 한국어",
    "a" * 1000,
    "あ" * 500 + "ー" * 300,
    "わーーーーい！！！！！！ｗｗｗｗｗｗ……。。。",
    "=" * 257 + "-" * 129 + "*" * 65,
    "ab" * 400,
    "The the THE tHe. Don't can't I'll 'quoted' \"double\" “curly” —dash",
    "料金は5,980円(税込)です。詳しくは→http://例え.jp/新製品?id=１",
    TEMPLATE.format(instruction="分類してください。", input="", output=""),
]


def strings(reference: SentencePieceReference):
    other = AutoTokenizer.from_pretrained(FOLDER)
    rows, differing = [], 0
    for text in STRINGS:
        plain = reference.encode(text)
        special = reference.encode(text, parse_special=True)
        row = {"text": text, "ids": plain, "ids_special": special, "decoded": reference.decode(plain)}
        row["decoded_special"] = reference.decode(special)
        theirs = (
            other.encode(text, add_special_tokens=False, split_special_tokens=True),
            other.encode(text, add_special_tokens=False),
        )
        if theirs != (plain, special):
            differing += 1
            # Runs of more than 31 spaces and literal U+2581: Hugging Face merges by rank, SentencePiece takes the
            # longest user-defined piece first. The ids above are SentencePiece's.
            row["hugging_face"] = {"ids": theirs[0], "ids_special": theirs[1]}
            print("differs:", repr(text[:60]), plain[:12], theirs[0][:12], special[:12], theirs[1][:12])
        if row["decoded"] != text:
            print("decodes to", repr(row["decoded"][:60]), "from", repr(text[:60]))
        rows.append(row)
    lines = [json.dumps(row, ensure_ascii=True) for row in rows]
    (HERE / "strings.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(rows), "strings,", differing, "differ in Hugging Face")


def corpus(reference: SentencePieceReference, folder: Path):
    other = AutoTokenizer.from_pretrained(FOLDER)
    lines, differing = ["file\tcount\tsha256_12"], []
    for category in CATEGORIES:
        for path in sorted((folder / "text" / category).glob(category + "-*.txt")):
            text = path.read_bytes().decode("utf-8")
            ids = reference.encode(text)
            if other.encode(text, add_special_tokens=False, split_special_tokens=True) != ids:
                differing.append(path.name)
            digest = hashlib.sha256(struct.pack(f"<{len(ids)}i", *ids)).hexdigest()[:12]
            lines.append(f"{path.name}\t{len(ids)}\t{digest}")
    (HERE / "livedoor.tsv").write_text("\n".join(lines) + "\n")
    print(len(lines) - 1, "articles; Hugging Face's BPE differs on", len(differing), differing[:10])


if __name__ == "__main__":
    reference = SentencePieceReference(pieces_from_gguf(GGUF))
    if sys.argv[1:2] == ["corpus"]:
        corpus(reference, Path(sys.argv[2]))
    else:
        strings(reference)
