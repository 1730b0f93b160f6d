import Foundation
import Gemma
import Testing

/// Rows without labels: everything that `load data` reads, in the file's order, and no row is lost.
@Suite struct RowsToAnswerTests {
  private let folder = NSTemporaryDirectory() + "gnb-rows-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  private func write(_ name: String, _ data: Data) throws -> String {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: path))
    return path
  }

  private func rows(_ name: String, _ text: String, _ options: DataOptions = DataOptions()) throws
    -> RowsToAnswer
  {
    try RowsToAnswer(path: write(name, Data(text.utf8)), options: options)
  }

  /// The rows as "id: text", and of those that cannot be used "id!".
  private func brief(_ rows: RowsToAnswer) -> [String] {
    rows.rows.map { row in row.sample.map { "\(row.id): \($0.text)" } ?? "\(row.id)!" }
  }

  @Test func aTableKeepsItsOrderItsDuplicatesAndTheRowsThatCannotBeUsed() throws {
    let read = try rows("a.csv", "id,text\n7,b\n8,\n9,a\n1,b,c\n9b,a\n")
    #expect(brief(read) == ["7: b", "8!", "9: a", "line-5!", "9b: a"])
    #expect(read.rows[1].reject?.column == "text" && read.rows[1].reject?.found == "nothing")
    #expect(read.rows[3].reject?.expected == "2 fields")
  }

  @Test func aShiftJISTableIsReadWithItsSemicolons() throws {
    let text = "件名;本文\r\n請求;金額が違う\r\n配送;届かない\r\n"
    let data = try #require(text.data(using: .shiftJIS))
    let read = try RowsToAnswer(path: write("a.csv", data), options: DataOptions())
    #expect(brief(read) == ["line-2: 金額が違う", "line-3: 届かない"])
    #expect(read.source.encoding == .shiftJIS && read.source.format == .delimited(.semicolon, header: true))
  }

  @Test func theColumnThatWasLearntFromIsTakenFirst() throws {
    var options = DataOptions()
    options.likeRoles = [DataSource.Role(name: "text", column: "Note"), .init(name: "label", column: "kind")]
    #expect(brief(try rows("a.csv", "text,note\na,b\n", options)) == ["line-2: b"])
    #expect(brief(try rows("b.csv", "text,other\na,b\n", options)) == ["line-2: a"], "and else a usual name")
    options.text = "other"
    #expect(
      brief(try rows("c.csv", "text,other\na,b\n", options)) == ["line-2: b"], "and what is said before both")
    #expect(
      brief(try rows("d.csv", "x,y\n1,ein langer Satz\n2,noch einer\n")) == [
        "line-2: ein langer Satz", "line-3: noch einer",
      ])
  }

  @Test func linesAndArraysOfJSONAreRead() throws {
    let lines = try rows(
      "a.jsonl", "{\"text\": \"a\", \"id\": \"x\"}\n{\"text\": 3\n{\"body\": \"b\"}\n{\"text\": \"a\"}\n")
    #expect(brief(lines) == ["x: a", "line-2!", "line-3!", "line-4: a"])
    #expect(
      brief(try rows("a.json", "[{\"text\": \"a\"}, {\"text\": null}, {\"text\": \"b\"}]")) == [
        "record-1: a", "record-2!", "record-3: b",
      ])
  }

  @Test func aTextFileHasATextInEachLine() throws {
    #expect(brief(try rows("a.txt", "a, b\r\n\r\n\"c")) == ["line-1: a, b", "line-2!", "line-3: \"c"])
  }

  @Test func aFolderOfTextsNeedsNoFoldersOfCategories() throws {
    _ = try write("f/b.txt", Data("b\n".utf8))
    _ = try write("f/a.txt", Data("a\n".utf8))
    _ = try write("f/billing/c.txt", Data("c\n".utf8))
    let read = try RowsToAnswer(path: folder + "/f", options: DataOptions())
    #expect(brief(read) == ["a.txt: a", "b.txt: b", "billing/c.txt: c"])
    #expect(read.rows.map { $0.sample?.category } == ["", "", "billing"])
    #expect(throws: GemmaError.self, "but learning needs them") {
      try Dataset.load(path: folder + "/f", options: DataOptions())
    }
  }

  @Test func instructionsAndConversationsMayWaitForTheirAnswer() throws {
    let alpaca = try rows(
      "a.jsonl", "{\"instruction\": \"Say\", \"input\": \"x\"}\n{\"instruction\": \"Go\"}\n")
    #expect(alpaca.rows.map { $0.sample?.request?.instruction } == ["Say", "Go"])
    #expect(alpaca.rows.map { $0.sample?.category } == ["", ""])
    let chat = try rows(
      "c.jsonl",
      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}, {\"role\": \"user\", \"content\": \"c\"}]}\n"
    )
    #expect(chat.rows.map { $0.sample?.text } == ["c"])
    #expect(chat.rows[0].sample?.request?.turns.count == 3)
  }

  @Test func whatIsNoTextIsAnErrorWithPlaceAndRemedy() throws {
    let error = #expect(throws: GemmaError.self) { try rows("a.jsonl", "{\"x\": 3}\n") }
    #expect("\(try #require(error))".contains("text=COLUMN"), "\(String(describing: error))")
    let empty = #expect(throws: GemmaError.self) { try rows("e.csv", "text\n\n") }
    #expect("\(try #require(empty))".contains("e.csv"))
  }

  @Test func theHashIsOfAllThatDecidesTheAnswers() throws {
    let one = try rows("a.csv", "text\na\nb\n").sha256
    #expect(try rows("b.csv", "text\na\nb\n").sha256 == one, "not of the file's name")
    for other in ["text\nb\na\n", "text\na\nb\nb\n", "text,x\na,1\nb,2\n"] {
      #expect(try rows("c.csv", other).sha256 != one)
    }
  }

  @Test func rowsWithLabelsStillNeedThem() throws {
    let path = try write("l.csv", Data("text,label\na,x\nb,\nc,y\n".utf8))
    let data = try Dataset.load(path: path)
    #expect(data.samples.count == 2 && data.rejects.count == 1)
  }
}
