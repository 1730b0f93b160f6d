"""Writes a SentencePiece ModelProto without the protobuf package: a fixture needs only five fields of it.

The SentencePiece library then reads the bytes, so the library itself is the judge of what the pieces mean.
"""

import struct

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes_field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _int_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def model_bytes(pieces: list[tuple[str, float, int]]) -> bytes:
    """pieces: (text, score, type) by id; BPE with byte fallback, no dummy prefix, no normalisation but space to U+2581."""
    out = bytearray()
    for text, score, kind in pieces:
        body = _bytes_field(1, text.encode()) + b"\x15" + struct.pack("<f", score)
        if kind != NORMAL:
            body += _int_field(3, kind)
        out += _bytes_field(1, body)
    trainer = (
        _int_field(3, 2)  # model_type = BPE
        + _int_field(4, len(pieces))
        + _int_field(35, 1)  # byte_fallback
        + _int_field(40, 3) + _int_field(41, 2) + _int_field(42, 1) + _int_field(43, 0)  # unk, bos, eos, pad
        + _bytes_field(45, b"<unk>") + _bytes_field(46, b"<bos>") + _bytes_field(47, b"<eos>") + _bytes_field(48, b"<pad>")
    )
    out += _bytes_field(2, trainer)
    normalizer = (
        _bytes_field(1, b"identity")
        + _int_field(3, 0)  # add_dummy_prefix
        + _int_field(4, 0)  # remove_extra_whitespaces
        + _int_field(5, 1)  # escape_whitespaces
    )
    out += _bytes_field(3, normalizer)
    return bytes(out)
