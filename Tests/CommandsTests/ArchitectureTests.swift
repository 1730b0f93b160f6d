import Foundation
import Testing

/// Arrows between the folders of a module point down only. Read from the sources: which types each folder declares, and which it
/// names.
@Suite struct ArchitectureTests {
  private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")

  /// A module whose folders have no cycle is added here, and stays so.
  private static let modules = ["Commands", "Gemma"]

  @Test(arguments: modules) func foldersOfAModuleHaveNoCycle(_ module: String) throws {
    let folder = Self.sources.appendingPathComponent(module)
    let paths = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
    let files = try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
      SourceFile(
        path: path, text: try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8))
    }
    #expect(files.count > 20, "\(folder.path) was not read")
    let cycles = FolderGraph(files).cycles
    #expect(cycles.isEmpty, "Sources/\(module):\n\(cycles.joined(separator: "\n"))")
  }

  /// Layers, model and training work on matrices. Pointers to numbers stay where the arithmetic and the files are.
  @Test func pointersStayInTheArithmeticAndTheFiles() throws {
    let folder = Self.sources.appendingPathComponent("Gemma")
    let paths = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".swift") }
    #expect(paths.contains("Tensor/CPU+Attention.swift") && paths.contains("Layers/Attention.swift"))
    for path in paths where !["Tensor/", "Formats/", "Files/"].contains(where: path.hasPrefix) {
      let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
      #expect(text.firstMatch(of: /Unsafe(Mutable)?Pointer\b/) == nil, "Sources/Gemma/\(path)")
    }
  }

  @Test func aCycleIsToldWithFileTypeAndFolders() {
    let files = [
      SourceFile(path: "Low/Pipe.swift", text: "struct Pipe { var end: Tap? }"),
      SourceFile(path: "High/Tap.swift", text: "protocol Tap {}\nextension Pipe: Sendable {}"),
      SourceFile(path: "Roof/Rain.swift", text: "actor Rain { let pipe: Pipe }"),
    ]
    #expect(
      FolderGraph(files).cycles == [
        "High/Tap.swift names Pipe of Low: High -> Low", "Low/Pipe.swift names Tap of High: Low -> High",
      ])
    #expect(FolderGraph(Array(files.dropFirst())).cycles.isEmpty)
  }

  @Test(arguments: [
    ("// Tap\nlet a = 1 /* Tap /* Tap */ Tap */", false), ("let a = \"Tap \\\"Tap\"", false),
    ("let a = \"no \\(Tap().name(\"Tap\")) no\"", true), ("let a = \"no \\(x(\")\")) Tap\"", false),
    ("let a = \"\"\"\n  \"Tap\" Tap\n  \"\"\"", false), ("let a = #\"Tap \" \\(Tap) \"#", false),
    ("let a = #\"no \\#(Tap())\"#", true), ("let a = Other.Tap()", false), ("let a: [Tap] = []", true),
    ("struct Own { enum Tap {}; var tap: Tap }", false), ("let a = Tap.self", true),
    ("let tap = Taps()", false),
  ])
  func onlyWhatIsCodeNamesAType(_ text: String, _ isNamed: Bool) {
    let files = [
      SourceFile(path: "High/Tap.swift", text: "class Tap { let own: Own }"),
      SourceFile(path: "Low/Own.swift", text: "struct Own {}\n" + text),
    ]
    #expect(FolderGraph(files).cycles.isEmpty != isNamed)
  }
}

/// One file, with the types it declares and names.
private struct SourceFile {
  let path: String
  /// Types at the file's top level.
  private(set) var declared: Set<String> = []
  /// Identifiers in code that begin with a capital and follow no dot, but for types nested in this file.
  private(set) var named: Set<String> = []

  /// The first folder of the path; "." for a file beside the folders.
  var folder: String {
    let parts = path.split(separator: "/")
    return parts.count > 1 ? String(parts[0]) : "."
  }

