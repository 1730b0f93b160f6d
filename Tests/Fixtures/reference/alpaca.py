"""The Alpaca prompt as the Colab demo fills it in, and how its text becomes tokens."""

TEMPLATE = (
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n{output}"
)
EOS = 1


def example_ids(encode, instruction: str, input: str, output: str) -> tuple[list[int], int]:
    """encode: text to ids without BOS and without parsing special tokens. Returns ids (BOS ... EOS) and prompt length."""
    prompt = [2] + encode(TEMPLATE.format(instruction=instruction, input=input, output=""))
    ids = [2] + encode(TEMPLATE.format(instruction=instruction, input=input, output=output)) + [EOS]
    assert ids[: len(prompt)] == prompt, "the response merged with the end of the prompt"
    return ids, len(prompt)
