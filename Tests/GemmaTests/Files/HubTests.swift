import Foundation
import Gemma
import Testing

/// Models fetched from a hub that is a thread of this process.
@Suite final class HubTests {
  private typealias Server = LoopbackServer
  private static let commit = String(repeating: "c0ffee00", count: 5)
  private static let weights = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
  private static let config = Data("{\"model_type\": \"gemma2\"}\n".utf8)
  private static let files = ["config.json": config, "model.safetensors": weights]
  private static var weightsHash: String { weights.withUnsafeBytes { SHA256.hexDigest($0) } }
  private static var configHash: String { config.withUnsafeBytes { GitHash.hexDigest($0) } }

  private let home = FileManager.default.temporaryDirectory.appendingPathComponent(
    "gnb-hub-\(UUID().uuidString)"
  )
  .path
  private var servers: [Server] = []
  private var folder: String { home + "/hub/models--owner--model" }
  private var part: String { "\(folder)/blobs/\(Self.weightsHash).incomplete" }

  deinit {
    for server in servers { server.stop() }
    try? FileManager.default.removeItem(atPath: home)
  }

  private static func listing(
    weightsHash: String = weightsHash, weightsSize: Int = weights.count, extra: [[String: Any]] = []
  ) -> Server.Response {
    let siblings: [[String: Any]] =
      [
        ["rfilename": "config.json", "size": config.count, "blobId": configHash],
        ["rfilename": "README.md", "size": 5, "blobId": configHash],
        [
          "rfilename": "model.safetensors", "size": weightsSize, "blobId": configHash,
          "lfs": ["sha256": weightsHash, "size": weightsSize],
        ],
      ] + extra
    let json: [String: Any] = [
      "sha": commit, "gated": false, "cardData": ["license": "apache-2.0"], "siblings": siblings,
    ]
    return Server.Response(body: (try? JSONSerialization.data(withJSONObject: json)) ?? Data())
  }

  /// Starts a hub that lists the model; `answer` may have another word on any request.
  private func hub(_ answer: @escaping @Sendable (Server.Request) -> Server.Response? = { _ in nil }) throws
    -> Server
  {
    let server = try Server { request in
      if let response = answer(request) { return response }
      if request.path == "/api/models/owner/model/revision/main?blobs=true" { return Self.listing() }
      let prefix = "/owner/model/resolve/\(Self.commit)/"
      guard request.path.hasPrefix(prefix),
        let file = Self.files[String(request.path.dropFirst(prefix.count))]
      else { return .refusal(404) }
      return .file(file, for: request)
    }
    servers.append(server)
    return server
  }

  private func cache(_ server: Server, token: String? = nil) -> Cache {
    Cache(
      path: home + "/gnb",
      environment: ["HF_HOME": home, "HF_ENDPOINT": server.address + "/", "HF_TOKEN": token ?? ""])
  }

  private func pull(
    _ server: Server, token: String? = nil, progress: (String, Int) -> Bool = { _, _ in true }
  ) throws -> HubPull.Outcome {
    let pull = try HubPull("owner/model", cache: cache(server, token: token), wait: { _ in })
    return try pull.run(pull.listing(progress: progress), progress: progress)
  }

  private func error(_ server: Server, token: String? = nil) -> GemmaError? {
    error { try pull(server, token: token) }
  }

  private func error<Result>(_ body: () throws -> Result) -> GemmaError? {
    do { _ = try body() } catch { return error as? GemmaError }
    return nil
  }

