import Foundation
import Gemma

/// Answers texts with the session's model, adapter and prompt: a category and its probability, or a written text.
struct Predictor {
  /// The answer to one row, or why there is none.
  struct Answer: Equatable {
    var id: String
    /// A category or a written text; empty where `error` says why.
    var prediction = ""
    /// By category; empty for written texts.
    var probabilities: [Double] = []
    /// What the file says, if it has labels.
    var label: String?
    var error: String?
  }

  /// Empty for instructions.
  let categories: [String]
  private let classifier: Classifier
  private let prompt: PromptTemplate
  private let tokenizer: Tokenizer
  /// Of a written answer.
  private let maxTokens: Int

  var isClassification: Bool { !categories.isEmpty }

  init(_ session: Session, maxTokens: Int) throws {
    let workspace = session.workspace
    let model = try workspace.needModel()
    if workspace.classifier == nil, workspace.data == nil {
      throw GemmaError.missing(
        need: "a classifier, or the data it learnt from", remedy: "load classifier DIR")
    }
    categories = workspace.isClassification ? try workspace.needCategories() : []
    prompt = try workspace.promptOrDefault()
    tokenizer = model.tokenizer
    self.maxTokens = maxTokens
    classifier = Classifier(
      model: model, adapter: workspace.adapter, prompt: prompt, categories: categories,
      device: try session.device())
  }

  /// - Throws: `invalidValue` where the prompt shows a column that the rows do not have.
  func checkColumns(_ columns: [String], of name: String) throws {
    guard let missing = prompt.fieldsMissing(in: columns).first else { return }
    throw GemmaError.invalidValue(
      name: name, expected: "the column '\(missing)', which the prompt shows",
      found: columns.isEmpty ? "no columns" : "the columns \(columns.joined(separator: ", "))")
  }

  /// What the columns were called in the data that was learnt from.
  static func roles(_ workspace: Workspace) -> [DataSource.Role] {
    workspace.classifier?.data?.columns ?? workspace.data?.sources.first?.roles ?? []
  }

  /// The beginning that all prompts share, whatever the texts: computed once where texts come one by one.
  func sharedPrefix() throws -> Classifier.SharedPrefix {
    let samples = ["0", "a", "あ"].map { Sample(text: $0) }
    return try classifier.sharedPrefix(of: samples.map(tokens))
  }

  private func tokens(_ sample: Sample) throws -> [Int32] {
    prompt.promptTokens(sample, tokenizer: tokenizer)
  }

  /// Answers rows in order. Rows that cannot be used are answered by the reason.
  /// - Parameter each: called with the answers of each group as they come, all of them in order. An error that it throws ends the work.
  func answer(
    _ rows: [RowsToAnswer.Row], labels: [String?] = [], sharing prefix: Classifier.SharedPrefix? = nil,
    each: ([Answer]) throws -> Void
  ) throws {
    var answers = rows.enumerated().map { Answer(id: $1.id, label: labels.isEmpty ? nil : labels[$0]) }
    var prompts: [[Int32]] = []
    var usable: [Int] = []
    for (index, row) in rows.enumerated() {
      guard let sample = row.sample else {
        answers[index].error = row.reject?.reason ?? "unusable"
        continue
      }
      do {
        let ids = try tokens(sample)
        if let range = classifier.wrongLength(
          ids, answer: isClassification ? Classifier.answerTokens : maxTokens)
        {
          throw GemmaError.invalidValue(
            name: "text", expected: "\(range.lowerBound) to \(range.upperBound) tokens with the prompt",
            found: "\(ids.count) (a prompt with max_input_tokens cuts texts)")
        }
        prompts.append(ids)
        usable.append(index)
      } catch let error as GemmaError {
        answers[index].error = Diagnostic(error).message
      }
    }
    var (told, answered) = (0, 0)
    func tell(_ group: [(prediction: String, probabilities: [Double])]) throws {
      for (place, answer) in zip(usable[answered...], group) {
        (answers[place].prediction, answers[place].probabilities) = answer
      }
      answered += group.count
      // Rows without an answer go out with those before them.
      let end = answered < usable.count ? usable[answered] : rows.count
      try each(Array(answers[told..<end]))
      told = end
    }
    if usable.isEmpty {
      try each(answers)
    } else if isClassification {
      try classifier.answer(prompts, method: .constrained, sharing: prefix) { group in
        try tell(group.map { ($0.prediction, $0.probabilities) })
      }
    } else {
      try classifier.write(prompts, maxTokens: maxTokens, sharing: prefix) { group in
        try tell(group.map { ($0.text, []) })
      }
    }
  }

