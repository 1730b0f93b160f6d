import Commands
import Foundation

/// The prompt: reads lines, goes on while brackets are open, runs, and never leaves on a mistake.
struct Repl {
  let session: Session
  let painter: TerminalPainter

  func run() -> Gnb.Status {
    painter.say("gnb \(Gnb.version): 'help' lists the commands, Ctrl-D leaves")
    var number = 1
    while true {
      var text = ""
      var statements: [Statement]?
      while statements == nil {
        FileDescriptor.output.write(text.isEmpty ? "gnb[\(number)]> " : "   ... ")
        guard let line = readLine(strippingNewline: true) else {
          FileDescriptor.output.write("\n")
          return .fine
        }
        text += text.isEmpty ? line : "\n" + line
        do {
          statements = try Parser.parse(text)
        } catch {
          let diagnostic = Diagnostic(error)
          if diagnostic.isIncomplete, !line.isEmpty { continue }
          report(diagnostic, text)
          text = ""
        }
      }
      guard let statements, !statements.isEmpty else { continue }
      var known = Set(session.variables.keys)
      do {
        try Interpreter(session).check(statements, known: &known)
        Interrupts.clear()
        _ = Interpreter(session).run(statements, cell: "\(number)", file: nil, source: text)
        Interrupts.clear()
        number += 1
      } catch {
        report(Diagnostic(error), text)
      }
    }
  }

  private func report(_ diagnostic: Diagnostic, _ text: String) {
    session.sink(Event(.error(diagnostic.located(file: nil, source: text)), cell: "", command: text))
  }
}
