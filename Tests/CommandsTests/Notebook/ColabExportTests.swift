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
    #expect(other.last?.contains("gnb's own draw is not repeated here") == true)
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
}
