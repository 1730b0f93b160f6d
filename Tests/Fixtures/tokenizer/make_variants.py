"""Tokenizer files one step beside Gemma's, and what the libraries make of them: ids, or the word gnb refuses the file with.

    python make_variants.py        (rewrites variants.json)

Every variant is the tiny tokenizer.json (../tiny/tokenizer) with a change, as the tokenizers library and transformers read it, or a small
tokenizer.model, as SentencePiece reads it.
"""

import base64
import copy
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
import sentencepiece  # noqa: E402
import sentencepiece_proto as proto  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

BASE = json.loads((HERE.parent / "tiny/tokenizer/tokenizer.json").read_text())
NAMES = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}
SPACE = "\u2581"


def token(content, id=320, **flags):
    """One entry of `added_tokens`."""
    plain = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
    return dict(id=id, content=content) | plain | flags


def named(content, **flags):
    """One of `added_tokens_decoder`, whose keys are the ids."""
    return {key: value for key, value in token(content, **flags).items() if key != "id"}


def changed(change):
    """`set` replaces keys, `model` keys of the model, `vocab` adds pieces, `without` takes pieces away, `added` adds tokens."""
    result = copy.deepcopy(BASE) | change.get("set", {})
    result["model"] |= change.get("model", {})
    result["model"]["vocab"] |= change.get("vocab", {})
    for piece in change.get("without", []):
        del result["model"]["vocab"][piece]
    result["added_tokens"] += change.get("added", [])
    return result