  init(path: String, text: String) {
    self.path = path
    let kinds: Set = ["class", "struct", "enum", "protocol", "actor", "typealias"]
    var nested: Set<String> = []
    var depth = 0
    var previous = ""
    for token in SwiftTokens.of(text) {
      switch token {
      case "{": depth += 1
      case "}": depth -= 1
      default:
        guard token.first?.isUppercase == true, previous != "." else { break }
        if !kinds.contains(previous) {
          named.insert(token)
        } else if depth == 0 {
          declared.insert(token)
        } else {
          nested.insert(token)
        }
      }
      previous = token
    }
    named.subtract(nested)
  }
}

/// The words and signs of Swift source, without comments and without the text of strings; what a string interpolates is code.
private enum SwiftTokens {
  static func of(_ text: String) -> [String] {
    var reader = Reader(text)
    reader.code(until: nil)
    return reader.tokens
  }

  private struct Reader {
    private let text: [Character]
    private var at = 0
    private(set) var tokens: [String] = []

    init(_ text: String) { self.text = Array(text) }

    private func sees(_ word: String) -> Bool {
      word.count <= text.count - at && text[at..<(at + word.count)].elementsEqual(word)
    }

    /// Up to the bracket that closes an interpolation, or the end.
    mutating func code(until closing: Character?) {
      var depth = 0
      while at < text.count {
        let c = text[at]
        if sees("//") {
          while at < text.count, !text[at].isNewline { at += 1 }
        } else if sees("/*") {
          comment()
        } else if c == "\"" || c == "#" && hashes(at) > 0 {
          string()
        } else if c.isLetter || c == "_" {
          let start = at
          while at < text.count, text[at].isLetter || text[at].isNumber || text[at] == "_" { at += 1 }
          tokens.append(String(text[start..<at]))
        } else {
          if c == closing, depth == 0 { return }
          if c == "(" { depth += 1 }
          if c == ")" { depth -= 1 }
          if !c.isWhitespace { tokens.append(String(c)) }
          at += 1
        }
      }
    }

    private mutating func comment() {
      var depth = 0
      repeat {
        if sees("/*") {
          depth += 1
          at += 2
        } else if sees("*/") {
          depth -= 1
          at += 2
        } else {
          at += 1
        }
      } while depth > 0 && at < text.count
    }

    /// The # signs here if a string follows them, else 0.
    private func hashes(_ start: Int) -> Int {
      let count = text[start...].prefix { $0 == "#" }.count
      return start + count < text.count && text[start + count] == "\"" ? count : 0
    }

    private mutating func string() {
      let signs = String(repeating: "#", count: hashes(at))
      at += signs.count
      let quotes = sees("\"\"\"") ? "\"\"\"" : "\""
      at += quotes.count
      while at < text.count, !sees(quotes + signs) {
        guard sees("\\" + signs) else {
          at += 1
          continue
        }
        at += 1 + signs.count
        if at < text.count, text[at] == "(" {
          at += 1
          code(until: ")")
        }
        at += 1
      }
      at += quotes.count + signs.count
    }
  }
}

/// Which folder's files name types of which other folders.
private struct FolderGraph {
  private struct Arrow: Hashable {
    var from: String
    var to: String
  }

  private var uses: [Arrow: [String]] = [:]

  init(_ files: [SourceFile]) {
    var homes: [String: Set<String>] = [:]
    for file in files { for type in file.declared { homes[type, default: []].insert(file.folder) } }
    for file in files {
      for type in file.named.sorted() {
        // A name that two folders declare is private to each, or told apart by its module.
        guard let found = homes[type], found.count == 1, let home = found.first, home != file.folder else {
          continue
        }
        uses[Arrow(from: file.folder, to: home), default: []].append(
          "\(file.path) names \(type) of \(home): \(file.folder) -> \(home)")
      }
    }
  }

  private func reachable(from start: String) -> Set<String> {
    var found: Set<String> = []
    var open = [start]
    while let folder = open.popLast() {
      for arrow in uses.keys where arrow.from == folder && found.insert(arrow.to).inserted {
        open.append(arrow.to)
      }
    }
    return found
  }

  /// A line for each use that is part of a cycle. Arrows with the fewest uses come first: most often these are the wrong ones.
  var cycles: [String] {
    uses.filter { reachable(from: $0.key.to).contains($0.key.from) }
      .sorted { ($0.value.count, $0.key.from, $0.key.to) < ($1.value.count, $1.key.from, $1.key.to) }
      .flatMap(\.value)
  }
}
