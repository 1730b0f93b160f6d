import Commands
import Foundation
import Gemma
import Testing

/// What the Python does is checked by Benchmarks/interop/check_colab.py, which needs Python.
@Suite struct ColabExportTests {
  /// The code cells of an exported notebook with these lines, a cell each.
  private func cells(_ sources: [String], seed: UInt64? = nil) throws -> [String] {
    var notebook = Notebook(path: "a.gnb")
    notebook.seed = seed
    notebook.parts = [.prose(["# Title", ""])]
    for (i, source) in sources.enumerated() {
      notebook.parts.append(.cell(Notebook.Cell(name: "\(i + 1)", source: source, firstLine: 1)))
    }
    let text = Export.text(notebook, to: .colab)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["nbformat"] as? Int == 4 && object["nbformat_minor"] as? Int == 5)
    let kernel = (object["metadata"] as? [String: Any])?["kernelspec"] as? [String: Any]
    #expect(kernel?["name"] as? String == "python3")
    let cells = try #require(object["cells"] as? [[String: Any]])
    #expect(Set(cells.compactMap { $0["id"] as? String }).count == cells.count)
    let code = cells.filter { $0["cell_type"] as? String == "code" }
    for cell in code {
      #expect(cell["execution_count"] is NSNull && (cell["outputs"] as? [Any])?.isEmpty == true)
    }
    return code.map { ($0["source"] as? [String] ?? []).joined() }
  }

  private let demo = [
    "load model google/gemma-2-2b", "load data livedoor",
    "split train=100 validation=1000 seed=200 method=sklearn licence_files=true",
    "prompt alpaca max_input_tokens=256", "lora rank=8 alpha=24 rslora=true targets=[q_proj, v_proj] seed=5",
    "train batch=2 accumulate=4 steps=61 lr=2e-4 warmup=6 weight_decay=0.02 clip=0.5 schedule=cosine loss_on=all seed=7",
    "ask \"角\"", "evaluate limit=9 method=generate as=after", "report", "confusion", "save adapter out",
  ]

  @Test func everyStepIsThereWithItsNumbers() throws {
    let code = try cells(demo).joined(separator: "\n")
    for piece in [
      "%pip install -q unsloth", "load_model(\"google/gemma-2-2b\", load_in_4bit=False)",
      "find_corpus(\"https://", "if True or not a[\"is_licence\"]",
      "train_size=0.7, test_size=0.3, random_state=200", "train[:100]", "validation[:1000]",
      "max_input_tokens = 256", "end_token = \"<eos>\"", "r=8, lora_alpha=24,",
      "target_modules=[\"q_proj\", \"v_proj\"]", "use_rslora=True, lora_dropout=0, bias=\"none\"",
      "random_state=5, use_gradient_checkpointing=\"unsloth\"", "examples(answer_only=False)",
      "per_device_train_batch_size=2, gradient_accumulation_steps=4", "max_steps=61, warmup_steps=6",
      "learning_rate=0.0002", "lr_scheduler_type=\"cosine\", weight_decay=0.02", "max_grad_norm=0.5",
      "optim=\"adamw_torch\", seed=7", "print(answer(\"角\"))", "evaluate(validation[:9], \"after\")",
      "classification_report(truth, predicted, labels=categories, digits=4",
      "ConfusionMatrixDisplay.from_predictions(", "model.save_pretrained(\"out\")",
    ] { #expect(code.contains(piece), "\(piece)") }
  }

  @Test func aClassifierAndItsPredictionsAreCarriedOver() throws {
    let code = try cells(
      demo + [
        "save classifier out", "load classifier out",
        "predict mails.csv to=answers.csv text=本文 delimiter=semicolon encoding=shift_jis",
      ])
    let all = code.joined(separator: "\n")
    for piece in [
      "def save_classifier(path)", "def load_classifier(path)", "def predict(path, to=",
      "\nsave_classifier(\"out\")", "\nload_classifier(\"out\")",
      "\npredict(\"mails.csv\", \"answers.csv\", text=\"本文\", sep=\";\", encoding=\"shift_jis\")",
      "not calibrated",
    ] { #expect(all.contains(piece), "\(piece)") }
    #expect(!all.contains("has no counterpart"))
  }

  @Test func thePromptIsTheTemplateToTheByte() throws {
    for (name, template) in [
      ("alpaca", PromptTemplate.alpaca(instruction: "", maxInputTokens: nil)),
      ("gemma-chat", .gemmaChat(instruction: "", maxInputTokens: nil)),
      (
        #""問い \"{instruction}\"\n\n{input}\n答え: {output}x""#,
        try .custom("問い \"{instruction}\"\n\n{input}\n答え: {output}x", instruction: "", maxInputTokens: nil)
      ),
    ] {
      let cell = try #require(
        try cells(["load model gemma-3-270m", "load data livedoor", "prompt \(name)"]).last)
      let lines = cell.components(separatedBy: "\n")
      let start = try #require(lines.firstIndex(of: "template = ("))
      let end = try #require(lines.firstIndex(of: ")"))
      // Python's string literals are JSON's.
      let texts = try lines[(start + 1)..<end].map { line in
        try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed) as? String)
      }
      #expect(texts.joined() == template.template)
      let instruction = PromptTemplate.defaultInstruction(categories: ["{', '.join(categories)}"])
      #expect(lines.contains("instruction = f\"\(instruction)\""))
    }
  }

  @Test func instructionsConversationsAndColumnsAreCarriedOver() throws {
    let code = try cells([
      "load model gemma-3-270m", "load data butler-rows\nsplit train=4 validation=4", "prompt alpaca",
      "evaluate write=5 max_tokens=9", "ask \"Say it.\" input=\"he\" max_tokens=7", "compare a b",
      "load data chats.jsonl task=instruction\nprompt gemma-chat",
      "prompt \"{subject}: {body}\" instruction=\"Do.\"",
      "show prompt 2", "load data mini-news\nprompt alpaca",
    ]).joined(separator: "\n")
    for piece in [
      "task = find_task(articles)", "short_template = (", "### Instruction:\\n\"\n    \"{instruction}",
      "whole_chats = False\ninstruction = standard_instruction()",
      "evaluate(validation, None, write=5, max_new_tokens=9)",
      "print(answer(asked(\"Say it.\", \"he\"), max_new_tokens=7))", "compare(\"a\", \"b\")",
      "task = \"instruction\"", "whole_chats = True", "\"{subject}: {body}\"", "instruction = \"Do.\"",
      "short_template = None", "print(prompt(article) + last_answer(article) + end_token)",
      // Other data is another task.
      "task = \"classification\"",
    ] { #expect(code.contains(piece), "\(piece)") }
    // The names of the rows are those that reading the file gives them.
    #expect(code.contains("train = [by_id[i] for i in [\n    \"line-"))
  }

  @Test func defaultsAreWrittenOutAndThePromptIsMadeWhereItIsMissing() throws {
    let code = try cells(
      ["load model gemma-3-270m", "load data mini-news", "split", "lora\ntrain"], seed: 11)
    let last = try #require(code.last)
    for piece in [
      "random_state=11", "template = (", "max_input_tokens = None", "max_steps=60", "learning_rate=0.002",
      "examples(answer_only=True)", "seed=11",
    ] { #expect(last.contains(piece), "\(piece)") }
    #expect(code.contains { $0.hasPrefix("mini_news = {") })
  }

  /// Whether this gnb has 4-bit weights.
  private static var knowsFourBits: Bool {
    let load = CommandTable.standard.commands.first { $0.name == "load model" }
    guard case .choice(let names)? = load?.arguments.first(where: { $0.name == "precision" })?.kind else {
      return false
    }
    return names.contains("nf4")
  }

  @Test(.enabled(if: knowsFourBits, "this gnb has no precision=nf4"))
  func fourBitsAreFourBitsThereToo() throws {
    let code = try cells(["load model google/gemma-2-2b precision=nf4"])
    #expect(code.last?.contains("load_in_4bit=True") == true)
  }

  @Test func gnbsDrawOfItsOwnArticlesIsWrittenDown() throws {
    let code = try cells(["load data mini-news", "split train=3 validation=2 seed=5"])
    let data = try Dataset.miniNews()
    let split = try Split.make(data, train: 3, validation: 2, seed: 5)
    let names = split.train.map { "\"\(data.samples[$0].id)\"" }.joined(separator: ", ")
    #expect(code.last?.contains(names) == true)
    let other = try cells(["load data livedoor", "split train=3 validation=2 seed=5"])
    #expect(other.last?.contains("This draws other articles than gnb") == true)
    #expect(other.last?.contains("train_size=3, test_size=2, random_state=5") == true)
  }

  @Test func variablesAndLoopsStayVariablesAndLoops() throws {
    let code = try cells([
      "let lr = 1e-3\nlet model = gemma-3-270m\nload model $model", "load data livedoor", "split",
      "for rank in [4, 8] {\nlora rank=$rank\ntrain lr=$lr\nevaluate as=\"rank $rank {x}\"\nhelp train\n}",
    ])
    #expect(code.contains { $0.hasPrefix("lr = 0.001\nmodel_ = \"gemma-3-270m\"\n") })
    let loop = try #require(code.last)
    for piece in [
      "for rank in [4, 8]:\n    # gnb: lora rank=$rank\n", "\n        r=rank, lora_alpha=16,",
      "learning_rate=lr,", "    evaluate(validation, f\"rank {rank} {{x}}\")",
      "    # help has no counterpart here",
    ] { #expect(loop.contains(piece), "\(piece)") }
    #expect(loop.components(separatedBy: "\n").dropFirst().allSatisfy { $0.isEmpty || $0.hasPrefix("    ") })
  }

  /// A command, and what its Python has.
  private static let carried: [(line: String, python: [String])] = [
    ("load model a/b", ["load_model(\"a/b\", load_in_4bit=False)"]),
    ("load model a/b precision=bf16", ["load_model(\"a/b\", load_in_4bit=False, dtype=torch.bfloat16)"]),
    ("load model a/b precision=q8", ["load_model(\"a/b\", load_in_4bit=False, load_in_8bit=True)"]),
    ("load model a/b precision=f32", ["load_in_4bit=False)", "# precision=f32 has no counterpart"]),
    (
      "let p = q8\nload model a/b precision=$p",
      ["load_in_8bit=str(p) == \"q8\"", "dtype=torch.bfloat16 if str(p) == \"bf16\" else None"]
    ),
    ("lora dropout=0.05", ["use_rslora=False, lora_dropout=0.05, bias=\"none\")"]),
    ("lora dora=true", ["    use_dora=True,\n"]),
    ("lora layers=[17, 0, 1]", ["layers_to_transform=[0, 1, 17],"]),
    (
      "lora rank_pattern=[\"down_proj: 8\", \"layers.0.*: 4\"] alpha_pattern=[\"a: 1.5\"]",
      ["rank_pattern={\"down_proj\": 8, \"layers.0.*\": 4},", "alpha_pattern={\"a\": 1.5},"]
    ),
    (
      "let d = 0.1\nlet l = [1, 2]\nlora dropout=$d layers=$l",
      ["lora_dropout=d,", "layers_to_transform=[int(layer) for layer in l]"]
    ),
    (
      "train",
      [
        "trainer = EqualSteps(", "max_steps=60,", "RandomSampler(self.train_dataset, num_samples=count)",
      ]
    ),
    (
      "train steps=7 shuffle=false",
      ["trainer = EqualSteps(", "max_steps=7,", "[i % len(self.train_dataset) for i in range(count)]"]
    ),
    ("train epochs=2.5", ["trainer = SFTTrainer(", "num_train_epochs=2.5,"]),
    (
      "let e = 2\ntrain epochs=$e shuffle=false",
      ["trainer = InOrder(", "num_train_epochs=e,", "SequentialSampler(self.train_dataset)"]
    ),
    ("train optimizer=adamw", ["optim=\"adamw_torch\""]),
    ("train optimizer=adamw_8bit", ["optim=\"adamw_8bit\""]),
    (
      "train packing=512 loss_on=all",
      [
        "dict(packing=True, max_length=512, completion_only_loss=False) if sft_only else {}",
        "data_collator=None if sft_only else DataCollatorForSeq2Seq(tokenizer)",
        "train_dataset=for_packing(examples(answer_only=False))", "# TRL cuts articles",
      ]
    ),
    ("train neftune=5", ["neftune_noise_alpha=5,"]),
    ("let n = 5\ntrain neftune=$n", ["neftune_noise_alpha=n or None,"]),
    ("train spike=2", ["# spike=2 has no counterpart here"]),
    (
      "train eval_every=10 eval_limit=30",
      [
        "eval_strategy=\"steps\", eval_steps=10,", "for article in validation[:30]])",
        "save_strategy=\"no\"",
      ]
    ),
    (
      "train eval_every=10 patience=3",
      [
        "validation[:100]", "callbacks=[EarlyStoppingCallback(early_stopping_patience=3)]",
        "load_best_model_at_end=True, metric_for_best_model=\"eval_loss\", greater_is_better=False",
        "save_strategy=\"steps\"", "save_steps=10, save_total_limit=1", "output_dir=\"outputs\"",
      ]
    ),
    ("train patience=3", ["# patience has no effect without eval_every"]),
    (
      "train checkpoint=a checkpoint_every=7",
      ["save_strategy=\"steps\"", "save_steps=7,", "output_dir=\"a\"", "# Checkpoints are in a folder here"]
    ),
    (
      "train checkpoint=a checkpoint_every=7 eval_every=5 patience=2",
      ["save_steps=5,", "# checkpoint_every=7 is ignored"]
    ),
    (
      "train resume=a",
      [
        "# This continues from the checkpoint", "get_last_checkpoint(\"a\")", "output_dir=\"a\"",
        "run(trainer, resume=True)", "losses, trained_steps = [], 0",
      ]
    ),
    (
      "generate \"x\" temperature=0.8 top_k=40 top_p=0.9 min_p=0.05 repetition_penalty=1.1 seed=4 stop=[\"。\", b]",
      [
        "torch.manual_seed(4)", "do_sample=True, temperature=0.8, top_k=40, top_p=0.9, min_p=0.05, ",
        "repetition_penalty=1.1, stop_strings=[\"。\", \"b\"]))",
      ]
    ),
    (
      "generate \"x\" temperature=1",
      ["torch.manual_seed(9)", "do_sample=True, temperature=1, top_k=0, top_p=1))"]
    ),
    (
      "let t = 0\ngenerate \"x\" temperature=$t",
      ["do_sample=t > 0, temperature=t or 1.0, top_k=0, top_p=1))"]
    ),
    (
      "generate \"x\" top_k=4 seed=2",
      [
        "# temperature=0 draws nothing, so these have no effect: top_k, seed.",
        "print(generate(ids, max_new_tokens=64))",
      ]
    ),
    (
      "generate \" x \" chat=true system=\"Be brief.\"",
      [
        "encode(\"<start_of_turn>user\\n\" + \"Be brief.\" + \"\\n\\n\" + \" x \".strip() + "
          + "\"<end_of_turn>\\n<start_of_turn>model\\n\")"
      ]
    ),
    (
      "generate \"x\" chat=true",
      ["encode(\"<start_of_turn>user\\n\" + \"x\".strip() + \"<end_of_turn>\\n<start_of_turn>model\\n\")"]
    ),
    ("generate \"x\" system=\"y\"", ["# system has no effect without chat=true", "encode(\"x\")"]),
  ]

  @Test(arguments: carried)
  func argumentsAreCarriedOverOrSaidNotToBe(_ line: String, _ python: [String]) throws {
    let code = try #require(try cells([line], seed: 9).last)
    for piece in python { #expect(code.contains(piece), "\(piece) in\n\(code)") }
  }

  @Test func defaultsAddNothing() throws {
    let plain = try cells(["lora\ntrain\ngenerate \"x\""])
    let given = try cells([
      "lora dropout=0 dora=false\ntrain packing=0 neftune=0 spike=3 optimizer=adamw\n"
        + "generate \"x\" temperature=0 top_k=0 top_p=1 min_p=0 repetition_penalty=1 chat=false"
    ])
    func python(_ code: [String]) -> [String] {
      code.joined(separator: "\n").components(separatedBy: "\n").filter { !$0.hasPrefix("# gnb:") }
    }
    #expect(python(plain) == python(given))
    let last = try #require(plain.last)
    for word in [
      "use_dora", "layers_to_transform", "pattern", "neftune", "packing", "eval_", "save_steps", "sample(",
    ] { #expect(!last.contains(word), "\(word)") }
  }

  @Test func goingOnTakesTheSettingsThatTheTrainingBeganWith() throws {
    let code = try cells([
      "let n = 31\nlora\ntrain steps=$n lr=3e-4 checkpoint=a", "let n = 5\ntrain resume=a",
    ])
    let last = try #require(code.last)
    for piece in ["max_steps=31,", "learning_rate=0.0003", "output_dir=\"a\"", "run(trainer, resume=True)"] {
      #expect(last.contains(piece), "\(piece)")
    }
    #expect(!last.contains("these are the defaults") && !last.contains("PeftModel"))
  }
}
