import Foundation
import Gemma

/// The candidates for the word at the cursor, from its position in the line and the command table.
public struct Completion: Equatable {
  /// Number of characters before the cursor that a candidate replaces.
  public var replaced: Int
  /// The candidates in order, each as the user would type it.
  public var candidates: [String]
  /// Whether to add a space after a chosen candidate. There is none after a folder or a `name=`.
  public func ending(_ candidate: String) -> String {
    candidate.hasSuffix("=") || candidate.hasSuffix("}") || candidate.hasSuffix("/")
      || candidate.last == "\"" && candidate.dropLast().hasSuffix("/") ? "" : " "
  }

  /// The common beginning of all candidates.
  public var common: String {
    guard var prefix = candidates.first else { return "" }
    for candidate in candidates.dropFirst() { prefix = prefix.commonPrefix(with: candidate) }
    return prefix
  }

  /// - Parameter line: the typed text before the cursor.
  public init(_ line: String, session: Session, table: CommandTable) {
    let words = Self.words(line)
    let current = words.current
    var pool: [String] = []
    var replaced = current.count
    var isPath = false
    if let variable = Self.variable(in: current) {
      pool = session.variables.keys.map { "$" + $0 }
      replaced = variable.count
    } else if let placeholder = Self.placeholder(in: current),
      let command = table.commands.first(where: { $0.verb == words.before.first }),
      command.arguments.contains(where: { $0.kind == .template })
    {
      pool = ["{input}", "{instruction}", "{output}"].filter { !current.contains($0) }
      replaced = placeholder.count
    } else if words.before.isEmpty {
      pool = table.verbs + ["time"]
    } else {
      let nouns = table.nouns(of: words.before[0])
      let named = table.commands.first {
        $0.verb == words.before[0] && $0.noun != nil && words.before.dropFirst().first == $0.noun
      }
      let command = named ?? table.commands.first { $0.verb == words.before[0] && $0.noun == nil }
      if words.before.count == 1, named == nil { pool += nouns }
      if let command {
        let given = words.before.dropFirst(command.noun == nil ? 1 : 2)
        let names = Set(given.compactMap { $0.split(separator: "=", maxSplits: 1).first.map(String.init) })
        if let equals = current.firstIndex(of: "="), !current.hasPrefix("\"") {
          let value = current[current.index(after: equals)...]
          replaced = value.count
          if let spec = command.arguments.first(where: { $0.name == current[..<equals] }) {
            (pool, isPath) = Self.values(of: spec.kind, String(value), session, table)
            // What a list has already.
            let taken = given.filter { $0.hasPrefix(spec.name + "=") }.map {
              $0.dropFirst(spec.name.count + 1)
            }
            pool.removeAll { taken.contains($0[...]) }
          }
        } else {
          let positional = command.arguments.filter(\.positional)
          let used = given.count { !$0.contains("=") }
          if used < positional.count {
            (pool, isPath) = Self.values(of: positional[used].kind, current, session, table)
          }
          if !current.hasPrefix("\"") {
            pool += command.arguments.filter { !names.contains($0.name) }.map { $0.name + "=" }
          }
        }
      }
    }
    self.replaced = replaced
    let typed = String(current.suffix(replaced))
    let matching = pool.filter { $0.hasPrefix(typed) || (isPath && $0.hasPrefix("\"" + typed)) }
    var seen: Set<String> = []
    candidates = (isPath ? matching : matching.sorted()).filter { seen.insert($0).inserted }
  }

