import Foundation
import Gemma
import Testing

/// Fetching without a network: from a file, and through the same downloader from a file: address.
@Suite struct PullTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-pull-\(UUID().uuidString)"
  ).path
  private let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

  private func source() throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = folder + "/source"
    try bytes.write(to: URL(fileURLWithPath: path))
    return path
  }

  private func pull(_ address: String, sha256: String?) -> Pull {
    Pull(
      Catalogue.Item(
        name: "thing", isModel: false, file: "thing.bin", source: .address(address), sha256: sha256,
        licence: "none",
        licenceAddress: "none"), cache: Cache(path: folder + "/cache"))
  }

  private var digest: String { bytes.withUnsafeBytes { SHA256.hexDigest($0) } }
  private var target: String { folder + "/cache/data/thing/thing.bin" }

  @Test func aFileIsCopiedCheckedAndFoundAgain() throws {
    let path = try source()
    let outcome = try pull("file:///none", sha256: digest).run(from: path) { _, _ in true }
    #expect(outcome.sha256 == digest && outcome.bytes == bytes.count && !outcome.wasThere)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == bytes)
    #expect(try pull("file:///none", sha256: digest).run { _, _ in true }.wasThere)
  }

  @Test func anotherHashIsRefusedAndLeavesNothing() throws {
    let path = try source()
    #expect(throws: GemmaError.self) {
      try pull("file:///none", sha256: String(repeating: "0", count: 64)).run(from: path) { _, _ in true }
    }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test func aDownloadGoesOnWhereItStopped() throws {
    let path = try source()
    try FileManager.default.createDirectory(
      atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    // What an interrupted download left, marked: were it fetched anew, the mark would be gone.
    var part = bytes.prefix(40_000)
    part[0] = 0xEE
    try part.write(to: URL(fileURLWithPath: target + ".part"))
    _ = try pull("file://" + path, sha256: nil).run { _, _ in true }
    let got = try Data(contentsOf: URL(fileURLWithPath: target))
    #expect(got.count == bytes.count && got[0] == 0xEE && got.dropFirst() == bytes.dropFirst())
  }

  @Test func stoppingKeepsThePartAndAMissingSourceIsAnError() throws {
    let path = try source()
    #expect(throws: GemmaError.interrupted) {
      try pull("file:///none", sha256: nil).run(from: path) { _, _ in false }
    }
    #expect(!FileManager.default.fileExists(atPath: target))
    #expect(throws: GemmaError.self) { try pull("file:///no/such/file", sha256: nil).run { _, _ in true } }
    #expect(throws: GemmaError.self) {
      try pull("file:///none", sha256: nil).run(from: "/no/such") { _, _ in true }
    }
  }
}
