/// Makes samples of rows. A row that cannot be used is kept with the reason.
extension RecordTable {
  /// The largest text in bytes. A longer one is probably a mistake in the file.
  static let longestText = 1_000_000

  /// - Throws: `malformed` for the first row that cannot be used if `options.isStrict` or if none can; what `ColumnRoles` throws.
  func samples(options: DataOptions, part: Part?) throws -> (samples: [Sample], source: DataSource) {
    if rows.isEmpty, let error = firstError(rejects) { throw error }
    guard !rows.isEmpty else {
      throw GemmaError.malformed(
        path: path, location: "line 1", expected: "rows after the header",
        found: columns.isEmpty ? "none" : "only the header")
    }
    let roles = try ColumnRoles(self, options: options)
    let names = columns.map(ColumnNames.normalised)
    let ids = roles.id.map { column in rows.map { text($0.fields[column]) ?? "" } } ?? []
    let filled = ids.filter { !$0.isEmpty }
    let hasRepeatedIDs = Set(filled).count < filled.count
    let prefix = part.map { $0.rawValue + "/" } ?? ""
    var samples: [Sample] = []
    /// The row of each sample.
    var numbers: [Int] = []
    var rejects = rejects
    var trimmedLabels = 0
    func ownID(_ index: Int) -> String? {
      hasRepeatedIDs || ids.isEmpty || ids[index].isEmpty ? nil : ids[index]
    }
    for (index, row) in rows.enumerated() {
      if index % 1024 == 0 { try options.check() }
      do throws(Unusable) {
        var own = roles
        if !isFilled(row, roles), let other = ColumnRoles(row: row, names: names, like: roles) { own = other }
        let content = try content(of: row, own.form, needsLabel: options.needsLabels)
        if content.isTrimmed { trimmedLabels += 1 }
        numbers.append(row.number)
        samples.append(
          Sample(
            id: prefix + (ownID(index) ?? placeID(row.number)),
            title: own.title.flatMap { text(row.fields[$0]) } ?? "", text: content.text,
            category: content.label, request: content.request,
            columns: zip(columns, row.fields).compactMap { name, field in
              text(field).map { Sample.Column(name: name, value: $0) }
            }, part: part))
      } catch {
        let excerpt = row.fields.compactMap(text).joined(separator: " | ")
        rejects.append(
          (
            row.number,
            reject(
              row.number, column: error.column.map { columns[$0] }, expected: error.expected,
              found: error.found, excerpt: excerpt, id: ownID(index))
          ))
        if options.isStrict { break }
      }
    }
    if options.isStrict || samples.isEmpty, let error = firstError(rejects) { throw error }
    rejects.sort { $0.number < $1.number }
    var before = 0
    for i in rejects.indices {
      while before < numbers.count, numbers[before] < rejects[i].number { before += 1 }
      rejects[i].reject.samplesBefore = before
    }
    return (
      samples,
      DataSource(
        path: path, part: part, format: format, encoding: encoding, columns: columns,
        roles: describe(roles), rejects: rejects.map(\.reject), trimmedLabels: trimmedLabels,
        hasRepeatedIDs: hasRepeatedIDs)
    )
  }

  private func firstError(_ rejects: [(number: Int, reject: Reject)]) -> GemmaError? {
    rejects.min { $0.number < $1.number }?.reject.error
  }

  /// Why a row cannot be used.
  private struct Unusable: Error {
    var column: Int?
    var expected: String
    var found: String
  }

  private func text(_ field: Field) -> String? { if case .text(let text) = field { text } else { nil } }

  /// Whether the row has the columns of the form. Their values do not matter.
  private func isFilled(_ row: Row, _ roles: ColumnRoles) -> Bool {
    switch roles.form {
    case .labelled(let text, let label): row.fields[text] != .missing && row.fields[label] != .missing
    case .unlabelled(let text): row.fields[text] != .missing
    case .instructions(let instruction, _, let output):
      row.fields[instruction] != .missing && output.map { row.fields[$0] != .missing } ?? true
    case .conversation(let turns): row.fields[turns] != .missing
    }
  }

