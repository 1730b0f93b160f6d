import Foundation
import Gemma
import Testing

/// `pull --from DIR`: a model on a stick, whole or in parts.
@Suite struct PullSourceTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-stick-\(UUID().uuidString)"
  ).path
  private let bytes = Data((0..<90_000).map { UInt8(truncatingIfNeeded: $0 &* 37) })

  private func item(sha256: String? = nil) -> Catalogue.Item {
    Catalogue.Item(
      name: "thing", isModel: true, file: "thing.gguf",
      source: .wheels(packages: ["thing-part1", "thing-part2"], version: "1.0"),
      sha256: sha256 ?? bytes.withUnsafeBytes { SHA256.hexDigest($0) }, licence: "none",
      licenceAddress: "none")
  }

  private func write(_ name: String, _ data: Data) throws {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: path))
  }

  private func pull(_ item: Catalogue.Item) throws -> Data {
    let outcome = try Pull(item, cache: Cache(path: folder + "/cache")).run(from: folder + "/stick") { _, _ in
      true
    }
    return try Data(contentsOf: URL(fileURLWithPath: outcome.path))
  }

  @Test(arguments: [
    "stick/thing.gguf", "stick/models/thing.gguf", "stick/thing/thing.gguf", "stick/thing/models/thing.gguf",
  ])
  func aFolderHasTheFile(_ place: String) throws {
    try write(place, bytes)
    #expect(try pull(item()) == bytes)
  }

  @Test(arguments: [["1", "2", "3"], ["00", "01", "02"], ["part1", "part2", "part3"], ["09", "10", "11"]])
  func partsAreJoinedInOrder(_ endings: [String]) throws {
    for (i, ending) in endings.enumerated() {
      try write("stick/models/thing.gguf.\(ending)", bytes[(i * 30_000)..<((i + 1) * 30_000)])
    }
    // Those that do not begin at 0 or 1 are the rest of something.
    if endings[0] == "09" {
      #expect(throws: GemmaError.self) { try pull(item()) }
    } else {
      #expect(try pull(item()) == bytes)
    }
  }

  @Test func aMissingPartIsNotJoinedOver() throws {
    try write("stick/thing.gguf.1", bytes.prefix(30_000))
    try write("stick/thing.gguf.3", bytes.suffix(30_000))
    do {
      _ = try pull(item())
      Issue.record("part 2 is missing")
    } catch {
      #expect("\(error)".contains("thing.gguf"), "\(error)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder + "/cache/models/thing/thing.gguf"))
  }

  @Test func damagedPartsAreRefusedByTheirHash() throws {
    try write("stick/thing.gguf.1", bytes.prefix(30_000))
    try write("stick/thing.gguf.2", Data(bytes.suffix(60_000).reversed()))
    do {
      _ = try pull(item())
      Issue.record("the bytes differ")
    } catch GemmaError.hashMismatch {} catch { Issue.record("\(error)") }
    #expect(!FileManager.default.fileExists(atPath: folder + "/cache/models/thing/thing.gguf"))
  }

  @Test func aFolderWithoutItIsRefusedWithTheNamesLookedFor() throws {
    try write("stick/other.txt", bytes)
    do {
      _ = try PullSource.find(item(), at: folder + "/stick")
      Issue.record("there is nothing")
    } catch {
      #expect("\(error)".contains("thing.gguf.1") && "\(error)".contains("thing_part1-1.0-"), "\(error)")
    }
    #expect(throws: GemmaError.self) { try PullSource.find(item(), at: folder + "/nowhere") }
  }

  @Test func wheelsAreFoundOnlyWhole() throws {
    try write("stick/thing_part1-1.0-py3-none-any.whl", bytes)
    #expect(throws: GemmaError.self) { try PullSource.find(item(), at: folder + "/stick") }
    try write("stick/thing_part2-1.0-py3-none-any.whl", bytes)
    guard case .wheels(let found) = try PullSource.find(item(), at: folder + "/stick") else {
      Issue.record("no wheels")
      return
    }
    #expect(
      found.map { ($0 as NSString).lastPathComponent } == [
        "thing_part1-1.0-py3-none-any.whl", "thing_part2-1.0-py3-none-any.whl",
      ])
  }
}
