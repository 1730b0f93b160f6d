import Foundation
import Gemma

/// The rows that `predict` has finished, beside the file they are meant for: OUT.part. Its first line says of what they are, so that the same
/// command goes on after them, and another begins anew.
final class PartFile {
  private static let mark = "#gnb predict "

  let path: String
  private let format: PredictionFormat
  private let out: String
  private var handle: FileHandle
  /// What an earlier run had finished.
  private(set) var finished: [Predictor.Answer] = []
  /// Whether rows of other settings were there, which are dropped.
  private(set) var beganAnew = false

  /// - Parameter settings: the hash of all that the answers depend on.
  /// - Throws: `wrongKind` for a file of that name that `predict` did not write; `inputOutput`.
  init(of out: String, format: PredictionFormat, settings: String) throws {
    (self.out, self.format) = (out, format)
    path = out + ".part"
    let files = FileManager.default
    let first = Self.mark + settings + "\n"
    var kept = Data((first + (format.header ?? "")).utf8)
    if let old = files.contents(atPath: path) {
      guard old.isEmpty || old.starts(with: Data(Self.mark.utf8)) else {
        throw GemmaError.wrongKind(
          path: path, expected: "the unfinished rows of an earlier 'predict'", found: "another file",
          remedy: "move it away, or write to another file: to=...")
      }
      if old.starts(with: kept) {
        let body = Self.whole(old.dropFirst(first.utf8.count), quotes: format.kind != .jsonl)
        if let answers = try format.answers(String(decoding: body, as: UTF8.self), path: path) {
          finished = answers
          kept = Data(first.utf8) + body
        }
      }
      beganAnew = finished.isEmpty && !old.isEmpty
    }
    try AtomicFile.write(kept, to: path)
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw GemmaError.inputOutput(path: path, reason: "cannot be written")
    }
    self.handle = handle
    try attempt { try handle.seekToEnd() }
  }

  /// Up to the end of the last whole record: a program that was killed may have written a part of one.
  private static func whole(_ bytes: Data, quotes: Bool) -> Data {
    var (end, isQuoted) = (bytes.startIndex, false)
    for index in bytes.indices {
      if quotes, bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if bytes[index] == UInt8(ascii: "\n"), !isQuoted { end = index + 1 }
    }
    return bytes[..<end]
  }

  func add(_ answers: [Predictor.Answer]) throws {
    let text = answers.map(format.text).joined()
    try attempt { try handle.write(contentsOf: Data(text.utf8)) }
  }

  /// Gives the rows their file.
  func finish() throws {
    try attempt { try handle.close() }
    guard let content = FileManager.default.contents(atPath: path),
      let end = content.firstIndex(of: UInt8(ascii: "\n"))
    else { throw GemmaError.fileNotFound(path: path) }
    try AtomicFile.write(content[(end + 1)...], to: out)
    try? FileManager.default.removeItem(atPath: path)
  }

  private func attempt(_ body: () throws -> some Any) throws {
    do { _ = try body() } catch let error as GemmaError { throw error } catch {
      let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      throw GemmaError.inputOutput(
        path: path, reason: inner?.localizedDescription ?? error.localizedDescription)
    }
  }
}
