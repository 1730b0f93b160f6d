extension PythonPiece {
  /// save classifier, load classifier and predict. The folder is a PEFT adapter with notes; gnb's own folders are read too.
  static let classifier = PythonPiece(
    "classifier", needs: [.answers],
    #"""
    import json
    from pathlib import Path

    import pandas


    def save_classifier(path):
        """The adapter, and what gnb calls a classifier: categories and prompt. gnb itself reads only what gnb wrote: the hash is missing."""
        model.save_pretrained(path)
        tokenizer.save_pretrained(path)
        notes = {"format": 1, "categories": categories, "prompt": {
            "template": template, "instruction": instruction, "max_input_tokens": max_input_tokens, "end_token": end_token}}
        Path(path, "gnb.json").write_text(json.dumps({"classifier": notes}, ensure_ascii=False, indent=2), encoding="utf-8")


    def load_classifier(path):
        global model, tokenizer, categories, template, instruction, max_input_tokens, end_token
        from peft import PeftModel
        notes = json.loads(Path(path, "gnb.json").read_text(encoding="utf-8"))["classifier"]
        base = json.loads(Path(path, "adapter_config.json").read_text(encoding="utf-8"))["base_model_name_or_path"]
        model, tokenizer = load_model(base, load_in_4bit=False)
        model = PeftModel.from_pretrained(model, path, is_trainable=True)
        categories, saved = notes["categories"], notes["prompt"]
        template, instruction, end_token = saved["template"], saved["instruction"], saved["end_token"]
        max_input_tokens = saved.get("max_input_tokens")


    def probabilities(text):
        """Of each category, among the tokens by which a category can go on, as gnb has them. They are not calibrated."""
        ids = prompt_ids(text)
        labels = [encode(c) + [tokenizer.convert_tokens_to_ids(end_token)] for c in categories]
        result = []
        for label in labels:
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids + label], device=model.device)).logits[0, len(ids) - 1:-1].double()
            result.append(1.0)
            for i, token in enumerate(label):
                others = sorted({other[i] for other in labels if other[:i] == label[:i]})
                result[-1] *= logits[i, others].softmax(-1)[others.index(token)].item()
        return result


    def predict(path, to="-", text=None, id=None, sep=None, encoding=None, header="infer"):
        """A row for each row of a table or of JSON lines. (gnb also takes folders, and goes on after an interruption.)"""
        if Path(path).is_dir():
            files = sorted(Path(path).rglob("*.txt"))
            rows = pandas.DataFrame({"id": [f.relative_to(path).as_posix() for f in files], "text": [f.read_text() for f in files]})
            text, id = "text", "id"
        else:
            for name in [encoding] if encoding else ["utf-8-sig", "utf-16", "cp932", "euc_jp"]:
                try:
                    if path.removesuffix(".gz").endswith((".jsonl", ".ndjson", ".json")):
                        rows = pandas.read_json(
                            path, lines=not path.removesuffix(".gz").endswith(".json"), dtype=False, encoding=name)
                    else:
                        rows = pandas.read_csv(
                            path, sep=sep, engine="python", dtype=str, keep_default_na=False, encoding=name, header=header)
                    break
                except UnicodeError:
                    continue
        if header is None:
            rows.columns = [f"column{i + 1}" for i in range(len(rows.columns))]
        names = {str(column).strip().lower(): column for column in rows.columns}
        known = ("text", "body", "content", "message", "input", "本文", "テキスト", "内容", "prompt")
        texts = rows[names[text.lower()] if text else next(names[name] for name in known if name in names)]
        ids = rows[names[id.lower()]] if id else rows[names["id"]] if "id" in names else [f"line-{i + 2}" for i in range(len(rows))]
        model.eval()
        answers = []
        for key, value in zip(ids, texts):
            shares = probabilities(value)
            answers.append([key, categories[shares.index(max(shares))], *shares])
        frame = pandas.DataFrame(answers, columns=["id", "prediction", *("p_" + c for c in categories)])
        if to in ("-", "csv"):
            print(frame.to_csv(index=False), end="")
        elif to.endswith(".jsonl"):
            frame.to_json(to, orient="records", lines=True, force_ascii=False)
        else:
            frame.to_csv(to, index=False, sep="\t" if to.endswith(".tsv") else ",")
        print(f"{len(frame)} rows; the probabilities are not calibrated")
    """#)
}
