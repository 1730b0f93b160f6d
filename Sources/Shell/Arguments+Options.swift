import Commands
import Gemma

/// The options, for suggestions, completions and the manual.
extension Arguments {
  struct Option: Sendable {
    /// What a shell can offer after it.
    enum Value: Sendable, Equatable {
      case none
      case file, folder, text
      case words([String])
    }

    var name: String
    var value = Value.none
    /// What stands for the value in the manual.
    var place = ""
    /// The verbs that have it; none means all.
    var verbs: [String] = []
    var summary: String
  }

  static let options = [
    Option(name: "-c", value: .text, place: "COMMANDS", verbs: [""], summary: "run commands"),
    Option(name: "--last", verbs: [""], summary: "the last session again"),
    Option(name: "--present", verbs: ["", "tour"], summary: "each cell large, for an audience"),
    Option(name: "--set", value: .text, place: "NAME=VALUE", summary: "a variable or setting"),
    Option(name: "--threads", value: .text, place: "N", summary: "threads to compute with"),
    Option(
      name: "--json", value: .file, place: "FILE", summary: "results as JSON lines; - is standard output"),
    Option(
      name: "--color", value: .words(Color.allCases.map(\.rawValue)), place: "WHEN",
      summary: "whether to colour"),
    Option(name: "--cache-dir", value: .folder, place: "DIR", summary: "where models and data are"),
    Option(
      name: "--keep-going", verbs: ["run", "check", "record"],
      summary: "go on after a cell that fails or differs"),
    Option(name: "--quiet", summary: "results only"),
    Option(
      name: "--write-actual", value: .file, place: "FILE", verbs: ["check"],
      summary: "the notebook as it came out"),
    Option(
      name: "--junit", value: .file, place: "FILE", verbs: ["check"], summary: "a report for CI systems"),
    Option(
      name: "--to", value: .words(Export.Format.names + ["csv", "tsv", "jsonl"]), place: "FORMAT",
      verbs: ["export", "predict"], summary: "the format, or the file of predict"),
    Option(name: "-o", value: .file, place: "FILE", verbs: ["export"], summary: "the file to write"),
    Option(name: "--output", value: .file, place: "FILE", verbs: ["export"], summary: "the file to write"),
    Option(name: "--text", value: .text, place: "COLUMN", verbs: ["predict"], summary: "the column of texts"),
    Option(name: "--id", value: .text, place: "COLUMN", verbs: ["predict"], summary: "the column of ids"),
    Option(
      name: "--label", value: .text, place: "COLUMN", verbs: ["predict"], summary: "the column of labels"),
    Option(
      name: "--format", value: .words(LineFormat.allCases.map(\.rawValue)), place: "FORMAT",
      verbs: ["predict"],
      summary: "what comes through the pipe"),
    Option(name: "--overwrite", verbs: ["predict"], summary: "replace the file"),
    Option(
      name: "--from", value: .file, place: "FILE", verbs: ["pull"],
      summary: "a file or folder to take it from"),
    Option(
      name: "--language", value: .words(Tour.Language.allCases.map(\.rawValue)), place: "LANGUAGE",
      verbs: ["tour", "notes"],
      summary: "the lessons' language"),
    Option(
      name: "--as", value: .words(Document.allCases.map(\.rawValue)), place: "KIND", verbs: ["help"],
      summary: "the manual, completions, or a page to print"),
    Option(name: "--help", summary: "how it is called"),
    Option(name: "--version", verbs: [""], summary: "the version"),
  ]

  /// What a shell can offer as the first word after a verb.
  enum Operand: Sendable {
    case notebooks, files, none
    case words([String])
  }

  static func operand(of verb: String) -> Operand {
    switch verb {
    case "", "run", "check", "record", "export", "notes": .notebooks
    case "predict": .files
    case "pull": .words(Catalogue.items.map(\.name))
    case "tour": .words(Tour.compiledIn.lessons.map(\.reference))
    case "help": .words(CommandTable.standard.verbs)
    default: .none
    }
  }
}
