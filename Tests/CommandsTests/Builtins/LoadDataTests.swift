import Commands
import Foundation
import Testing

/// What load data, show rejects and split tell about a file of one's own.
@Suite struct LoadDataTests {
  private func write(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString)-a.csv")
      .path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static let rows =
    (0..<12).map { "\"文\($0)\";\($0 % 2 == 0 ? "返品" : "配送 ")\n" }.joined() + "三;つ;です\n文0;配送\n"

  @Test func whatWasTakenAndThreeRowsAreShown() throws {
    let path = try write("本文;分類\n" + Self.rows)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let recorder = Recorder()
    #expect(recorder.run("load data \"\(path)\"") == nil)
    let text = recorder.lines(width: 200).joined(separator: "\n")
    for piece in [
      "-a.csv: UTF-8, separated by semicolons, with a header; text=本文 label=分類",
      "13 articles in 2 categories", "line-2  文0   返品", "line-4  文2   返品",
      "1 row cannot be used, and is left out: 'show rejects' lists them. The first: line 14: expected 2 fields, found 3",
      "white space around 6 labels is cut off",
      "warning: one text stands under two categories, such as line-2 ('返品') and line-15 ('配送')",
    ] { #expect(text.contains(piece), "\(piece) in \(text)") }
    #expect(!text.contains("line-5"))
    let second = Recorder()
    #expect(second.run("load data \"\(path)\"; show rejects; split; show split") == nil)
    let lines = second.lines(width: 120)
    #expect(lines.contains { $0.hasPrefix("line 14") && $0.hasSuffix("三;つ;です") })
    #expect(lines.contains { $0.hasPrefix("all") && $0.split(separator: " ") == ["all", "10", "3"] })
  }

  @Test func strictNamesFileRowAndColumn() throws {
    let path = try write("本文;分類\n文;返品\n文2;\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let diagnostic = Recorder().run("load data \"\(path)\" strict=true")
    #expect(diagnostic?.code == .malformedFile)
    #expect(
      diagnostic?.message.hasSuffix("-a.csv: line 3, column '分類': expected a label, found nothing") == true)
  }

  @Test(arguments: [
    ("split folds=5 fold=2 train=3", "split: expected no train= with folds=, found both"),
    ("split folds=5 fold=6", "fold: expected from 1 to 5, found 6"),
    ("split method=sklearn test=3", "split: expected no test= with method=sklearn, found both"),
    ("split validation=0; baseline", "this needs validation articles, and the split has none"),
    ("load data validation=a.csv", "load data: expected train= too, the file to train on, found validation="),
    (
      "load data support-messages train=a.csv",
      "load data: expected one name, or files for the parts, found support-messages and train="
    ),
    (
      "load data mini-news; load data mini-news label=x encoding=latin",
      "'encoding' takes auto, utf-8, utf-16, shift_jis, euc-jp, windows-1252, not latin"
    ),
  ])
  func whatDoesNotGoTogetherIsSaid(_ source: String, _ message: String) {
    #expect(Recorder().run("load data mini-news\n" + source)?.message == message)
  }

  @Test func aPartWithoutACategoryIsPointedOut() throws {
    let rows = (0..<20).map { "t\($0),\($0 == 0 ? "rare" : "b")\n" }.joined()
    let path = try write("text,label\n" + rows)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let recorder = Recorder()
    #expect(recorder.run("load data \"\(path)\"; split train=5 validation=5") == nil)
    let text = recorder.lines(width: 300).joined(separator: "\n")
    #expect(text.contains("warning: 'rare' has fewer than 5 rows."))
    #expect(text.contains("has no article of 'rare': "))
  }
}
