import Commands
import Foundation

/// What the command line asks for.
struct Arguments: Equatable {
  enum Action: Equatable {
    case interactive
    case last
    case open(String)
    case run([String])
    case check([String])
    case record([String])
    case export(String)
    case commands(String)
    /// Answer the rows of a file, or with "-" the lines of standard input.
    case predict(folder: String, file: String)
    /// The lessons that are compiled in: all, or one by its number or name.
    case tour(String?)
    case doctor
    /// The speaker's notes of a notebook that is presented on another terminal.
    case notes(String)
    /// The manual and its like, made from the tables.
    case document(Document)
    case help([String])
    /// How one verb is called.
    case usage(String)
    case version
  }

  enum Color: String, CaseIterable {
    case auto, always, never
  }

  /// A mistake on the command line.
  struct UsageError: Error, Equatable {
    var message: String
  }

  var action = Action.interactive
  /// From `--set`, in order.
  var sets: [(name: String, value: String)] = []
  var threads: Int?
  var json: String?
  var color = Color.auto
  var cacheDirectory: String?
  var keepGoing = false
  var quiet = false
  /// Shows each cell large, and waits.
  var presents = false
  /// Of `check`: where to write the notebook as it came out, and a report for CI systems.
  var writeActual: String?
  var junit: String?
  /// Of `export`.
  var format: Export.Format?
  var output: String?
  /// Of `predict`: where to, what the lines of standard input are, and options of the command.
  var to: String?
  var lines: LineFormat?
  var columns: [(name: String, value: String)] = []

  /// Of `tour`.
  var language: Tour.Language?

  /// What the lines of standard input are.
  enum LineFormat: String, CaseIterable {
    case auto, text, jsonl
    /// No lines, but a whole file of any kind that gnb reads.
    case table
  }

  static func == (a: Arguments, b: Arguments) -> Bool {
    a.action == b.action && a.sets.map(\.name) == b.sets.map(\.name)
      && a.sets.map(\.value) == b.sets.map(\.value)
      && a.threads == b.threads && a.json == b.json && a.color == b.color
      && a.cacheDirectory == b.cacheDirectory
      && a.keepGoing == b.keepGoing && a.quiet == b.quiet && a.presents == b.presents
      && a.writeActual == b.writeActual && a.junit == b.junit && a.format == b.format && a.output == b.output
      && a.language == b.language && a.to == b.to && a.lines == b.lines
      && a.columns.map(\.name) == b.columns.map(\.name)
      && a.columns.map(\.value) == b.columns.map(\.value)
  }

  private static let verbs = forms.map(\.verb).filter { !$0.isEmpty }

  /// - Parameter words: without the program's name.
  init(_ words: [String]) throws {
    var rest = words[...]
    var plain: [String] = []
    var from: String?
    var document: String?
    func value(of option: String, _ inline: String?) throws -> String {
      if let inline { return inline }
      guard let next = rest.popFirst() else { throw UsageError(message: "\(option) needs a value") }
      return next
    }
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-" else {
        plain.append(word)
        continue
      }
      if word == "--" {
        plain += rest
        break
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let inline = word.hasPrefix("--") && parts.count == 2 ? parts[1] : nil
      switch inline == nil ? word : parts[0] {
      case "-c": action = .commands(try value(of: word, nil))
      case "--set":
        let text = try value(of: "--set", inline)
        let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard pair.count == 2, !pair[0].isEmpty else {
          throw UsageError(message: "--set takes NAME=VALUE, not '\(text)'")
        }
        sets.append((pair[0], pair[1]))
      case "--threads":
        let text = try value(of: "--threads", inline)
        guard let number = Int(text), (1...256).contains(number) else {
          throw UsageError(message: "--threads takes a number from 1 to 256, not '\(text)'")
        }
        threads = number
      case "--device": sets.append(("device", try value(of: "--device", inline)))
      case "--json": json = try value(of: "--json", inline)
      case "--color":
        let text = try value(of: "--color", inline)
        guard let choice = Color(rawValue: text) else {
          throw UsageError(message: "--color takes auto, always or never, not '\(text)'")
        }
        color = choice
      case "--cache-dir": cacheDirectory = try value(of: "--cache-dir", inline)
      case "--from": from = try value(of: "--from", inline)
      case "--present": presents = true
      case "--write-actual": writeActual = try value(of: "--write-actual", inline)
      case "--junit": junit = try value(of: "--junit", inline)
      case "-o", "--output": output = try value(of: word, inline)
      case "--to":
        to = try value(of: "--to", inline)
      case "--text", "--id", "--label":
        let option = inline == nil ? word : parts[0]
        columns.append((String(option.dropFirst(2)), try value(of: option, inline)))
      case "--overwrite": columns.append(("overwrite", "true"))
      case "--format":
        let text = try value(of: "--format", inline)
        guard let choice = LineFormat(rawValue: text) else {
          throw UsageError(
            message:
              "--format takes \(LineFormat.allCases.map(\.rawValue).joined(separator: ", ")), not '\(text)'")
        }
        lines = choice
      case "--language":
        let text = try value(of: "--language", inline)
        guard let choice = Tour.Language(rawValue: text) else {
          throw UsageError(
            message:
              "--language takes \(Tour.Language.allCases.map(\.rawValue).joined(separator: " or ")), not '\(text)'"
          )
        }
        language = choice
      case "--as": document = try value(of: "--as", inline)
      case "--keep-going": keepGoing = true
      case "--quiet", "-q": quiet = true
      case "--help", "-h": action = .help([])
      case "--last": action = .last
      case "--version": action = .version
      default:
        let near =
          Suggestion.nearest(parts[0], in: Self.options.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        throw UsageError(message: "unknown option \(parts[0])\(near)")
      }
    }
    try interpret(plain, from: from)
    if let document { try interpret(document: document) }
    try checkOptions()
  }

