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

    task = globals().get("task", "classification")  # or "instruction": what the data says

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


    def exchanges(article):
        \"""The texts before the answers, each with its answer. The last answer is article["category"]; it has None here.\"""
        if isinstance(article, str):
            article = {"text": article}
        if whole_chats and article.get("turns"):
            return chat(article["turns"])
        own = article.get("instruction")
        text = article["text"] if own is None else article["input"]
        form = template if text or own is None else short_template or template
        values = {
            name: cut(value) if value == article["text"] else value
            for name, value in article.get("columns", {}).items()}
        values |= {"instruction": instruction if own is None else own, "input": cut(text)}
        # Doubled braces are braces; what is filled in is never filled again.
        return [(re.sub(
            r"\\{\\{|\\}\\}|\\{([^{}\\n]+)\\}",
            lambda found: values.get(found[1], "") if found[1] else found[0][0], form), None)]


    def chat(turns):
        \"""A conversation in Gemma's format. What a system says is put before the next turn of the user.\"""
        parts, text, system = [], "", ""
        for i, turn in enumerate(turns):
            if turn["role"] == "system":
                system += turn["content"] + "\\n\\n"
            elif turn["role"] == "user":
                text += f"<start_of_turn>user\\n{system}{cut(turn['content'].strip())}<end_of_turn>\\n"
                system = ""
            else:
                parts.append((
                    text + "<start_of_turn>model\\n", None if i == len(turns) - 1 else turn["content"].strip()))
                text = "\\n"
        return parts


    def prompt(article):
        \"""The text before the (last) answer: of an article, or of a plain text.\"""
        return "".join(
            text + ("" if response is None else response + end_token) for text, response in exchanges(article))


    def tokens(article):
        \"""The ids up to the last answer, and which of them are to be predicted: those labelled -100 are not.\"""
        ids = [tokenizer.bos_token_id]
        labels = [-100]
        for text, response in exchanges(article):
            part = encode(text)
            ids, labels = ids + part, labels + [-100] * len(part)
            if response is not None:
                part = answer_ids(response)
                ids, labels = ids + part, labels + part
        return ids, labels


    def last_answer(article):
        chats = whole_chats and article.get("turns")
        return article["category"].strip() if chats else article["category"]


    def answer_ids(text):
        return encode(text) + [tokenizer.convert_tokens_to_ids(end_token)]


    def prompt_ids(article):
        return tokens(article)[0]
    """)

  public static let answers = PythonPiece(
    "answers", needs: [.runtime, .prompt],
    #"""
    import numpy
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


    def answer(article, max_new_tokens=64):
        """What the model writes to the prompt with this; of a category the first line."""
        text = generate(prompt_ids(article), max_new_tokens)
        if task == "instruction":
            return text
        lines = [line for line in text.split("\n") if line]
        return lines[0].strip() if lines else ""


    def evaluate(articles, name=None, part="", write=20, max_new_tokens=128):
        if not name:
            steps = globals().get("trained_steps", 0)
            standard = (f"step {steps}" if steps else "untrained") + part
            number = 1
            while (name := standard if number == 1 else f"{standard} ({number})") in evaluations:
                number += 1
        if task == "instruction":
            return evaluate_answers(articles, name, write, max_new_tokens)
        truth = [article["category"] for article in articles]
        keep(name, truth, [answer(article) for article in articles])


    def evaluate_answers(articles, name, write, max_new_tokens):
        """Loss, perplexity and tokens right of the answers; then the model writes the first of them."""
        if FastLanguageModel:
            FastLanguageModel.for_inference(model)
        else:
            model.eval()
        total, count, right = 0.0, 0, 0
        for article in articles:
            ids, labels = tokens(article)
            target = answer_ids(last_answer(article))
            labels = torch.tensor((labels + target)[1:], device=model.device)
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids + target], device=model.device)).logits[0, :-1].float()
            wanted = labels >= 0
            total += torch.nn.functional.cross_entropy(logits[wanted], labels[wanted], reduction="sum").item()
            count += int(wanted.sum())
            right += int((logits[wanted].argmax(-1) == labels[wanted]).sum())
        result = {"rows": len(articles), "loss": total / count, "tokens": count, "right": right / count, "written": {}}
        before = list(evaluations.values())[-1]["written"] if evaluations else {}
        for article in articles[:write]:
            text = result["written"][article["id"]] = generate(prompt_ids(article), max_new_tokens)
            print(prompt(article).strip(), "\nexpected:", article["category"])
            if article["id"] in before:
                print("before:", before[article["id"]])
            print("written:", text, "\n")
        exact = [
            result["written"][a["id"]].strip() == a["category"].strip() for a in articles if a["id"] in result["written"]]
        result["exact"] = sum(exact) / len(exact) if exact else None
        evaluations.pop(name, None)
        evaluations[name] = result
        compare(name)


    def compare(*names):
        for name in names or list(evaluations):
            if name not in evaluations and name.isdecimal():
                name = list(evaluations)[int(name) - 1]
            if task == "instruction":
                e = evaluations[name]
                print(
                    f"{name}: loss {e['loss']:.4f}, perplexity {numpy.exp(e['loss']):.3f}, tokens right "
                    f"{e['right']:.4f}, exact match {e['exact']} ({e['rows']} rows)")
            else:
                truth, predicted = evaluations[name]
                right = sum(t == p for t, p in zip(truth, predicted))
                print(f"{name}: {right / len(truth):.4f} ({right} of {len(truth)})")


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
