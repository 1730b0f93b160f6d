"""The same Gemma vocabulary as two independent tokenizers: SentencePiece (the original) and Hugging Face's BPE.

Where the two disagree SentencePiece is right, because Gemma was trained with it.
"""

import re
from pathlib import Path

import gguf
import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, processors
from transformers import PreTrainedTokenizerFast

from sentencepiece_proto import CONTROL, NORMAL, UNKNOWN, USER_DEFINED, model_bytes

SPACE = "\u2581"
Pieces = list[tuple[str, float, int]]


def pieces_from_gguf(path: str | Path) -> Pieces:
    """(text, score, type) by id, as they stood in the SentencePiece file the GGUF was made from."""
    fields = gguf.GGUFReader(str(path)).fields
    texts, scores, kinds = (
        fields["tokenizer.ggml." + key].contents() for key in ("tokens", "scores", "token_type")
    )
    pieces = []
    for id, (text, score, kind) in enumerate(zip(texts, scores, kinds)):
        if text == "<unk>":
            kind = UNKNOWN
        # The converter to GGUF wrote runs of spaces as spaces.
        pieces.append((text.replace(" ", SPACE) if kind == USER_DEFINED else text, score, kind))
    return pieces


class SentencePieceReference:
    """Encodes with the SentencePiece library; control tokens found in the text only on request."""

    def __init__(self, pieces: Pieces):
        self.processor = sentencepiece.SentencePieceProcessor(model_proto=model_bytes(pieces))
        self.control = {text: id for id, (text, _, kind) in enumerate(pieces) if kind in (CONTROL, UNKNOWN)}
        names = sorted(self.control, key=len, reverse=True)
        self.pattern = re.compile("(" + "|".join(map(re.escape, names)) + ")")

    def encode(self, text: str, parse_special: bool = False) -> list[int]:
        if not parse_special:
            return self.processor.encode(text)
        ids = []
        for part in self.pattern.split(text):
            if part in self.control:
                ids.append(self.control[part])
            elif part:
                ids.extend(self.processor.encode(part))
        return ids

    def decode(self, ids: list[int]) -> str:
        """Control tokens give nothing, as in SentencePiece."""
        return self.processor.decode(ids)


def hugging_face_tokenizer(pieces: Pieces) -> PreTrainedTokenizerFast:
    """Laid out as Gemma's own tokenizer.json: BPE ranks from scores, every control and user-defined piece an added token."""
    vocabulary = {text: id for id, (text, _, _) in enumerate(pieces)}
    mergeable = {text for text, _, kind in pieces if kind in (NORMAL, USER_DEFINED)}
    merges = []
    for id, (text, score, kind) in enumerate(pieces):
        if kind not in (NORMAL, USER_DEFINED):
            continue
        # Runs of spaces are user-defined; they merge before everything else, shortest first.
        rank = (0, len(text)) if kind == USER_DEFINED else (1, -score)
        for cut in range(1, len(text)):
            left, right = text[:cut], text[cut:]
            if left in mergeable and right in mergeable:
                merges.append((rank, cut, (left, right)))
    merges.sort(key=lambda entry: entry[:2])
    model = models.BPE(
        vocab=vocabulary, merges=[pair for _, _, pair in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    tokenizer.decoder = decoders.Sequence([decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(
        [AddedToken(t, normalized=False, special=True) for t, _, k in pieces if k in (CONTROL, UNKNOWN)]
    )
    tokenizer.add_tokens([AddedToken(t, normalized=False) for t, _, k in pieces if k == USER_DEFINED])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B", special_tokens=[("<bos>", vocabulary["<bos>"])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>",
        padding_side="right", clean_up_tokenization_spaces=False,
    )