  private mutating func interpret(_ plain: [String], from: String?) throws {
    guard let first = plain.first else {
      if from != nil { throw UsageError(message: "--from works with 'gnb pull' only") }
      return
    }
    guard action == .interactive else {
      if case .help = action {
        action = Self.verbs.contains(first) && first != "help" ? .usage(first) : .help(plain)
        return
      }
      throw UsageError(message: "unexpected argument '\(first)'")
    }
    let others = Array(plain.dropFirst())
    switch first {
    case "run":
      guard !others.isEmpty else { throw UsageError(message: "run needs a notebook: gnb run FILE.gnb") }
      action = .run(others)
    case "check", "record":
      guard !others.isEmpty else {
        throw UsageError(message: "\(first) needs a notebook: gnb \(first) FILE.gnb")
      }
      guard writeActual == nil || others.count == 1 else {
        throw UsageError(message: "--write-actual takes one notebook, not several")
      }
      action = first == "check" ? .check(others) : .record(others)
    case "export":
      guard others.count == 1 else {
        throw UsageError(message: "export takes one notebook: gnb export FILE.gnb --to html")
      }
      guard let to else { throw UsageError(message: "export needs --to ipynb, html, md or colab") }
      guard let choice = Export.Format(rawValue: to) else {
        throw UsageError(message: "--to takes ipynb, html, md or colab, not '\(to)'")
      }
      format = choice
      action = .export(others[0])
    case "predict":
      guard others.count == 2 else {
        throw UsageError(
          message: "predict takes a classifier's folder and a file: gnb predict DIR FILE > out.csv")
      }
      let endings = ["csv", "tsv", "jsonl"]
      if let to, to != "-", !endings.contains(where: { to == $0 || to.lowercased().hasSuffix("." + $0) }) {
        throw UsageError(
          message: "--to takes a file that ends in .csv, .tsv or .jsonl; or csv, tsv, jsonl or -; not '\(to)'"
        )
      }
      if others[1] == "-", lines != .table, let to, to != "-", !endings.contains(to) {
        throw UsageError(
          message: "the lines of a pipe are answered on standard output: --to csv, tsv or jsonl; "
            + "or --format table --to \(to)")
      }
      action = .predict(folder: others[0], file: others[1])
    case "pull":
      guard others.count == 1 else { throw UsageError(message: "pull takes one name: gnb pull gemma-3-270m") }
      action = .commands(
        "pull \(Value.string(others[0]).source)" + (from.map { " from=\(Value.string($0).source)" } ?? ""))
    case "tour":
      guard others.count < 2 else { throw UsageError(message: "tour takes one lesson: gnb tour 3") }
      action = .tour(others.first)
    case "doctor":
      guard others.isEmpty else { throw UsageError(message: "unexpected argument '\(others[0])'") }
      action = .doctor
    case "notes":
      guard others.count == 1 else {
        throw UsageError(message: "notes takes one notebook: gnb notes FILE.gnb")
      }
      action = .notes(others[0])
    case "help": action = .help(others)
    default:
      guard plain.count == 1 else {
        throw UsageError(message: "unexpected argument '\(others[0])'. To replay notebooks: gnb run FILE...")
      }
      guard first.hasSuffix(".gnb") || first.contains("/") else {
        let near =
          Suggestion.nearest(first, in: Self.verbs).map { "did you mean 'gnb \($0)'?" }
          ?? "a notebook ends in .gnb"
        throw UsageError(message: "unknown word '\(first)'; \(near)")
      }
      action = .open(first)
    }
    if from != nil, first != "pull" { throw UsageError(message: "--from works with 'gnb pull' only") }
  }

  private mutating func interpret(document name: String) throws {
    guard case .help(let words) = action, words.isEmpty else {
      throw UsageError(message: "--as works with 'gnb help' only")
    }
    guard let document = Document(rawValue: name) else {
      throw UsageError(
        message: "--as takes \(Document.allCases.map(\.rawValue).joined(separator: ", ")), not '\(name)'")
    }
    action = .document(document)
  }

  /// - Throws: `UsageError` for an option that this action does not have.
  private func checkOptions() throws {
    let isCheck = if case .check = action { true } else { false }
    let isExport = if case .export = action { true } else { false }
    let isOpen = if case .open = action { true } else { false }
    let isPredict = if case .predict = action { true } else { false }
    let isTour = if case .tour = action { true } else { false }
    let isNotes = if case .notes = action { true } else { false }
    let isPipe = if case .predict(_, "-") = action { true } else { false }
    for (option, isGiven, belongs, to) in [
      ("--write-actual", writeActual != nil, isCheck, "'gnb check'"),
      ("--junit", junit != nil, isCheck, "'gnb check'"),
      ("--to", to != nil, isExport || isPredict, "'gnb export' and 'gnb predict'"),
      (columns.first.map { "--" + $0.name } ?? "", !columns.isEmpty, isPredict, "'gnb predict'"),
      ("--format", lines != nil, isPipe, "'gnb predict DIR -'"),
      ("--output", output != nil, isExport, "'gnb export'"),
      ("--present", presents, isOpen || isTour, "'gnb FILE.gnb' and 'gnb tour'"),
      ("--language", language != nil, isTour || isNotes, "'gnb tour' and 'gnb notes'"),
    ] where isGiven && !belongs { throw UsageError(message: "\(option) works with \(to) only") }
  }
}
