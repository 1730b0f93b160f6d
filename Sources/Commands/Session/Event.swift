/// What a reader sees that differs from run to run: shown live, written «so» into notebooks, and kept apart in JSON.
public enum Volatile: String, Sendable, CaseIterable {
  case time, rate, memory, path, host, threads, kernel
}

/// Text with meaning: the painter decides how it looks.
public struct Span: Sendable, Equatable {
  public enum Style: Sendable, Equatable {
    case plain, strong, faint, good, bad
  }

  public var text: String
  public var style: Style
  /// Set where the text is of a volatile kind.
  public var volatile: Volatile?

  public init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  public init(_ text: String, volatile: Volatile) {
    self.text = text
    style = .plain
    self.volatile = volatile
  }

  /// As a notebook records it.
  public var recorded: String { volatile.map { "«\($0.rawValue)»" } ?? text }
}

/// A piece of output.
public enum Output: Sendable, Equatable {
  case line([Span])
  case table(Table)
  /// Lines drawn for a width, such as a plot.
  case drawing(Drawing)
  /// Text that comes in pieces, with no line end of its own.
  case stream(String)

  public static func line(_ text: String) -> Output { .line([Span(text)]) }
}

/// Something that draws itself into any width.
public struct Drawing: Sendable, Equatable {
  /// Named, so that drawings can be compared and exported.
  public var name: String
  private let draw: @Sendable (Int) -> [String]

  public init(name: String, draw: @escaping @Sendable (Int) -> [String]) {
    self.name = name
    self.draw = draw
  }

  public func lines(width: Int) -> [String] { draw(width) }
  public static func == (a: Drawing, b: Drawing) -> Bool {
    a.name == b.name && a.lines(width: 80) == b.lines(width: 80)
  }
}

/// How far long work is.
public struct ProgressReport: Sendable, Equatable {
  public var done: Int
  public var total: Int
  /// What is counted: "step", "article", "byte".
  public var unit: String
  /// What to say beside the bar.
  public var note: [Span]
  public var fields: [(name: String, value: JSONValue)]

  public init(
    done: Int, total: Int, unit: String, note: [Span] = [], fields: [(name: String, value: JSONValue)] = []
  ) {
    self.done = done
    self.total = total
    self.unit = unit
    self.note = note
    self.fields = fields
  }

  public static func == (a: ProgressReport, b: ProgressReport) -> Bool {
    a.done == b.done && a.total == b.total && a.note == b.note
      && JSONValue.object(a.fields) == .object(b.fields)
  }
}

/// Everything that happens, in order. Screens, notebooks, JSON and tests all read these.
public struct Event: Sendable {
  public enum Kind: Sendable {
    /// A command begins.
    case start
    case progress(ProgressReport)
    case output(Output)
    /// A command's data. `volatile` holds what differs from run to run.
    case result(fields: [(name: String, value: JSONValue)], volatile: [(name: String, value: JSONValue)])
    case error(Diagnostic)
    /// A command ended, well or not.
    case end(ok: Bool)
  }

  public var kind: Kind
  /// The cell's name or number; the line's at a prompt.
  public var cell: String
  /// The command as typed.
  public var command: String

  public init(_ kind: Kind, cell: String, command: String) {
    self.kind = kind
    self.cell = cell
    self.command = command
  }

  /// The event as one JSON object; nil for what only people read.
  public var json: JSONValue? {
    func object(_ name: String, _ fields: [(name: String, value: JSONValue)]) -> JSONValue {
      .object([("event", .string(name)), ("cell", .string(cell)), ("command", .string(command))] + fields)
    }
    switch kind {
    case .start: return object("start", [])
    case .progress(let progress):
      return object(
        "progress",
        [("done", .int(progress.done)), ("total", .int(progress.total)), ("unit", .string(progress.unit))]
          + progress.fields)
    case .output: return nil
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
