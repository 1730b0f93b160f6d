import Foundation
import Gemma
import Testing

@Suite struct AdapterNotesTests {
  private let folder = NSTemporaryDirectory() + "gnb-notes-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  private var path: String { folder + "/gnb.json" }

  @Test func seenTextsComeBack() throws {
    var seen = SeenTexts()
    seen.add([
      Sample(id: "1", title: "", text: "角度", category: "a"),
      Sample(id: "2", title: "", text: "free kick", category: "b"),
    ])
    var notes = try AdapterNotes(folder: folder)
    try notes.set(seen)
    try notes.write()
    #expect(try AdapterNotes(folder: folder).seenTexts() == seen)
    // The hashes are SHA-256 as anybody computes it: printf %s 角度 | sha256sum.
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("\"seen_texts\" : ["))
    #expect(seen.hashes.allSatisfy { $0.count == 16 && text.contains("\"\($0)\"") })
  }

  @Test func keysOfOthersAreKept() throws {
    let before =
      #"{"categories":["はい","a/b"],"count":3,"share":0.1,"nothing":null,"is":true,"card":{"f1":0.5}}"#
    try Data(before.utf8).write(to: URL(fileURLWithPath: path))
    var notes = try AdapterNotes(folder: folder)
    try notes.set(SeenTexts(hashes: ["0123456789abcdef"]))
    try notes.write()
    let after = try AdapterNotes(folder: folder)
    #expect(after.keys == ["card", "categories", "count", "is", "nothing", "seen_texts", "share"])
    #expect(try after.value([String].self, for: "categories") == ["はい", "a/b"])
    #expect(try after.value(Int.self, for: "count") == 3)
    #expect(try after.value(Double.self, for: "share") == 0.1)
    #expect(try after.value([String: Double].self, for: "card") == ["f1": 0.5])
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in ["\"count\" : 3,", "\"share\" : 0.1", "\"nothing\" : null", "\"is\" : true", "\"a/b\""] {
      #expect(text.contains(line), "\(line) in \(text)")
    }
  }

  @Test func anAdapterThatSawNothingLeavesNoFile() throws {
    var notes = try AdapterNotes(folder: folder)
    try notes.set(SeenTexts(hashes: ["0123456789abcdef"]))
    try notes.write()
    try notes.set(SeenTexts())
    try notes.write()
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(try AdapterNotes(folder: folder).seenTexts().isEmpty)
  }

  @Test(arguments: ["[]", "{", "{\"seen_texts\": 3}"])
  func aBrokenFileIsNamed(_ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: GemmaError.self) { try AdapterNotes(folder: folder).seenTexts() }
    #expect("\(String(describing: error))".contains(path))
  }
}
