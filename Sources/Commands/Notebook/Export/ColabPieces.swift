/// Python that an exported notebook needs once, before the first cell that uses it. Each is a code cell of its own.
enum ColabPiece: String, CaseIterable {
  case runtime, data, table, prompt, training, packing, answers, sampling, baselines

  /// What must stand before.
  var needs: [ColabPiece] {
    switch self {
    case .runtime, .data: []
    case .table: [.data]
    case .prompt: [.runtime]
    case .training, .answers: [.runtime, .prompt]
    case .packing: [.training]
    case .sampling, .baselines: [.answers]
    }
  }

  static let install = """
    # Only needed on Colab, once. Without a GPU the rest runs on plain transformers and PEFT, slowly.
    %pip install -q unsloth trl transformers peft datasets scikit-learn matplotlib
    """

  var python: String {
    switch self {
    case .runtime:
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
      """
    case .data:
      #"""
      import tarfile
      import urllib.request
      from collections import Counter
      from pathlib import Path

      import numpy
      from sklearn.datasets import load_files
      from sklearn.model_selection import train_test_split

      LICENCES = ("LICENSE.txt", "README.txt", "CHANGES.txt")


      def find_corpus(place):
          """The folder that holds the category folders: of a folder, an archive, or an archive's address."""
          if place.startswith("https://"):
              place, _ = urllib.request.urlretrieve(place, place.rsplit("/", 1)[-1])
          if Path(place).is_file():
              with tarfile.open(place) as archive:
                  archive.extractall("corpus", filter="data")
              place = "corpus"
          return Path(place, "text") if Path(place, "text").is_dir() else Path(place)


      def read_article(path):
          """Title and body; the address and the date above them are left out."""
          lines = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n", 3)
          return (lines[2].strip() + "\n" + "".join(lines[3:])).strip()


      def read_articles(root, categories):
          """Every file, sorted. One that is no article, or has the text of an earlier one, has the text None."""
          files = load_files(root, categories=categories, shuffle=False, load_content=False).filenames
          articles, seen = [], set()
          for path in map(Path, files.tolist()):
              is_licence = path.name in LICENCES or path.suffix != ".txt"
              text = None if is_licence else read_article(path)
              if (path.parent.name, text) in seen:
                  text = None
              seen.add((path.parent.name, text))
              articles.append({
                  "id": path.name, "category": path.parent.name, "text": text, "is_licence": is_licence})
          return articles


      def count(articles):
          return dict(Counter(a["category"] for a in articles if a["text"] is not None))
      """#
    case .table:
      """
      import pandas


      def read_table(path, categories=None):
          \"""A .csv, .tsv or .jsonl file with texts and their categories. A draw from it is another one than gnb's.\"""
          if path.endswith(".jsonl"):
              rows = pandas.read_json(path, lines=True, dtype=False)
          else:
              rows = pandas.read_csv(
                  path, sep="\\t" if path.endswith(".tsv") else ",", dtype=str, keep_default_na=False)
          rows.columns = rows.columns.str.lower()
          text = next(name for name in ("text", "input") if name in rows)
          category = next(name for name in ("category", "label", "output") if name in rows)
          return [
              {"id": i, "category": c, "text": t, "is_licence": False}
              for i, (t, c) in enumerate(zip(rows[text], rows[category])) if not categories or c in categories]
      """
    case .prompt:
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
      """
    case .training:
      """
      from transformers import DataCollatorForSeq2Seq

      try:
          from datasets import Dataset
          from trl import SFTConfig, SFTTrainer
          sft_only = {"max_length": max_seq_length, "packing": False}
          as_dataset = Dataset.from_list
      except ImportError:  # transformers' own trainer does the same here: the examples are tokens already
          from transformers import Trainer as SFTTrainer, TrainingArguments as SFTConfig
          sft_only, as_dataset = {}, list

      has_bf16 = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
      half = {"bf16": has_bf16, "fp16": torch.cuda.is_available() and not has_bf16}
      losses, trained_steps = [], 0


      def example(article, answer_only):
          \"""Tokens, and which of them are to be predicted: those labelled -100 are not.\"""
          start = prompt_ids(article["text"])
          target = encode(article["category"]) + [tokenizer.convert_tokens_to_ids(end_token)]
          return {
              "input_ids": start + target, "attention_mask": [1] * len(start + target),
              "labels": ([-100] * len(start) if answer_only else start) + target}


      def examples(answer_only):
          return as_dataset([example(article, answer_only) for article in train])


      def run(trainer, resume=None):
          global trained_steps
          if FastLanguageModel:
              FastLanguageModel.for_training(model)
          trainer.train(resume_from_checkpoint=resume)
          losses.extend(entry["loss"] for entry in trainer.state.log_history if "loss" in entry)
          trained_steps += trainer.state.global_step
      """
    case .packing:
      """
      def for_packing(examples):
          \"""With a mask of what is to be predicted beside the labels: TRL packs the one, Unsloth the other.\"""
          if not sft_only:
              return examples
          return examples.map(lambda e: {"completion_mask": [int(label != -100) for label in e["labels"]]})
      """
    case .answers:
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
          """What the model writes after a text's prompt, up to the end of the first line."""
          lines = [line for line in generate(prompt_ids(text), 64).split("\n") if line]
          return lines[0].strip() if lines else ""


      def evaluate(articles, name=None):
          steps = globals().get("trained_steps", 0)
          name = name or (f"step {steps}" if steps else "untrained")
          truth = [article["category"] for article in articles]
          keep(name, truth, [answer(article["text"]) for article in articles])


      def keep(name, truth, predicted):
          evaluations.pop(name, None)  # so that it comes last
          evaluations[name] = (truth, predicted)
          right = sum(t == p for t, p in zip(truth, predicted))
          print(f"{name}: accuracy {right / len(truth):.4f} ({right} of {len(truth)})")


      def evaluation(name=None):
          return evaluations[name or list(evaluations)[-1]]
      """#
    case .sampling:
      #"""
      def sample(ids, max_new_tokens, stop_strings=None, **options):
          """A continuation with these options of transformers' generate. A stop text ends it and is not part of it."""
          text = generate(
              ids, max_new_tokens, stop_strings=stop_strings or None, tokenizer=tokenizer, **options)
          for stop in stop_strings or []:
              text = text.split(stop, 1)[0]
          return text
      """#
    case .baselines:
      """
      from sklearn.feature_extraction.text import TfidfVectorizer
      from sklearn.linear_model import LogisticRegression
      from sklearn.pipeline import make_pipeline


      def baseline(cut_too):
          \"""The most frequent category, and what counting characters reaches on the same split.\"""
          labels = [article["category"] for article in train]
          truth = [article["category"] for article in validation]
          keep("majority", truth, [max(categories, key=labels.count)] * len(truth))
          for name, text in [("tf-idf", str)] + ([("tf-idf cut", cut)] if cut_too else []):
              model = make_pipeline(
                  TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LogisticRegression(max_iter=1000, tol=1e-6))
              model.fit([text(article["text"]) for article in train], labels)
              keep(name, truth, model.predict([text(article["text"]) for article in validation]).tolist())
      """
    }
  }
}
