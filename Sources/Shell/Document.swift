import Commands
import Foundation

/// What `gnb help --as` writes, all of it from the tables of calls, options, commands and words.
enum Document: String, CaseIterable, Sendable {
  case man, bash, zsh, fish, card, glossary

  var text: String {
    switch self {
    case .man: Manual.page
    case .bash: Completions.bash
    case .zsh: Completions.zsh
    case .fish: Completions.fish
    case .card: PrintedHelp.card(.standard, version: Gnb.version)
    case .glossary: PrintedHelp.glossary(version: Gnb.version)
    }
  }
}

/// The page for `man gnb`, in troff.
enum Manual {
  private static func escaped(_ text: String) -> String {
    var text = text.replacingOccurrences(of: "\\", with: "\\e").replacingOccurrences(of: "-", with: "\\-")
    // A line that begins with one of these would be a request.
    if text.hasPrefix(".") || text.hasPrefix("'") { text = "\\&" + text }
    return text
  }

  static var page: String {
    var lines = [
      #".TH GNB 1 "" "gnb \#(escaped(Gnb.version))" "User Commands""#, ".SH NAME",
      #"gnb \- notebook-style sessions that teach the fine-tuning of Gemma"#, ".SH SYNOPSIS",
    ]
    for form in Arguments.forms {
      lines += [".B gnb", escaped(form.call.isEmpty ? " " : form.call), ".br"]
    }
    lines += [
      ".SH DESCRIPTION",
      escaped(
        "gnb loads Gemma, reads labelled texts, trains LoRA adapters and measures them, on the CPU. Its notebooks are Markdown files"
          + " with runnable blocks, and give the same bytes on every machine."), ".SH CALLS",
    ]
    for form in Arguments.forms {
      lines += [".TP", ".B " + escaped(("gnb " + form.call).trimmingCharacters(in: .whitespaces))]
      lines.append(escaped(form.summary.prefix(1).uppercased() + form.summary.dropFirst() + "."))
      for detail in form.details { lines += [".br", escaped(detail.trimmingCharacters(in: .whitespaces))] }
    }
    lines.append(".SH OPTIONS")
    for option in Arguments.options {
      lines += [
        ".TP",
        ".BR \"" + escaped(option.name) + "\" \"\(option.place.isEmpty ? "" : " " + escaped(option.place))\"",
      ]
      let verbs = option.verbs.filter { !$0.isEmpty }
      lines.append(escaped(option.summary + (verbs.isEmpty ? "" : " (\(verbs.joined(separator: ", ")))")))
    }
    lines.append(".SH COMMANDS")
    lines.append(
      escaped("Lines of a notebook, of a script, and at the prompt. 'gnb help COMMAND' says more."))
    for group in Command.Group.allCases {
      let commands = CommandTable.standard.commands.filter { $0.group == group }
      if commands.isEmpty { continue }
      lines.append(".SS " + group.rawValue)
      for command in commands {
        lines += [".TP", ".B " + escaped(Help(.standard).usage(command)), escaped(command.summary)]
      }
    }
    lines += [".SH FILES"]
    for (path, what) in [
      ("~/.cache/gnb", "models and data; $GNB_CACHE and $XDG_CACHE_HOME move it"),
      ("~/.local/state/gnb", "what was typed, and the place in the tour; $XDG_STATE_HOME moves it"),
    ] { lines += [".TP", ".I " + escaped(path), escaped(what)] }
    lines += [".SH EXIT STATUS"]
    for (status, what) in [
      ("0", "fine"), ("1", "check differs; doctor finds something missing"),
      ("2", "usage, parse or I/O error"),
      ("3", "a cell failed"), ("4", "an input's hash differs"), ("130", "interrupted"),
    ] { lines += [".TP", ".B " + status, escaped(what)] }
    return lines.joined(separator: "\n") + "\n"
  }
}