  private func content(of row: Row, _ form: ColumnRoles.Form, needsLabel: Bool) throws(Unusable) -> (
    text: String, label: String, isTrimmed: Bool, request: Sample.Request?
  ) {
    /// - Parameter what: "a text", "a label".
    func value(_ column: Int, _ what: String) throws(Unusable) -> String {
      switch row.fields[column] {
      case .text(let text):
        guard !Self.trimmed(text).isEmpty else {
          throw Unusable(column: column, expected: what, found: "nothing")
        }
        guard text.utf8.count <= Self.longestText else {
          throw Unusable(
            column: column, expected: "at most \(Self.longestText) bytes", found: "\(text.utf8.count)")
        }
        return text
      case .missing: throw Unusable(column: column, expected: what, found: "nothing")
      case .other(let found): throw Unusable(column: column, expected: what, found: found)
      case .turns: throw Unusable(column: column, expected: what, found: "a conversation")
      }
    }
    switch form {
    case .labelled(let text, let label):
      let given = try value(label, "a label")
      let trimmed = Self.trimmed(given)
      return (try value(text, "a text"), trimmed, trimmed != given, nil)
    case .unlabelled(let text): return (try value(text, "a text"), "", false, nil)
    case .instructions(let instruction, let input, let output):
      let request = Sample.Request(
        instruction: try value(instruction, "an instruction"),
        input: input.flatMap { text(row.fields[$0]) } ?? "")
      if request.input.utf8.count > Self.longestText {
        throw Unusable(
          column: input, expected: "at most \(Self.longestText) bytes", found: "\(request.input.utf8.count)")
      }
      let answer: String
      if let output, needsLabel {
        answer = try value(output, "an answer")
      } else {
        answer = output.flatMap { self.text(row.fields[$0]) } ?? ""
      }
      return (request.input.isEmpty ? request.instruction : request.input, answer, false, request)
    case .conversation(let column):
      guard case .turns(let turns) = row.fields[column] else {
        _ = try value(column, "turns of a conversation")
        throw Unusable(column: column, expected: "turns of a conversation", found: "a text")
      }
      if !needsLabel, let last = turns.last, last.role == .user, !last.content.isEmpty {
        // The last turn is the user's, so the answer is missing.
        let system = turns.first { $0.role == .system }?.content ?? ""
        let request = Sample.Request(
          instruction: system.isEmpty ? last.content : system, input: system.isEmpty ? "" : last.content,
          turns: turns)
        return (last.content, "", false, request)
      }
      guard let last = turns.lastIndex(where: { $0.role == .assistant }),
        let question = turns[..<last].last(where: { $0.role == .user })
      else {
        throw Unusable(
          column: column, expected: "a turn of the user, and the assistant's answer after it",
          found: turns.isEmpty ? "no turn" : turns.map(\.role.rawValue).joined(separator: ", "))
      }
      guard !turns[last].content.isEmpty, !question.content.isEmpty else {
        throw Unusable(column: column, expected: "a question and an answer", found: "an empty turn")
      }
      let system = turns.first { $0.role == .system }?.content ?? ""
      let request = Sample.Request(
        instruction: system.isEmpty ? question.content : system,
        input: system.isEmpty ? "" : question.content, turns: Array(turns[...last]))
      return (question.content, turns[last].content, false, request)
    }
  }

  private func describe(_ roles: ColumnRoles) -> [DataSource.Role] {
    var places: [(String, Int?)]
    switch roles.form {
    case .labelled(let text, let label): places = [("text", text), ("label", label)]
    case .unlabelled(let text): places = [("text", text)]
    case .instructions(let instruction, let input, let output):
      places = [("instruction", instruction), ("input", input), ("output", output)]
    case .conversation(let turns): places = [("conversation", turns)]
    }
    places += [("title", roles.title), ("id", roles.id)]
    return places.compactMap { name, place in
      place.map { DataSource.Role(name: name, column: columns[$0]) }
    }
  }
}
