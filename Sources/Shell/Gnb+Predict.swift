import Commands
import Foundation
import Gemma

/// predict: a saved classifier for other programs. Standard output has the answers and nothing else.
extension Gnb {
  func predict(_ folder: String, _ file: String) throws -> Status {
    let sink = session.context.sink
    session.context.sink = { [painter] event in
      switch event.kind {
      case .output(.stream): sink(event)
      case .output(let output):
        guard !arguments.quiet else { break }
        for line in output.lines(width: Self.terminalColumns() ?? 80) {
          painter.notice(line.map(\.text).joined())
        }
      default: sink(event)
      }
    }
    let load = "load classifier \(Value.string(folder).source)"
    if file == "-", arguments.lines != .table {
      let status = script(load, name: "predict")
      return status == .fine ? try lines() : status
    }
    let options = [("to", arguments.to ?? "-")] + arguments.columns.map { ($0.name, $0.value) }
    return script(
      ([load, "predict \(Value.string(file).source)"].joined(separator: "\n"))
        + options.map { " \($0)=\($0 == "overwrite" ? $1 : Value.string($1).source)" }.joined(),
      name: "predict")
  }

  /// A line in, a line out at once. Lines that are there together are answered together.
  private func lines() throws -> Status {
    func column(_ name: String) -> String? { arguments.columns.last { $0.name == name }?.value }
    var predictor = try LinePredictor(
      session, input: arguments.lines.flatMap { LinePredictor.Input(rawValue: $0.rawValue) } ?? .auto,
      output: arguments.to.map { $0 == "-" ? "jsonl" : $0 } ?? "jsonl", text: column("text"), id: column("id")
    )
    if let header = predictor.header { FileDescriptor.output.write(header) }
    var pending: [UInt8] = []
    var isAtEnd = false
    while !isAtEnd {
      if Interrupts.isSet { return .interrupted }
      // `poll` ends at a signal; `read` alone would go on waiting for a line.
      var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      guard poll(&input, 1, -1) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(0, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        throw GemmaError.inputOutput(path: "standard input", reason: String(cString: strerror(errno)))
      }
      isAtEnd = count == 0
      pending += buffer[..<count]
      var whole: [[UInt8]] = []
      var start = 0
      while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
        whole.append(Array(pending[start..<end]))
        start = end + 1
      }
      pending.removeFirst(start)
      if isAtEnd, !pending.isEmpty { whole.append(pending) }
      // In parts, so that answers begin to come at once.
      for first in stride(from: 0, to: whole.count, by: 64) {
        if Interrupts.isSet { return .interrupted }
        FileDescriptor.output.write(try predictor.answer(Array(whole[first..<min(first + 64, whole.count)])))
      }
    }
    painter.say(
      "\(NumberFormat.count(predictor.count, "line")), \(predictor.failed == 0 ? "all answered" : "\(predictor.failed) of them without an answer")"
    )
    return .fine
  }
}