  private func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }
  private func blobs() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/blobs")) ?? []).sorted()
  }
  private func leave(_ data: Data, at path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: path))
  }

  @Test func aModelLandsWhereTheHubsOwnToolsLookAndIsFoundThere() throws {
    let server = try hub()
    let outcome = try pull(server)
    #expect(
      !outcome.wasThere && outcome.bytes == Self.config.count + Self.weights.count && outcome.files == 2)
    #expect(blobs() == [Self.configHash, Self.weightsHash].sorted())
    let snapshot = "\(folder)/snapshots/\(Self.commit)"
    #expect(outcome.path == snapshot)
    for (name, data) in Self.files { #expect(contents("\(snapshot)/\(name)") == data) }
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: snapshot + "/model.safetensors")
        == "../../blobs/" + Self.weightsHash)
    #expect(contents(folder + "/refs/main") == Data(Self.commit.utf8))
    #expect(try cache(server).model("owner/model") == snapshot)
    #expect(server.requests("README").isEmpty, "only what a model needs")
  }

  @Test func aWholeModelIsNotFetchedAgainButADamagedFileIs() throws {
    let server = try hub()
    _ = try pull(server)
    #expect(try pull(server).wasThere)
    #expect(server.requests("/resolve/").count == 2)
    var damaged = Self.weights
    damaged[7] ^= 1
    try leave(damaged, at: "\(folder)/blobs/\(Self.weightsHash)")
    #expect(try !pull(server).wasThere)
    #expect(contents("\(folder)/blobs/\(Self.weightsHash)") == Self.weights)
  }

  @Test func aPartIsGoneOnWith() throws {
    let server = try hub()
    try leave(Self.weights.prefix(100_000), at: part)
    _ = try pull(server)
    #expect(server.requests("model.safetensors").map { $0.headers["range"] } == ["bytes=100000-"])
    #expect(contents("\(folder)/blobs/\(Self.weightsHash)") == Self.weights && blobs().count == 2)
  }

  @Test func aServerThatIgnoresRangeSendsTheFileAnew() throws {
    let server = try hub { $0.path.hasSuffix("model.safetensors") ? .init(body: Self.weights) : nil }
    try leave(Data(repeating: 1, count: 100_000), at: part)
    _ = try pull(server)
    #expect(server.requests("model.safetensors").map { $0.headers["range"] } == ["bytes=100000-", nil])
  }

  @Test func aCutConnectionIsGoneOnWithWhereItWasCut() throws {
    let server = try hub { request in
      guard request.path.hasSuffix("model.safetensors"), request.earlier < 2 else { return nil }
      var response = Server.Response.file(Self.weights, for: request)
      response.cut = 90_000
      return response
    }
    _ = try pull(server)
    #expect(
      server.requests("model.safetensors").map { $0.headers["range"] } == [
        nil, "bytes=90000-", "bytes=180000-",
      ])
  }

  @Test(arguments: ["/api/", "config.json", "model.safetensors"])
  func aServerInTroubleIsAskedAgainButNotForEver(_ path: String) throws {
    let passing = try hub { $0.path.contains(path) && $0.earlier < 2 ? .refusal(503) : nil }
    _ = try pull(passing)
    #expect(passing.requests(path).count == 3)
    try FileManager.default.removeItem(atPath: home)
    let lasting = try hub { $0.path.contains(path) ? .refusal(503) : nil }
    guard case .inputOutput(let place, let reason)? = error(lasting) else {
      Issue.record("no error")
      return
    }
    #expect(place.contains(path) && reason.contains("503"))
    #expect(lasting.requests(path).count == 6)
  }

  @Test func aHubThatWentAwayIsTriedAgainWithGrowingWaits() throws {
    let waits = Waits()
    let server = try hub()
    let pull = try HubPull("owner/model", cache: cache(server), wait: { waits.add($0) })
    let listing = try pull.listing { _, _ in true }
    server.stop()
    // A listening port that is shut down refuses: as a network that is gone.
    guard case .inputOutput(let place, _)? = error({ try pull.run(listing) { _, _ in true } }) else {
      Issue.record("no error")
      return
    }
    #expect(place.contains("config.json") && waits.total.rounded() == 1 + 2 + 4 + 8 + 16)
    #expect(
      error { try pull.listing { _, _ in true } } != nil && waits.total.rounded() == 31,
      "a host that never answered is reported at once")
  }

  @Test func theTokenIsNotSentOnToAnotherHost() throws {
    let store = try Server { .file(Self.weights, for: $0) }
    servers.append(store)
    let target = store.address + "/store"
    let server = try hub {
      $0.path.hasSuffix("model.safetensors") ? .refusal(302, ["Location": target]) : nil
    }
    try leave(Self.weights.prefix(1000), at: part)
    _ = try pull(server, token: "hf_secret")
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(store.requests.map(\.path) == ["/store"] && store.requests[0].headers["authorization"] == nil)
    #expect(store.requests[0].headers["range"] == "bytes=1000-")
  }

  @Test func theTokenOfTheHubsOwnToolsIsUsed() throws {
    let server = try hub()
    try leave(Data("hf_file\n".utf8), at: home + "/token")
    _ = try pull(server)
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_file" })
    #expect(throws: GemmaError.self) { try pull(server, token: "two\nlines") }
  }

  @Test(arguments: [
    (401, "", nil, ["private", "/settings/tokens", "HF_TOKEN"]),
    (401, "", "hf_old", ["valid token", "HF_TOKEN", "/settings/tokens"]),
    (401, "GatedRepo", nil, ["licence", "/owner/model", "/settings/tokens", "HF_TOKEN"]),
    (403, "GatedRepo", "hf_me", ["licence", "/owner/model", "account"]),
    (403, "", "hf_me", ["permission to read", "fine-grained"]),
    (404, "", nil, ["a model that", "owner/model"]),
    (410, "", nil, ["410"]),
  ])
  func aNoIsExplained(_ status: Int, _ code: String, _ token: String?, _ words: [String]) throws {
    let server = try hub {
      $0.path.hasPrefix("/api/")
        ? nil : .refusal(status, ["x-error-code": code, "X-Error-Message": "fine-grained\u{1b}[31m"])
    }
    let text = "\(try #require(error(server, token: token)))"
    for word in words { #expect(text.contains(word), "\(text)") }
    #expect(!text.contains("hf_me") && !text.contains("hf_old") && !text.contains("\\u{1B}"), "\(text)")
    #expect(server.requests("/resolve/").count == 1, "no second try")
    #expect(contents(folder + "/refs/main") == nil)
  }

  @Test func otherContentIsRefusedAndRemoved() throws {
    let size = Self.weights.count
    for (path, other) in [
      ("model.safetensors", Data(count: size)), ("model.safetensors", Data(count: size - 1)),
      ("model.safetensors", Data(count: 20 * size)), ("config.json", Data(count: Self.config.count)),
    ] {
      try? FileManager.default.removeItem(atPath: home)
      let server = try hub { $0.path.hasSuffix(path) ? .init(body: other) : nil }
      guard case .hashMismatch(let place, _, _)? = error(server) else {
        Issue.record("no mismatch for \(path), \(other.count) bytes")
        continue
      }
      #expect(place == "owner/model/\(path)" && blobs().allSatisfy { !$0.hasSuffix(".incomplete") })
      #expect(contents(folder + "/refs/main") == nil)
      #expect(throws: GemmaError.self) { try cache(server).model("owner/model") }
    }
  }

  @Test func stoppingKeepsThePart() throws {
    let server = try hub { request in
      guard request.path.hasSuffix("model.safetensors"), request.earlier == 0 else { return nil }
      return Server.Response(body: Self.weights, cut: 50_000)
    }
    #expect(throws: GemmaError.interrupted) {
      // Stops when the first bytes of the weights are there.
      try pull(server) { what, bytes in !what.contains("downloading model") || bytes <= Self.config.count }
    }
    let length = try #require(contents(part)).count
    #expect(length > 0)
    _ = try pull(server)
    #expect(server.requests("model.safetensors").last?.headers["range"] == "bytes=\(length)-")
  }

  @Test func twoPullsDoNotWriteOnePart() throws {
    let server = try hub()
    let path = "\(home)/hub/.locks/models--owner--model/\(Self.weightsHash).lock"
    try leave(Data(), at: path)
    let descriptor = open(path, O_RDWR)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    guard case .inputOutput(path, let reason)? = error(server) else {
      Issue.record("no error")
      return
    }
    #expect(reason.contains("another program"))
    close(descriptor)
    _ = try pull(server)
  }

  @Test func whatTheDiskCannotHoldIsSaidBefore() throws {
    let large = try hub { $0.path.hasPrefix("/api/") ? Self.listing(weightsSize: 1 << 43) : nil }
    guard case .inputOutput(folder, let reason)? = error(large) else {
      Issue.record("no error")
      return
    }
    #expect(reason.contains("free") && large.requests("/resolve/").isEmpty)
    try FileManager.default.removeItem(atPath: home)
    try leave(Data(), at: folder + "/blobs")
    guard case .inputOutput(folder + "/blobs", _)? = error(try hub()) else {
      Issue.record("no error for a file where a folder should be")
      return
    }
  }

  @Test func noListingLeadsAstray() throws {
    let hash = Self.weightsHash
    let outside = [
      ["rfilename": "../config.json", "size": 1, "blobId": "../../x"], ["rfilename": "/etc/x"], [:],
    ]
    let listing = Self.listing(extra: outside)
    let harmless = try hub { $0.path.hasPrefix("/api/") ? listing : nil }
    #expect(try pull(harmless).files == 2)
    for (name, response) in [
      ("a path as a hash", Self.listing(weightsHash: "../../" + hash.dropFirst(6))),
      ("upper case", Self.listing(weightsHash: hash.uppercased())),
      ("no size", Self.listing(weightsSize: -1)),
      ("too large a size", Self.listing(weightsSize: .max)),
      ("a shard without a hash", Self.listing(extra: [["rfilename": "model-00001-of-00002.safetensors"]])),
      (
        "a shard missing",
        .init(
          body: Data(
            String(decoding: Self.listing().body, as: UTF8.self).replacingOccurrences(
              of: "model.safetensors", with: "model-00001-of-00002.safetensors"
            ).utf8))
      ), ("no JSON", .init(body: Data("<html>".utf8))), ("a list", .init(body: Data("[]".utf8))),
      ("no files", .init(body: Data("{\"sha\": \"\(Self.commit)\"}".utf8))),
      ("a path as a commit", .init(body: Data("{\"sha\": \"../../../etc\"}".utf8))),
    ] {
      let server = try hub { $0.path.hasPrefix("/api/") ? response : nil }
      #expect(error(server) != nil && server.requests("/resolve/").isEmpty, "\(name)")
    }
  }

  @Test(arguments: [
    ("google/gemma-2-2b", true), ("a/b", true), ("a/b.c_d-1", true), ("a", false), ("a/b/c", false),
    ("/a", false),
    ("a/", false), ("a/..", false), ("../a", false), ("a/.b", false), ("a--b/c", false), ("a/ü", false),
    ("a b/c", false), ("a/b?x", false),
  ])
  func aNameHasTwoPartsOfPlainLetters(_ name: String, _ isName: Bool) {
    #expect(Hub.isName(name) == isName)
    let cache = Cache(path: home, environment: ["HF_HOME": home])
    #expect(throws: GemmaError.self) { try cache.model(name) }
    if !isName { #expect(throws: GemmaError.self) { try HubPull(name, cache: cache) } }
  }

  @Test func theLicenceIsTheCardsOrGemmas() throws {
    for (licence, name) in [
      ("gemma", "the Gemma Terms of Use"), ("mit", "the licence mit"),
      ("", "a licence that its card does not name"),
    ] {
      let server = try hub { request in
        guard request.path.hasPrefix("/api/") else { return nil }
        let text = String(decoding: Self.listing().body, as: UTF8.self)
        return .init(body: Data(text.replacingOccurrences(of: "apache-2.0", with: licence).utf8))
      }
      let listing = try HubPull("owner/model", cache: cache(server)).listing { _, _ in true }
      #expect(listing.licence == name)
      #expect(
        listing.licenceAddress
          == (licence == "gemma" ? "https://ai.google.dev/gemma/terms" : server.address + "/owner/model"))
    }
  }

  @Test func theEnvironmentSaysWhereTheCacheIs() {
    for (environment, folder) in [
      (["HF_HUB_CACHE": "/c", "HF_HOME": "/h"], "/c"), (["HF_HOME": "/h", "HOME": "/u"], "/h/hub"),
      (["HOME": "/u"], "/u/.cache/huggingface/hub"),
      (["XDG_CACHE_HOME": "/x", "HOME": "/u"], "/x/huggingface/hub"),
    ] { #expect(Cache(environment: environment).hub.cache == folder) }
  }

  @Test func gitsHashIsGits() {
    for (text, hash) in [
      ("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
      ("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
    ] { #expect(Array(text.utf8).withUnsafeBytes { GitHash.hexDigest($0) } == hash) }
  }
}

/// The seconds that would have been waited.
private final class Waits: @unchecked Sendable {
  private let lock = NSLock()
  private var sum = 0.0
  var total: Double { lock.withLock { sum } }
  func add(_ seconds: Double) { lock.withLock { sum += seconds } }
}