  /// What the file says of each row: in the column that is named, that was the label's in the data learnt from, or that holds mostly
  /// categories; of folders, the folder's name.
  /// - Returns: nil if it has no labels.
  func labels(of rows: RowsToAnswer, column: String?, roles: [DataSource.Role]) -> [String?]? {
    guard isClassification else { return nil }
    let samples = rows.rows.map(\.sample)
    func label(_ text: String) -> String? {
      let label = text.trimmingCharacters(in: .whitespacesAndNewlines)
      return label.isEmpty ? nil : label
    }
    func values(_ column: String) -> [String?] {
      samples.map { $0?.columns.first { $0.name == column }.flatMap { label($0.value) } }
    }
    func share(_ values: [String?]) -> Double {
      let filled = values.compactMap { $0 }
      return Double(filled.count { categories.contains($0) }) / Double(max(filled.count, 1))
    }
    func same(_ name: String) -> String? {
      let wanted = name.trimmingCharacters(in: .whitespaces).lowercased()
      return rows.source.columns.first { $0.trimmingCharacters(in: .whitespaces).lowercased() == wanted }
    }
    if let column { return same(column).map(values) }
    let inFolders = samples.map { $0.flatMap { $0.request == nil ? label($0.category) : nil } }
    if inFolders.contains(where: { $0 != nil }), share(inFolders) > 0 { return inFolders }
    let before = roles.first { $0.name == "label" || $0.name == "output" }.flatMap { same($0.column) }
    if let before, values(before).contains(where: { $0 != nil }) { return values(before) }
    let shares = rows.source.columns.map { ($0, share(values($0))) }
    return shares.max { $0.1 < $1.1 }.flatMap { $0.1 >= 0.5 ? values($0.0) : nil }
  }
}

/// How answers are written, one record each.
struct PredictionFormat: Equatable {
  enum Kind: String {
    case csv, tsv, jsonl
  }

  let kind: Kind
  let categories: [String]
  let hasLabels: Bool

  private var separator: String { kind == .tsv ? "\t" : "," }

  /// The first line; nil for JSON lines.
  var header: String? {
    guard kind != .jsonl else { return nil }
    return Table.record(
      ["id", "prediction"] + categories.map { "p_" + $0 } + (hasLabels ? ["label"] : []) + ["error"],
      separator)
  }

  /// One record, with a line feed at its end.
  func text(_ answer: Predictor.Answer) -> String {
    guard kind == .jsonl else {
      let numbers =
        answer.probabilities.isEmpty ? categories.map { _ in "" } : answer.probabilities.map { "\($0)" }
      return Table.record(
        [answer.id, answer.prediction] + numbers + (hasLabels ? [answer.label ?? ""] : []) + [
          answer.error ?? ""
        ],
        separator)
    }
    var fields: [(name: String, value: JSONValue)] = [("id", .string(answer.id))]
    if let error = answer.error {
      fields.append(("error", .string(error)))
    } else {
      fields.append(("prediction", .string(answer.prediction)))
      if !categories.isEmpty {
        fields.append(
          ("probabilities", .object(zip(categories, answer.probabilities).map { ($0, .number($1)) })))
      }
    }
    if hasLabels { fields.append(("label", answer.label.map(JSONValue.string) ?? .null)) }
    return JSONValue.object(fields).text + "\n"
  }

  /// Reads back what `text` wrote, without the labels; nil if it is something else.
  func answers(_ text: String, path: String) throws -> [Predictor.Answer]? {
    if kind == .jsonl {
      struct Line: Decodable {
        var id: String
        var prediction: String?
        var probabilities: [String: Double]?
        var error: String?
      }
      return text.split(separator: "\n").map { line -> Predictor.Answer? in
        guard let read = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else { return nil }
        return Predictor.Answer(
          id: read.id, prediction: read.prediction ?? "",
          probabilities: read.probabilities.map { found in categories.compactMap { found[$0] } } ?? [],
          error: read.error)
      }.reduce([]) { all, one in one.flatMap { one in all.map { $0 + [one] } } }
    }
    let width = 3 + categories.count + (hasLabels ? 1 : 0)
    let rows = try DelimitedText.parse(Array(text.utf8), separator: kind == .tsv ? "\t" : ",", path: path)
    guard rows.allSatisfy({ $0.fields.count == width }) else { return nil }
    return rows.dropFirst().map { row in
      Predictor.Answer(
        id: row.fields[0], prediction: row.fields[1],
        probabilities: row.fields[2..<2 + categories.count].compactMap { Double($0) },
        error: row.fields[width - 1].isEmpty ? nil : row.fields[width - 1])
    }
  }
}
