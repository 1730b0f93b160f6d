import Commands
import Foundation

/// How the program is called, in words.
extension Arguments {
  /// A way to call the program.
  struct Form {
    var verb: String
    /// As it is typed, after "gnb".
    var call: String
    var summary: String
    /// Options and more that only this form has, a line each.
    var details: [String] = []
  }

  static let forms = [
    Form(verb: "", call: "", summary: "interactive session"),
    Form(verb: "", call: "--last", summary: "the last session again, its adapter included"),
    Form(
      verb: "", call: "FILE.gnb", summary: "step through a notebook",
      details: ["--present  each cell large, for an audience"]),
    Form(
      verb: "run", call: "run FILE.gnb...", summary: "replay every cell and print the outputs",
      details: [
        "--set NAME=VALUE  a variable or setting of the notebook",
        "--keep-going  go on after a cell that fails",
      ]),
    Form(
      verb: "check", call: "check FILE.gnb...", summary: "replay and compare with the recorded outputs",
      details: [
        "--keep-going  go on after a difference", "--write-actual FILE  the notebook as it came out",
        "--junit FILE  a report for CI systems",
      ]),
    Form(
      verb: "record", call: "record FILE.gnb...", summary: "replay and write the outputs into the file",
      details: ["--keep-going  go on with the next notebook after one that fails"]),
    Form(
      verb: "export", call: "export FILE.gnb --to ipynb|html|md|colab [-o OUT]",
      summary: "the notebook with its recorded outputs; colab: its steps in Python, for Unsloth on a GPU",
      details: ["-o OUT, --output OUT  the file to write; - is standard output"]),
    Form(
      verb: "predict", call: "predict DIR FILE|- [--to OUT]",
      summary: "answer each row of a file, or each line of a pipe, with a saved classifier",
      details: [
        "DIR is what 'save classifier' wrote",
        "--to OUT  a file that ends in .csv, .tsv or .jsonl; csv, tsv or jsonl",
        "          for standard output (csv; jsonl for the lines of a pipe)",
        "--text COLUMN, --id COLUMN, --label COLUMN  what is where in FILE",
        "--format auto|text|jsonl|table  what comes through the pipe: lines of",
        "          text, JSON lines, or a table, read to its end",
        "--overwrite  replace OUT",
      ]),
    Form(verb: "", call: "-c 'COMMANDS'", summary: "run commands, one a line or separated by ;"),
    Form(verb: "", call: "< script", summary: "the same from a pipe"),
    Form(
      verb: "pull", call: "pull NAME [--from FILE|DIR]", summary: "fetch a model or data set into the cache",
      details: [
        "--from FILE  take it from a file that is here already",
        "--from DIR  find it in a folder, such as a USB stick's; parts are joined",
      ]),
    Form(
      verb: "tour", call: "tour [LESSON]",
      summary: "the lessons, which are inside the program; where you were",
      details: [
        "LESSON  its number or name; without it, all are listed, with what was done",
        "--language en|ja  the text's language; it is remembered",
        "--present  each cell large, for an audience",
      ]),
    Form(
      verb: "doctor", call: "doctor",
      summary: "what this computer can do, how long lessons take, what to mend",
      details: [
        "--set model=NAME  measure with another model",
        "The exit status is 1 if something is missing that the lessons need.",
      ]),
    Form(
      verb: "notes", call: "notes FILE.gnb|LESSON",
      summary: "the speaker's notes, on a second terminal beside --present",
      details: ["--language en|ja  of a lesson's notes; otherwise that of 'gnb tour'"]),
    Form(
      verb: "help", call: "help [COMMAND]", summary: "what commands and words there are",
      details: ["--as man|bash|zsh|fish|card|glossary  the manual, completions, a page to print"]),
  ]

  static let usage =
    forms.map { form in
      let call = ("gnb " + form.call).trimmingCharacters(in: .whitespaces)
      let gap = String(repeating: " ", count: 29)
      let lines = DisplayWidth.wrap(form.summary, to: 51)
      let first = call.count < 28 ? DisplayWidth.pad(call, to: 29) + lines[0] : call + "\n" + gap + lines[0]
      return ([first] + lines.dropFirst().map { gap + $0 }).joined(separator: "\n")
    }.joined(separator: "\n") + "\n" + """
      options: --set NAME=VALUE  --threads N  --device auto|cpu|cuda  --json FILE|-
               --color auto|always|never
               --cache-dir DIR  --keep-going  --quiet  --version
               --present (with FILE.gnb: each cell large, for an audience)
               --write-actual FILE, --junit FILE (with check)
      exit status: 0 fine, 1 check differs, 2 usage, parse or I/O error,
                   3 a cell failed, 4 an input's hash differs, 130 interrupted
      """

  /// What one verb does: "gnb run --help".
  static func usage(of form: Form) -> String {
    (["gnb " + form.call, form.summary.prefix(1).uppercased() + form.summary.dropFirst() + "."]
      + form.details.map { "  " + $0 } + ["'gnb --help' lists all calls and the options that every call has."])
      .joined(separator: "\n")
  }

  /// Two lines below a mistake: how the verb among `words` is called, and where to read more.
  static func hint(for words: [String]) -> String {
    let form = words.compactMap { word in forms.first { $0.verb == word } }.first
    let call =
      form?.call
      ?? "[FILE.gnb | \(forms.map(\.verb).filter { !$0.isEmpty }.joined(separator: " | "))] [options]"
    return "usage: gnb \(call)\n'gnb \(form.map { $0.verb + " " } ?? "")--help' says more"
  }
}
