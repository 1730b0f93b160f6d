/// One event of a run. Screens, notebooks, JSON and tests all read the same events. Their text is safe to show on a
/// terminal (see `VisibleText`).
public struct Event: Sendable {
  public enum Kind: Sendable {
    /// A command begins.
    case start
    case progress(ProgressReport)
    case output(Output)
    /// A word for people beside the results, where those go to a file or a pipe. It is no part of a recording.
    case notice(String)
    /// A command's data. `volatile` has the values that differ from run to run.
    case result(fields: [(name: String, value: JSONValue)], volatile: [(name: String, value: JSONValue)])
    case error(Diagnostic)
    /// A command ended, with or without an error.
    case end(ok: Bool)
  }

  public let kind: Kind
  /// The name or number of the cell; at a prompt, the number of the line.
  public var cell: String
  /// The command as typed.
  public var command: String

  public init(_ kind: Kind, cell: String, command: String) {
    self.kind = kind.visible
    self.cell = cell
    self.command = command
  }

  /// The event as one JSON object; nil for events that are for people only.
  public var json: JSONValue? {
    func object(_ name: String, _ fields: [(name: String, value: JSONValue)]) -> JSONValue {
      .object([("event", .string(name)), ("cell", .string(cell)), ("command", .string(command))] + fields)
    }
    switch kind {
    case .start: return object("start", [])
    case .progress(let progress):
      guard progress.inside == nil else { return nil }
      return object(
        "progress",
        [("done", .int(progress.done)), ("total", .int(progress.total)), ("unit", .string(progress.unit))]
          + progress.fields)
    case .output, .notice: return nil
    case .result(let fields, let volatile):
      return object("result", fields + (volatile.isEmpty ? [] : [("volatile", .object(volatile))]))
    case .error(let diagnostic):
      return object(
        "error",
        [
          ("code", .string(diagnostic.code.rawValue)), ("message", .string(diagnostic.message)),
          ("file", diagnostic.file.map(JSONValue.string) ?? .null),
          ("line", diagnostic.range.map { .int($0.line) } ?? .null),
          ("column", diagnostic.range.map { .int($0.columns.lowerBound) } ?? .null),
        ])
    case .end(let ok): return object("end", [("ok", .bool(ok))])
    }
  }
}

public typealias EventSink = (Event) -> Void

extension Event.Kind {
  /// The event with visible text. A command's data is not changed, because JSON has its own escapes.
  fileprivate var visible: Event.Kind {
    switch self {
    case .progress(var progress):
      for i in progress.note.indices { progress.note[i].text = VisibleText.line(progress.note[i].text) }
      return .progress(progress)
    case .output(let output): return .output(output.visible)
    case .notice(let text): return .notice(VisibleText.of(text))
    case .start, .result, .error, .end: return self
    }
  }
}
