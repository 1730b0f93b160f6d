import Foundation

/// One JSON object a line: Alpaca's `input` and `output`, or `text` and `category` or `label`.
enum JSONLines {
  static func samples(path: String) throws -> [Sample] {
    let text = try utf8Text(path: path)
    var samples: [Sample] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      guard !line.allSatisfy(\.isWhitespace) else { continue }
      func malformed(_ expected: String, _ found: String) -> GemmaError {
        .malformed(path: path, location: "line \(index + 1)", expected: expected, found: found)
      }
      guard let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] else {
        throw malformed("a JSON object", "something else")
      }
      func value(_ keys: [String]) -> String? {
        for key in keys { if let text = object[key] as? String, !text.isEmpty { return text } }
        return nil
      }
      guard let input = value(["text", "input"]), let category = value(["category", "label", "output"]) else {
        throw malformed(
          "input and output, or text and category", object.keys.sorted().joined(separator: ", "))
      }
      samples.append(
        Sample(
          id: value(["id"]) ?? "line-\(index + 1)", title: value(["title"]) ?? "", text: input,
          category: category))
    }
    return samples
  }
}
