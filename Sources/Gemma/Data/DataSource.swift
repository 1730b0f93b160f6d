/// How one file or folder was read, so that people can check what was guessed.
public struct DataSource: Sendable, Equatable {
  public enum Format: Sendable, Equatable {
    case delimited(Delimiter, header: Bool)
    case jsonLines
    case jsonArray
    /// A text in each line, as standard input and .txt files without labels have it.
    case lines
    /// A folder of .txt files for each category.
    case folders
    /// The same, with address, date and title above each text.
    case livedoor
  }

  /// The role of a column.
  public struct Role: Sendable, Equatable, Codable {
    public let name: String
    public let column: String

    public init(name: String, column: String) { (self.name, self.column) = (name, column) }
  }

  public let path: String
  public let part: Part?
  public let format: Format
  /// Nil for folders, whose files may differ.
  public let encoding: TextEncoding?
  public let columns: [String]
  public let roles: [Role]
  /// Rows that cannot be used, in the file's order.
  public let rejects: [Reject]
  /// Labels that had white space around them.
  public let trimmedLabels: Int
  /// Whether the column of ids is not used, because an id occurs twice.
  public let hasRepeatedIDs: Bool
}

/// A row that cannot be used, and why.
public struct Reject: Sendable, Equatable {
  public let path: String
  /// "line 7", "record 3", or a file of a folder.
  public let place: String
  public let column: String?
  public let expected: String
  public let found: String
  /// The beginning of the row.
  public let excerpt: String
  /// The row's own id; nil if it has none.
  var id: String?
  /// Number of the file's samples before it.
  var samplesBefore = 0

  /// The same as an error, for `strict=true`.
  var error: GemmaError {
    .malformed(
      path: path, location: place + (column.map { ", column '\($0)'" } ?? ""), expected: expected,
      found: found)
  }
}

/// The character between two fields.
public enum Delimiter: String, Sendable, CaseIterable {
  case comma, semicolon, tab, bar

  public var text: String { String(sign) }

  var sign: Unicode.Scalar {
    switch self {
    case .comma: ","
    case .semicolon: ";"
    case .tab: "\t"
    case .bar: "|"
    }
  }
}

/// The user's settings for a data file. gnb finds out what is nil.
public struct DataOptions {
  /// Names of columns.
  public var text, label, title, id: String?
  public var delimiter: Delimiter?
  public var encoding: TextEncoding?
  public var header: Bool?
  /// False for rows to be answered: a label may be missing, and is read if there is one.
  public var needsLabels = true
  /// What the columns were taken for in the data that was learnt from. Without labels, the same names are taken first.
  public var likeRoles: [DataSource.Role] = []
  /// Whether the first row that cannot be used is an error.
  public var isStrict = false
  public var keepsDuplicates = false
  /// Nil follows from the data.
  public var task: Dataset.Task?
  /// Called again and again while a file is read. An error that it throws ends the reading.
  public var check: () throws -> Void = {}

  public init() {}
}
