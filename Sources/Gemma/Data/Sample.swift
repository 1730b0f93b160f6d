/// A text and its category, or an instruction and its answer.
public struct Sample: Sendable, Equatable {
  /// Unique in its data set; for Livedoor the file's name without folder, for a row of a file its line.
  public let id: String
  public let title: String
  /// What is classified, and goes into the prompt. Of an instruction: its input, or the instruction itself if it has none.
  public let text: String
  /// The answer to learn: a category, or the output of an instruction.
  public let category: String
  /// What the row asks for, in data that has instructions.
  public let request: Request?
  /// All columns of the row, in the file's order.
  public let columns: [Column]
  /// The file it came from, where each part has a file of its own.
  public let part: Part?

  /// An instruction of the row's own.
  public struct Request: Sendable, Equatable {
    public let instruction: String
    /// May be empty.
    public let input: String
    /// The whole conversation it is taken from, the answer last; empty if it is from none.
    public let turns: [Turn]

    public init(instruction: String, input: String, turns: [Turn] = []) {
      (self.instruction, self.input, self.turns) = (instruction, input, turns)
    }
  }

  public struct Column: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    id: String, title: String, text: String, category: String, request: Request? = nil,
    columns: [Column] = [], part: Part? = nil
  ) {
    self.id = id
    self.title = title
    self.text = text
    self.category = category
    self.request = request
    self.columns = columns
    self.part = part
  }

  /// Equal for equal samples.
  var content: String {
    category + "\u{0}" + text + (request.map { "\u{0}" + $0.instruction + "\u{0}" + $0.input } ?? "")
  }
}

/// A part of the data.
public enum Part: String, Sendable, CaseIterable, Codable {
  case train, validation, test
}

/// One message of a conversation.
public struct Turn: Sendable, Equatable {
  public enum Role: String, Sendable {
    case system, user, assistant
  }

  public let role: Role
  public let content: String

  public init(role: Role, content: String) {
    self.role = role
    self.content = content
  }
}

/// A file of a category that is not a sample of the data set. scikit-learn's draw still counts it.
public struct LeftOut: Sendable, Equatable {
  public let id: String
  public let category: String
  /// Whether an equal text was there; otherwise it is a licence or read-me file.
  public let isDuplicate: Bool

  package init(id: String, category: String, isDuplicate: Bool) {
    (self.id, self.category, self.isDuplicate) = (id, category, isDuplicate)
  }
}