  /// The words of the command at the cursor, and the one being typed (with its opening quote, if it has one).
  static func words(_ line: String) -> (before: [String], current: String) {
    var words: [String] = []
    var word = ""
    var inString = false
    var inWord = false
    for character in line {
      switch character {
      case "\"":
        inString.toggle()
        word.append(character)
        inWord = true
      case _ where inString: word.append(character)
      case ";", "\n", "{", "}":
        (words, word, inWord) = ([], "", false)
      case " ", "\t", "[", ",", "\u{3000}":
        // Inside a list the argument's name is still needed: targets=[q_proj, v_
        if character == "[" || character == ",",
          let name = (inWord ? word : words.last ?? "").split(separator: "=").first,
          (inWord ? word : words.last ?? "").contains("=")
        {
          if inWord { words.append(word) }
          (word, inWord) = (String(name) + "=", true)
        } else if inWord {
          if word.hasSuffix("="), character == " " { continue }
          words.append(word)
          (word, inWord) = ("", false)
        }
      default:
        word.append(character)
        inWord = true
      }
    }
    // 'time' and what begins a line come before a command.
    if words.first == "time" { words.removeFirst() }
    return (words, word)
  }

  /// The beginning of the `$name` at the cursor.
  private static func variable(in word: String) -> String? {
    guard let dollar = word.lastIndex(of: "$") else { return nil }
    let name = word[word.index(after: dollar)...]
    return name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? String(word[dollar...]) : nil
  }

  /// The part of `{input}` before the cursor, inside the quotes of a template.
  private static func placeholder(in word: String) -> String? {
    guard word.count(where: { $0 == "\"" }) % 2 == 1, let brace = word.lastIndex(of: "{") else { return nil }
    let name = word[word.index(after: brace)...]
    return name.allSatisfy(\.isLetter) ? String(word[brace...]) : nil
  }

  private static func values(
    of kind: ArgumentKind, _ typed: String, _ session: Session, _ table: CommandTable
  ) -> (pool: [String], isPath: Bool) {
    switch kind {
    case .bool: return (["true", "false"], false)
    case .choice(let words): return (words, false)
    case .pullName: return (Catalogue.items.map(\.name), false)
    case .evaluation:
      let names = session.workspace.evaluations.map(\.name) + session.workspace.answers.map(\.name)
      return (names.map { Value.string($0).source }, false)
    case .cell: return (session.stepper?.cellNames ?? [], false)
    case .topic:
      let words = Glossary.entries.map(\.word).filter { !$0.contains(" ") }
      return (table.verbs + Help.pages.map(\.name) + words + Diagnostic.Code.allCases.map(\.rawValue), false)
    case .modelName:
      let names = Catalogue.items.filter(\.isModel).map(\.name)
      return (names.filter { $0.hasPrefix(typed) } + paths(typed), true)
    case .dataName:
      let names = BundledData.allCases.map(\.rawValue) + Catalogue.items.filter { !$0.isModel }.map(\.name)
      return (names.filter { $0.hasPrefix(typed) } + paths(typed), true)
    case .path: return (paths(typed), true)
    case .list(.projections): return (Projection.allCases.map(\.rawValue), false)
    case .list(.categories):
      return ((session.workspace.data?.categories ?? []).map { Value.string($0).source }, false)
    case .template: return (["alpaca", "gemma-chat"], false)
    case .kernelSet: return (Kernels.available.map(\.name), false)
    case .list(.words), .integer, .number, .amount, .text: return ([], false)
    }
  }

  /// Files and folders whose path begins like this. Folders end in "/"; names with spaces or signs are quoted.
  private static func paths(_ typed: String) -> [String] {
    let isQuoted = typed.hasPrefix("\"")
    let plain = isQuoted ? String(typed.dropFirst()) : typed
    let folder = plain.lastIndex(of: "/").map { String(plain[...$0]) } ?? ""
    let start = plain.dropFirst(folder.count)
    let place = folder.isEmpty ? "." : (folder as NSString).expandingTildeInPath
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).sorted()
    return names.filter { $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix(".")) }.map { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: place + "/" + name, isDirectory: &isFolder)
      let path = folder + name
      if isFolder.boolValue {
        // The quote stays open, because the path continues after a folder.
        return (isQuoted || Value.string(path).source.hasPrefix("\"") ? "\"" : "") + path + "/"
      }
      return isQuoted ? "\"" + path + "\"" : Value.string(path).source
    }
  }
}