WORDS = ["a zym zymu  zymurgy", "azyma", "a\n zym \nthe", "zyms zym_ zym.", "東京都の zym", "<b>zym</b><bos>zym", "the  the"]
JSON = [
    # name, change, texts
    ("as it is", {}, ["the  the\n\n\n\n<b>", "a▁▁b    b" + " " * 9, "é Q\u0301 辻", ""]),
    ("an added token", {"added": [token("zym")]}, WORDS),
    ("two, one the beginning of the other", {"added": [token("zym"), token("zymurgy", 321), token("ymu", 322)]}, WORDS),
    ("ids with a gap", {"added": [token("zym", 400), token("urgy", 330)]}, WORDS),
    ("a token of no bytes", {"added": [token(""), token("zym", 321)]}, WORDS),
    ("a piece that is made an added token", {"added": [token("the", 999), token("日本語", 282)]}, ["xthe the 日本語の", "the"]),
    ("special and normalized", {"added": [token("a b", special=True, normalized=True), token("zym", 321, special=True, normalized=True)]}, WORDS + ["xa ba▁b zym"]),
    ("given anew with other flags", {"added": [token("\n\n", 9, normalized=True, lstrip=True), token("<b>", 13, single_word=True)]}, ["a \n\n\n<b> b<b>"]),
    ("an added character that does not stand alone", {"added": [token("東", single_word=True)]}, ["東京東 東"]),
    ("twice the same", {"added": [token("zym"), token("zym", 321), token("urgy", 322)]}, WORDS),
    ("special", {"added": [token("zym", special=True), token("zymur", 321)]}, WORDS),
    ("special, longer than another", {"added": [token("zymur", special=True), token("zym", 321)]}, WORDS),
    ("lstrip", {"added": [token("zym", lstrip=True)]}, WORDS),
    ("rstrip", {"added": [token("zym", rstrip=True)]}, WORDS),
    ("lstrip, rstrip, special", {"added": [token("zym", lstrip=True, rstrip=True, special=True)]}, WORDS),
    ("single_word", {"added": [token("zym", single_word=True)]}, WORDS + ["zymé zym- zym٣ ézym"]),
    ("normalized", {"added": [token("zym", normalized=True), token("a the", 321, normalized=True)]}, WORDS + ["a the a▁the"]),
    ("normalized, lstrip and single_word", {"added": [token("zym", normalized=True, lstrip=True, single_word=True)]}, WORDS),
    ("a space in it", {"added": [token("a the")]}, ["xa the a▁the"]),
    ("the vocabulary has a gap", {"vocab": {"Q": 350}, "added": [token("zym", 321), token("東", 322)]}, WORDS + ["Q東Q"]),
    ("no normaliser", {"set": {"normalizer": None}}, ["the the", "a▁the  b"]),
    ("a sequence of normalisers", {"set": {"normalizer": {"type": "Sequence", "normalizers": [BASE["normalizer"]]}}}, ["the  the"]),
    (
        "Gemma's pre_tokenizer",
        {"set": {"pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}}},
        ["the  the a"],
    ),
    ("no byte_fallback", {"model": {"byte_fallback": False}}, ["aQQ the辻b辻辻", "éa"]),
    ("no byte_fallback, no fuse_unk", {"model": {"byte_fallback": False, "fuse_unk": False}}, ["aQQ the辻b辻辻", "éa"]),
    ("no byte_fallback, no unknown token", {"model": {"byte_fallback": False, "unk_token": None}}, ["aQQ the辻b辻辻", "éa"]),
    ("ignore_merges", {"model": {"ignore_merges": True}}, ["日本語", "日本語の", "the<b>日本語"]),
    ("merges as one text", {"model": {"merges": [" ".join(pair) for pair in BASE["model"]["merges"]]}}, ["the string 日本語の"]),
    ("a template of the text alone", {"set": {"post_processor": BASE["post_processor"] | {"single": BASE["post_processor"]["single"][1:], "special_tokens": {}}}}, ["the"]),
    ("no template", {"set": {"post_processor": None}}, ["the"]),
    ("truncation", {"set": {"truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}}}, ["the string"]),
]
TEMPLATE = BASE["post_processor"]
REFUSED = [
    ("Unigram", {"model": {"type": "Unigram"}}, "Unigram"),
    ("WordPiece", {"model": {"type": "WordPiece"}}, "WordPiece"),
    ("NFC", {"set": {"normalizer": {"type": "Sequence", "normalizers": [BASE["normalizer"], {"type": "NFC"}]}}}, "NFC"),
    ("Prepend", {"set": {"normalizer": {"type": "Prepend", "prepend": SPACE}}}, "Prepend"),
    ("Lowercase", {"set": {"normalizer": {"type": "Lowercase"}}}, "Lowercase"),
    ("another Replace", {"set": {"normalizer": {"type": "Replace", "pattern": {"String": "a"}, "content": "b"}}}, "Replace"),
    ("Metaspace", {"set": {"pre_tokenizer": {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": True}}}, "Metaspace"),
    ("ByteLevel", {"set": {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}}}, "ByteLevel"),
    ("Digits", {"set": {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}]}}}, "Digits"),
    ("dropout", {"model": {"dropout": 0.1}}, "dropout"),
    ("a prefix", {"model": {"continuing_subword_prefix": "##"}}, "continuing_subword_prefix"),
    ("a suffix", {"model": {"end_of_word_suffix": "</w>"}}, "end_of_word_suffix"),
    ("a key nobody knows", {"model": {"shrinks": True}}, "model.shrinks"),
    ("a key at the top", {"set": {"post_normalizer": {}}}, "post_normalizer"),
    ("<eos> after each text", {"set": {"post_processor": TEMPLATE | {"single": TEMPLATE["single"] + [{"SpecialToken": {"id": "<eos>", "type_id": 0}}]}}}, "<eos>"),
    ("RobertaProcessing", {"set": {"post_processor": {"type": "RobertaProcessing", "sep": ["<eos>", 1], "cls": ["<bos>", 2], "trim_offsets": True, "add_prefix_space": False}}}, "RobertaProcessing"),
    ("a decoder that strips", {"set": {"decoder": {"type": "Strip", "content": " ", "start": 1, "stop": 0}}}, "Strip"),
    ("half of the bytes", {"without": ["<0x51>"]}, "byte_fallback"),
    ("one id twice", {"vocab": {"Q": 300}}, "300"),
    ("an id beyond all", {"vocab": {"Q": 2_000_000_000}}, "2000000000"),
]
PLAIN = NAMES | {"tokenizer_class": "PreTrainedTokenizerFast"}
FOLDERS = [
    # name, files beside tokenizer.json, texts
    ("added_tokens_decoder", {"tokenizer_config.json": PLAIN | {"added_tokens_decoder": {"320": named("zym"), "8": named("\n")}}}, WORDS),
    ("added_tokens_decoder makes special", {"tokenizer_config.json": PLAIN | {"added_tokens_decoder": {"13": named("<b>", special=True)}}}, WORDS),
    ("added_tokens.json", {"tokenizer_config.json": PLAIN, "added_tokens.json": {"zym": 321, "urgy": 320}}, WORDS),
    ("eos is <end_of_turn>", {"tokenizer_config.json": PLAIN | {"eos_token": "<end_of_turn>"}}, ["the<end_of_turn>"]),
    (
        "names of their own",
        {"tokenizer_config.json": PLAIN | {"eos_token": "<|im_end|>", "pad_token": token("<mask>", special=True) | {"__type": "AddedToken"},
                                           "additional_special_tokens": ["<|im_start|>"]}},
        ["<|im_start|>the<|im_end|>", "<mask>"],
    ),
    ("special_tokens_map.json", {"special_tokens_map.json": NAMES | {"eos_token": "<end_of_turn>", "additional_special_tokens": ["<b>"]}}, WORDS),
]


def normal(text, score=0.0):
    return (text, score, proto.NORMAL)


SMALL = [("<pad>", 0.0, proto.CONTROL), ("<eos>", 0.0, proto.CONTROL), ("<bos>", 0.0, proto.CONTROL), ("<unk>", 0.0, proto.UNKNOWN)]
LETTERS = [normal(c, -20.0 - i) for i, c in enumerate("abc" + SPACE)]
SENTENCEPIECE = [
    # name, pieces, switches, texts
    ("user-defined runs with U+2581", [(SPACE * 2, 0.0, 4), (SPACE * 3, 0.0, 4)] + LETTERS, {}, ["a" + " " * n + "b" for n in range(1, 9)] + ["▁▁a ▁"]),
    ("user-defined runs with spaces", [("  ", 0.0, 4), (SPACE * 2, -1.0, 1)] + LETTERS, {}, ["a" + " " * n + "b" for n in range(1, 6)]),
    ("user-defined pieces that overlap", [("ab", 0.0, 4), ("abc", 0.0, 4), ("ca", 0.0, 4)] + LETTERS, {}, ["abcabca", "caabc", "bca"]),
    ("equal scores", [normal("ab"), normal("bc"), normal("ca"), normal("abc")] + LETTERS, {}, ["abcabc", "bcab", "cabca"]),
    ("unused pieces", [("ab", -1.0, 5), normal("abc", -2.0), normal("aba", -3.0), ("abab", -4.0, 5)] + LETTERS, {}, ["ab", "abc", "abab", "aab", "abaab"]),
    ("a part that is no piece", [normal("xb", -1.0)] + LETTERS, {}, ["axb", "xxb", "x b"]),
    ("no bytes", LETTERS, {"byte_fallback": False}, ["axyb", "xx", "a x y", ""]),
]
SP_REFUSED = [
    ("unigram", {"model_type": 1}, "unigram"), ("words", {"model_type": 3}, "word"),
    ("add_dummy_prefix", {"add_dummy_prefix": True}, "add_dummy_prefix"),
    ("remove_extra_whitespaces", {"remove_extra_whitespaces": True}, "remove_extra_whitespaces"),
    ("no escape_whitespaces", {"escape_whitespaces": False}, "escape_whitespaces"),
    ("a charsmap", {"precompiled_charsmap": b"\x00\x01"}, "precompiled_charsmap"),
    ("spaces as suffix", {"treat_whitespace_as_suffix": True}, "treat_whitespace_as_suffix"),
    ("a piece twice", {"again": True}, "twice"),
    ("a piece of no bytes", {"empty": True}, "piece 4"),
]


def model(pieces, switches):
    """The library's own message, so that defaults are its own."""
    from sentencepiece import sentencepiece_model_pb2 as pb

    switches = dict(switches)
    bytes_too = switches.get("byte_fallback", True)
    listed = SMALL + ([("", 0.0, 1)] if switches.pop("empty", False) else []) + list(pieces)
    if switches.pop("again", False):
        listed.append(listed[-1])
    if bytes_too:
        listed += [(f"<0x{byte:02X}>", 0.0, proto.BYTE) for byte in range(256)]
    message = pb.ModelProto()
    for text, score, kind in listed:
        message.pieces.add(piece=text, score=score, type=kind)
    message.trainer_spec.model_type = 2
    message.trainer_spec.byte_fallback = bytes_too
    for role, (id, name) in dict(unk=(3, "<unk>"), bos=(2, "<bos>"), eos=(1, "<eos>"), pad=(0, "<pad>")).items():
        setattr(message.trainer_spec, role + "_id", id)
        setattr(message.trainer_spec, role + "_piece", name)
    message.normalizer_spec.name = "identity"
    message.normalizer_spec.add_dummy_prefix = False
    message.normalizer_spec.remove_extra_whitespaces = False
    message.normalizer_spec.escape_whitespaces = True
    for key, value in switches.items():
        setattr(message.trainer_spec if hasattr(message.trainer_spec, key) else message.normalizer_spec, key, value)
    return message.SerializeToString()


def folder(files):
    path = Path(tempfile.mkdtemp())
    for name, value in files.items():
        (path / name).write_text(json.dumps(value))
    (path / "config.json").write_text(json.dumps({"model_type": "gemma3_text"}))
    return path


if __name__ == "__main__":
    rows = []
    for name, change, texts in JSON:
        reference = Tokenizer.from_str(json.dumps(changed(change)))
        reference.no_truncation()
        found = []
        for text in texts:
            reference.encode_special_tokens = False
            special = reference.encode(text, add_special_tokens=False).ids
            reference.encode_special_tokens = True
            found.append({"text": text, "ids": reference.encode(text, add_special_tokens=False).ids, "ids_special": special})
        rows.append({"kind": "json", "name": name, "change": change, "texts": found})
    rows += [{"kind": "json", "name": n, "change": c, "refused": word} for n, c, word in REFUSED]
    for name, files, texts in FOLDERS:
        reference = AutoTokenizer.from_pretrained(folder({"tokenizer.json": BASE} | files))
        found = [
            {"text": text, "ids": reference(text, add_special_tokens=False, split_special_tokens=True).input_ids,
             "ids_special": reference(text, add_special_tokens=False).input_ids}
            for text in texts
        ]
        rows.append({"kind": "folder", "name": name, "files": files, "texts": found, "eos": reference.eos_token_id})
    for name, pieces, switches, texts in SENTENCEPIECE:
        data = model(pieces, switches)
        reference = sentencepiece.SentencePieceProcessor(model_proto=data)
        found = [{"text": text, "ids": reference.encode(text)} for text in texts]
        rows.append({"kind": "model", "name": name, "model": base64.b64encode(data).decode(), "texts": found})
    for name, switches, word in SP_REFUSED:
        data = base64.b64encode(model(LETTERS, {"byte_fallback": False} | switches)).decode()
        rows.append({"kind": "model", "name": name, "model": data, "refused": word})
    (HERE / "variants.json").write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    print(len(rows), "variants")
