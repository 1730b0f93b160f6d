/// Python code that an exported notebook needs once. It becomes a separate code cell before the first cell that uses
/// it. Pieces that several commands need are in this file; a piece that one command needs is in that command's file.
public struct PythonPiece: Sendable {
  let name: String
  /// The pieces that must come before this one.
  let needs: [PythonPiece]
  let python: String

  public init(_ name: String, needs: [PythonPiece] = [], _ python: String) {
    self.name = name
    self.needs = needs
    self.python = python
  }

  static let install = """
    # Only needed on Colab, once. Without a GPU the rest runs on plain transformers and PEFT, slowly.
    %pip install -q unsloth trl transformers peft datasets scikit-learn matplotlib
    """

  public static let runtime = PythonPiece(
    "runtime",
    """
    try:
        from unsloth import FastLanguageModel  # before transformers, which it makes faster
    except (ImportError, NotImplementedError, RuntimeError):
        FastLanguageModel = None  # no GPU, or not installed
    import torch

    max_seq_length = 8192  # Gemma 2's context. Articles are cut by max_input_tokens, never by this.


    def load_model(name, load_in_4bit, load_in_8bit=False, dtype=None):
        if FastLanguageModel:
            model, tokenizer = FastLanguageModel.from_pretrained(
                name, max_seq_length=max_seq_length, load_in_4bit=load_in_4bit, load_in_8bit=load_in_8bit, dtype=dtype)
        else:
            from transformers import AutoModelForCausalLM, AutoTokenizer
            model = AutoModelForCausalLM.from_pretrained(
                name, dtype=dtype or torch.float32, attn_implementation="eager")
            tokenizer = AutoTokenizer.from_pretrained(name)
        tokenizer = getattr(tokenizer, "tokenizer", tokenizer)  # of a model that also sees, the part for text
        tokenizer.padding_side = "right"
        return model, tokenizer
    """)

  public static let prompt = PythonPiece(
    "prompt", needs: [.runtime],
    """
    import codecs
    import re

    # A cut may go through a character. gnb, like SentencePiece, has one mark for each byte that is left of it.
    codecs.register_error("mark", lambda error: ("\\ufffd" * (error.end - error.start), error.end))


    def encode(text):
        return tokenizer(text, add_special_tokens=False)["input_ids"]


    def decode(ids):
        pieces = tokenizer.convert_ids_to_tokens(ids)
        parts = [
            bytes.fromhex(piece[3:5]) if re.fullmatch("<0x[0-9A-F]{2}>", piece) else piece.replace("▁", " ").encode()
            for piece in pieces]
        return b"".join(parts).decode("utf-8", errors="mark")


    def cut(text):
        if max_input_tokens and len(ids := encode(text)) > max_input_tokens:
            return decode(ids[:max_input_tokens])
        return text


    def prompt(text):
        \"""The text before the answer.\"""
        return template.replace("{instruction}", instruction, 1).replace("{input}", cut(text), 1)


    def prompt_ids(text):
        return [tokenizer.bos_token_id] + encode(prompt(text))
    """)

  public static let answers = PythonPiece(
    "answers", needs: [.runtime, .prompt],
    #"""
    from sklearn.metrics import ConfusionMatrixDisplay, classification_report

    evaluations = {}


    def generate(ids, max_new_tokens, **options):
        """The model's continuation: greedy, unless options of transformers' generate say otherwise."""
        if FastLanguageModel:
            FastLanguageModel.for_inference(model)
        else:
            model.eval()
        ids = torch.tensor([ids], device=model.device)
        with torch.no_grad():
            output = model.generate(
                input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=max_new_tokens,
                eos_token_id=tokenizer.convert_tokens_to_ids(["<eos>", "<end_of_turn>"]),
                pad_token_id=tokenizer.pad_token_id, **{"do_sample": False, **options})
        return tokenizer.decode(output[0, ids.shape[1]:], skip_special_tokens=True)


    def answer(text):
        """The first line of the model's answer to the prompt with this text."""
        lines = [line for line in generate(prompt_ids(text), 64).split("\n") if line]
        return lines[0].strip() if lines else ""


    def evaluate(articles, name=None, part=""):
        if not name:
            steps = globals().get("trained_steps", 0)
            standard = (f"step {steps}" if steps else "untrained") + part
            number = 1
            while (name := standard if number == 1 else f"{standard} ({number})") in evaluations:
                number += 1
        truth = [article["category"] for article in articles]
        keep(name, truth, [answer(article["text"]) for article in articles])


    def keep(name, truth, predicted):
        evaluations.pop(name, None)  # so that it comes last
        evaluations[name] = (truth, predicted)
        right = sum(t == p for t, p in zip(truth, predicted))
        print(f"{name}: accuracy {right / len(truth):.4f} ({right} of {len(truth)})")


    def evaluation(name=None):
        names = list(evaluations)
        if name and name not in evaluations and name.isdecimal():
            name = names[int(name) - 1]  # the number that compare prints
        return evaluations[name or names[-1]]
    """#)
}
