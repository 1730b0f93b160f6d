/// Writes values of the command language in Python.
enum Python {
  /// Names that the exported notebook uses itself, and reserved words of Python.
  private static let taken: Set<String> = [
    "and", "answer", "answer_ids", "articles", "as", "asked", "assert", "baseline", "break", "categories",
    "chat", "class", "codecs", "compare", "continue", "count", "csv", "cut", "data", "decode", "def", "del",
    "drawn", "elif", "else", "encode", "end_token", "evaluate", "evaluate_answers", "evaluation",
    "evaluations", "example", "examples", "except", "exchanges", "files", "finally", "find_corpus",
    "find_task", "folds", "for", "for_packing", "from", "generate", "get_last_checkpoint", "global", "gzip",
    "half", "ids", "if", "import", "in", "instruction", "io", "is", "json", "keep", "lambda", "last_answer",
    "list", "load_classifier", "load_model", "lora", "losses", "map", "max", "max_input_tokens",
    "max_seq_length", "min",
    "model", "next", "nonlocal", "not", "numpy", "or", "parts", "pass", "predict", "predicted", "print",
    "probabilities", "prompt",
    "prompt_ids", "raise", "range", "re", "read_csv", "read_json", "read_row", "read_table", "return",
    "root", "run", "sample", "save_classifier", "short_template", "standard_instruction", "str", "sum",
    "task", "template",
    "test", "tokenizer", "tokens", "torch", "train", "train_size", "trained_steps", "trainer", "truth",
    "try", "validation", "while", "whole_chats", "with", "yield", "zip",
  ]

  static func name(_ variable: String) -> String { taken.contains(variable) ? variable + "_" : variable }

  /// A string literal. A JSON string is also a Python string.
  static func literal(_ text: String) -> String { JSONValue.string(text).text }

  static func literal(_ value: Value) -> String {
    switch value {
    case .string(let text): literal(text)
    case .number: value.text
    case .bool(let value): value ? "True" : "False"
    case .list(let items): "[" + items.map(literal).joined(separator: ", ") + "]"
    }
  }

  static func list(_ texts: [String]) -> String {
    "[" + texts.map { literal($0) }.joined(separator: ", ") + "]"
  }

  /// An expression with its variables.
  static func expression(_ expression: Expression) -> String {
    switch expression.kind {
    case .word(let word): return literal(Value(word: word))
    case .variable(let variable): return name(variable)
    case .list(let items): return "[" + items.map(Self.expression).joined(separator: ", ") + "]"
    case .string(let parts):
      guard expression.mentionsVariable else {
        return literal(parts.map { if case .text(let text) = $0 { text } else { "" } }.joined())
      }
      return "f"
        + literal(
          parts.map { part in
            switch part {
            case .text(let text): braced(text)
            case .variable(let variable): "{\(name(variable))}"
            }
          }.joined())
    }
  }

  /// Text inside an f-string, with braces doubled.
  static func braced(_ text: String) -> String {
    text.replacingOccurrences(of: "{", with: "{{").replacingOccurrences(of: "}", with: "}}")
  }

  /// A text of several lines, with one string literal for each line. So it is readable and exact at any indentation.
  static func block(_ text: String) -> [String] {
    var lines: [String] = []
    for (i, line) in text.components(separatedBy: "\n").enumerated() {
      if i > 0 { lines[i - 1] += "\n" }
      lines.append(line)
    }
    if lines.last?.isEmpty == true, lines.count > 1 { lines.removeLast() }
    return ["("] + lines.map { "    " + literal($0) } + [")"]
  }
}
