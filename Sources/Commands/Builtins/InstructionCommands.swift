import Foundation
import Gemma

/// evaluate, compare and ask where answers are free words.
enum InstructionCommands {
  /// - Throws: `invalidValue` for arguments that mean nothing where answers are categories.
  static func refuseForCategories(_ arguments: Arguments<EvaluateCommand.EvaluateArguments>) throws {
    for (name, isGiven) in [
      ("write", arguments.isGiven(\.write)), ("max_tokens", arguments.isGiven(\.maxTokens)),
    ] where isGiven {
      throw GemmaError.invalidValue(
        name: name, expected: "an instruction task (load data ... task=instruction)",
        found: "a classification task; method=generate lets the model write its answers there")
    }
  }

  static func evaluate(
    _ arguments: Arguments<EvaluateCommand.EvaluateArguments>, _ invocation: Invocation
  ) throws {
    let session = invocation.session
    let workspace = session.workspace
    if arguments.isGiven(\.method), arguments.method == .constrained {
      try workspace.needClassification(
        "method=constrained", instead: "'evaluate' without it: there are no categories to choose among")
    }
    let data = try workspace.needData()
    let (model, device) = (try workspace.needModel(), try session.device())
    let evaluator = InstructionEvaluator(
      model: model, adapter: workspace.adapter, prompt: try workspace.promptOrDefault(), device: device)
    let all = try workspace.needSamples(of: arguments.on)
    let samples = Array(all.prefix(arguments.limit ?? all.count))
    let chosen = samples.prefix(arguments.write).map { (index: $0, sample: data.samples[$0]) }
    let started = Stopwatch()
    func tell(_ done: Int, of total: Int, _ unit: String) -> Bool {
      invocation.emit(.progress(ProgressReport(done: done, total: total, unit: unit)))
      return !invocation.isInterrupted
    }
    let examples = try workspace.examples(samples)
    try evaluator.check(examples, of: samples.map { data.samples[$0] })
    let loss = try model.answerLoss(of: examples, adapter: workspace.adapter, device: device) {
      tell(Int(Double(samples.count) * $0), of: samples.count, "row")
    }
    let prompts = examples.prefix(chosen.count).map(\.prompt)
    let written = try evaluator.write(chosen, prompts: prompts, maxTokens: arguments.maxTokens) {
      tell($0, of: chosen.count, "answer")
    }
    let evaluation = InstructionEvaluation(
      name: arguments.name ?? workspace.freeAnswersName(on: arguments.on), part: arguments.on.rawValue,
      samples: samples, loss: loss, written: written)
    let before = workspace.answers.last { old in
      old.name != evaluation.name && written.contains { old.text(of: $0.sample) != nil }
    }
    session.workspace.add(evaluation)
    invocation.tell(
      EvaluatedAnswers(
        evaluation: evaluation, before: before, data: data,
        seen: samples.count { workspace.seen.contains(data.samples[$0]) }, explains: arguments.explain,
        seconds: started.seconds))
  }

  static func compare(
    _ arguments: Arguments<CompareCommand.CompareArguments>, _ invocation: Invocation
  ) throws {
    let workspace = invocation.session.workspace
    let data = try workspace.needData()
    guard let first = arguments.first else {
      guard !workspace.answers.isEmpty else {
        throw GemmaError.missing(need: "an evaluation", remedy: "evaluate")
      }
      invocation.tell(ComparedAnswers(evaluations: workspace.answers, all: workspace.answers, data: data))
      return
    }
    guard let second = arguments.second else {
      throw GemmaError.invalidValue(name: "compare", expected: "two names, or none", found: "only \(first)")
    }
    invocation.tell(
      ComparedAnswers(
        evaluations: [try workspace.answers(first), try workspace.answers(second)],
        all: workspace.answers, data: data, isPair: true))
  }

  /// What is asked: an instruction with its input, or the text of a row.
  /// - Throws: `invalidValue` for an input where there is no instruction, and for columns that the prompt needs and that are not
  ///   given.
  static func question(
    _ text: String, input: String?, columns given: [String]?, prompt: PromptTemplate, hasInstructions: Bool,
    roles: [DataSource.Role]
  ) throws -> Sample {
    if input != nil, !hasInstructions {
      throw GemmaError.invalidValue(
        name: "input", expected: "rows that have their own instruction",
        found: "one instruction for all rows; give the text alone")
    }
    let sample = hasInstructions ? Sample(instruction: text, input: input ?? "") : Sample(text: text)
    var columns = try (given ?? []).map { pair in
      guard let colon = pair.firstIndex(of: ":") else {
        throw GemmaError.invalidValue(name: "columns", expected: "\"COLUMN: TEXT\"", found: pair)
      }
      return Sample.Column(
        name: pair[..<colon].trimmingCharacters(in: .whitespaces),
        value: pair[pair.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
    let own = roles.filter { ["text", "input"].contains($0.name) }.map(\.column)
    columns += own.filter { name in !columns.contains { $0.name == name } }.map {
      Sample.Column(name: $0, value: input ?? text)
    }
    let missing = prompt.columns.filter { name in !columns.contains { $0.name == name } }
    guard missing.isEmpty else {
      throw GemmaError.invalidValue(
        name: "columns",
        expected: "what the prompt shows of a row: columns=["
          + missing.map { "\"\($0): ...\"" }.joined(separator: ", ") + "]", found: "none")
    }
    return Sample(
      id: "", title: "", text: sample.text, category: "", request: sample.request, columns: columns)
  }

  /// Writes the answer to a question, token by token.
  static func write(_ sample: Sample, maxTokens: Int, prompt: PromptTemplate, _ invocation: Invocation) throws
  {
    let session = invocation.session
    let model = try session.workspace.needModel()
    let generator = Generator(
      model: model, adapter: session.workspace.adapter, device: try session.device())
    let started = Stopwatch()
    let answers = try generator.generate(
      [prompt.promptTokens(sample, tokenizer: model.tokenizer)], maxTokens: maxTokens,
      stops: model.tokenizer.stopIDs
    ) { _, text in
      if !text.isEmpty { invocation.show(.stream(text)) }
      return !invocation.isInterrupted
    }
    guard let answer = answers.first else { return }
    invocation.show(.stream("\n"))
    invocation.tell(Generated(answer: answer, limit: maxTokens, seconds: started.seconds))
  }
}

extension Dataset {
  /// Whether a question is an instruction. With one instruction for all rows the text is what it is applied to.
  var hasOwnInstructions: Bool { hasInstructions && (task == .instruction || onlyInstruction == nil) }
}
