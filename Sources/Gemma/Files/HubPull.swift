import Foundation

/// Fetches a model from the Hugging Face hub into the cache of the hub's own tools, in their layout:
/// `blobs/HASH`, `snapshots/COMMIT/FILE` as links to them, and `refs/main`, which is written last.
public struct HubPull: Sendable {
  struct File: Sendable {
    var name: String
    var size: Int
    /// The sha256 of a large file, or git's hash of a small one. The two have different numbers of digits.
    var hash: String
  }

  /// The hub's description of a model.
  public struct Listing: Sendable {
    public var commit: String
    public var licence: String
    public var licenceAddress: String
    var files: [File]
    public var bytes: Int { files.reduce(0) { $0 + $1.size } }
  }

  public struct Outcome: Sendable {
    public var path: String
    public var bytes: Int
    public var files: Int
    /// Whether all files were in the cache before, with the right hashes.
    public var wasThere: Bool
  }

  public let name: String
  private let hub: Hub
  private let wait: @Sendable (Double) -> Void
  private var folder: String { hub.folder(of: name) }
  private var page: String { "\(hub.endpoint)/\(name)" }

  /// - Parameters:
  ///   - name: OWNER/MODEL.
  ///   - wait: seconds between two tries.
  /// - Throws: `invalidValue` for a name of another form, or an endpoint that is not an address.
  public init(
    _ name: String, cache: Cache,
    wait: @escaping @Sendable (Double) -> Void = { Thread.sleep(forTimeInterval: $0) }
  ) throws {
    guard Hub.isName(name) else {
      throw GemmaError.invalidValue(name: "name", expected: "OWNER/MODEL", found: Program.printable(name))
    }
    hub = cache.hub
    let isAddress = hub.endpoint.hasPrefix("https://") || hub.endpoint.hasPrefix("http://")
    guard isAddress, hub.endpoint.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw GemmaError.invalidValue(
        name: "HF_ENDPOINT", expected: "an address, https://...", found: Program.printable(hub.endpoint))
    }
    (self.name, self.wait) = (name, wait)
  }

  // MARK: Listing

  /// Asks the hub for the model's files and licence.
  ///
  /// - Throws: the errors of `run`, and `unsupported` for a model without safetensors.
  public func listing(progress: (_ what: String, _ bytes: Int) -> Bool) throws -> Listing {
    try makeFolder(hub.cache)
    let path = "\(hub.cache)/.gnb-\(UUID().uuidString)"
    defer { unlink(path) }
    let address = "\(hub.endpoint)/api/models/\(name)/revision/main?blobs=true"
    try fetch(
      address, to: Download(address: address, part: path, limit: 64 << 20),
      progress: { _ in progress("asking the hub", 0) })
    guard Download.length(of: path) <= 64 << 20, let data = FileManager.default.contents(atPath: path) else {
      throw GemmaError.malformed(
        path: address, location: "answer", expected: "at most 64 MiB of JSON", found: "more")
    }
    return try listing(data, address: address)
  }

  /// Reads the hub's answer. Every value in it is checked.
  ///
  /// - Throws: `malformed` with the address, `unsupported` for a model without safetensors.
  package func listing(_ data: Data, address: String) throws -> Listing {
    guard let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any],
      let commit = json["sha"] as? String, Self.isHash(commit, digits: 40)
    else {
      throw GemmaError.malformed(
        path: address, location: "answer", expected: "JSON with the commit in \"sha\"",
        found: "something else")
    }
    var files: [String: File] = [:]
    for case let sibling as [String: Any] in json["siblings"] as? [Any] ?? [] {
      guard let file = sibling["rfilename"] as? String, Self.isWanted(file) else { continue }
      let large = sibling["lfs"] as? [String: Any]
      let hash = (large == nil ? sibling["blobId"] : large?["sha256"]) as? String ?? ""
      let size = ((large?["size"] ?? sibling["size"]) as? NSNumber)?.intValue ?? -1
      // The hash is checked because it becomes a file name, and the size because sizes are added. A file without a
      // large-file entry must be small.
      guard Self.isHash(hash, digits: large == nil ? 40 : 64),
        (0...(large == nil ? 64 << 20 : 1 << 44)) ~= size
      else {
        throw GemmaError.malformed(
          path: address, location: file, expected: "a size and a hash",
          found: "\(size) bytes, hash "
            + (hash.isEmpty ? "absent" : Program.printable(String(hash.prefix(70)))))
      }
      files[file] = File(name: file, size: size, hash: hash)
    }
    guard files["config.json"] != nil, Self.hasWeights(Set(files.keys)) else {
      throw GemmaError.unsupported(path: page, feature: "a model without config.json and all its safetensors")
    }
    let licence = licence((json["cardData"] as? [String: Any])?["license"])
    return Listing(
      commit: commit, licence: licence.name, licenceAddress: licence.address,
      files: files.values.sorted { $0.name < $1.name })
  }

  private func licence(_ given: Any?) -> (name: String, address: String) {
    let id = (given as? String ?? (given as? [Any])?.first as? String).map(Program.printable) ?? ""
    if id == "gemma" || name.lowercased().hasPrefix("google/gemma") {
      return ("the Gemma Terms of Use", "https://ai.google.dev/gemma/terms")
    }
    return (id.isEmpty ? "a licence that its card does not name" : "the licence \(id)", page)
  }

  private static func isHash(_ text: String, digits: Int) -> Bool {
    text.utf8.count == digits
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// The numbers 1 and 3 of "model-00001-of-00003.safetensors".
  private static func shard(_ name: String) -> (number: Int, count: Int)? {
    let parts = name.dropLast(".safetensors".count).split(separator: "-", omittingEmptySubsequences: false)
    guard name.hasSuffix(".safetensors"), parts.count == 4, parts[0] == "model", parts[2] == "of",
      parts[1].utf8.count == 5, parts[3].utf8.count == 5, let number = UInt32(parts[1]),
      let count = UInt32(parts[3])
    else { return nil }
    return (Int(number), Int(count))
  }

  /// Only names without a folder are allowed, so that no file is written outside the model's folder.
  private static func isWanted(_ name: String) -> Bool {
    [
      "config.json", "generation_config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json",
      "special_tokens_map.json", "model.safetensors", "model.safetensors.index.json",
    ].contains(name) || shard(name) != nil
  }

  private static func hasWeights(_ names: Set<String>) -> Bool {
    if names.contains("model.safetensors") { return true }
    let shards = names.compactMap(shard)
    guard let count = shards.first?.count else { return false }
    return shards.count == count && shards.allSatisfy { $0.count == count }
      && names.contains("model.safetensors.index.json")
  }

  // MARK: Fetching

  /// Fetches the missing files, and checks all files.
  ///
  /// - Parameter progress: called with a text and the number of bytes fetched so far. If it returns false, the pull
  ///   stops, and the next pull continues it.
  /// - Throws: `missing` with a remedy if the hub needs a token or an accepted licence, `invalidValue` for a model that
  ///   the hub does not have, `hashMismatch`, `inputOutput` with the path or address, `interrupted`.
  public func run(_ listing: Listing, progress: (_ what: String, _ bytes: Int) -> Bool) throws -> Outcome {
    let snapshot = "\(folder)/snapshots/\(listing.commit)"
    let locks = "\(hub.cache)/.locks/models--" + name.replacingOccurrences(of: "/", with: "--")
    for path in ["\(folder)/blobs", "\(folder)/refs", snapshot, locks] { try makeFolder(path) }
    try checkSpace(listing)
    var (done, fetched) = (0, 0)
    for (number, file) in listing.files.enumerated() {
      let what = "\(file.name) (\(number + 1) of \(listing.files.count))"
      if try !isWhole(file, progress: { progress("checking \(what)", done + $0) }) {
        // The hub's own tools use the same lock for this file.
        let lock = try lock("\(locks)/\(file.hash).lock", file)
        defer { close(lock) }
        try fetch(file, listing.commit, what) { progress($0, done + $1) }
        fetched += 1
      }
      done += file.size
    }
    for file in listing.files { try link(file, in: snapshot) }
    let main = "\(folder)/refs/main"
    let wasMain = FileManager.default.contents(atPath: main) == Data(listing.commit.utf8)
    if !wasMain { try AtomicFile.write(Data(listing.commit.utf8), to: main) }
    return Outcome(
      path: snapshot, bytes: listing.bytes, files: listing.files.count, wasThere: fetched == 0 && wasMain)
  }

  private func blob(_ file: File) -> String { "\(folder)/blobs/\(file.hash)" }

  private func makeFolder(_ path: String) throws {
    do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
  }

  private func checkSpace(_ listing: Listing) throws {
    let needed = listing.files.reduce(0) { sum, file in
      let there = max(Download.length(of: blob(file)), Download.length(of: blob(file) + ".incomplete"))
      return sum + max(0, file.size - there)
    }
    guard needed > 0, let free = Download.freeBytes(at: folder), free < needed else { return }
    throw GemmaError.inputOutput(
      path: folder, reason: "the disk has \(free >> 20) MiB free, and \(needed >> 20) MiB are needed")
  }

  private func isWhole(_ file: File, progress: (Int) -> Bool) throws -> Bool {
    guard FileManager.default.fileExists(atPath: blob(file)), Download.length(of: blob(file)) == file.size
    else {
      return false
    }
    return try hash(blob(file), like: file, progress) == file.hash
  }

  private func fetch(
    _ file: File, _ commit: String, _ what: String, progress: (_ what: String, _ bytes: Int) -> Bool
  ) throws {
    let address = "\(page)/resolve/\(commit)/\(file.name)"
    // The part's name contains the hash of the whole file.
    let download = Download(
      address: address, part: blob(file) + ".incomplete", total: file.size, partIsSafe: true, insists: true)
    try fetch(address, to: download) { progress("downloading \(what)", $0) }
    let found = try hash(download.part, like: file) { progress("checking \(what)", $0) }
    guard found == file.hash else {
      download.discard()
      throw GemmaError.hashMismatch(path: "\(name)/\(file.name)", expected: file.hash, found: found)
    }
    try download.finish(as: blob(file))
  }

  private func hash(_ path: String, like file: File, _ progress: (Int) -> Bool) throws -> String {
    try MappedFile(path: path).withBytes { bytes in
      guard progress(0) else { throw GemmaError.interrupted }
      guard file.hash.utf8.count == 64 else { return GitHash.hexDigest(bytes) }
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: 4 << 20) {
        let end = min(start + 4 << 20, bytes.count)
        hash.update(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        guard progress(end) else { throw GemmaError.interrupted }
      }
      return hash.finish()
    }
  }

  /// - Returns: a descriptor; closing it releases the lock.
  private func lock(_ path: String, _ file: File) throws -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw GemmaError.inputOutput(path: path, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason =
        errno == EWOULDBLOCK
        ? "another program is fetching \(name)/\(file.name); wait for it, or stop it"
        : String(cString: strerror(errno))
      close(descriptor)
      throw GemmaError.inputOutput(path: path, reason: reason)
    }
    return descriptor
  }

  private func link(_ file: File, in snapshot: String) throws {
    let (path, target) = ("\(snapshot)/\(file.name)", "../../blobs/\(file.hash)")
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == target { return }
    let temporary = "\(path).tmp-\(getpid())"
    unlink(temporary)
    guard symlink(target, temporary) == 0, rename(temporary, path) == 0 else {
      throw GemmaError.inputOutput(path: path, reason: String(cString: strerror(errno)))
    }
  }

  // MARK: Requests, and refusals of the hub

  private func fetch(_ address: String, to download: Download, progress: (Int) -> Bool) throws {
    let credentials = try hub.credentials()
    var download = download
    download.wait = wait
    download.headers = credentials.map { ["Authorization: Bearer \($0.token)"] } ?? []
    do { try download.run(progress) } catch let refusal as Download.Refusal {
      throw explained(refusal, credentials?.source)
    }
  }

  private func explained(_ refusal: Download.Refusal, _ source: String?) -> GemmaError {
    let code = refusal.headers["x-error-code"] ?? ""
    let said = refusal.headers["x-error-message"].map { "; the hub says: \(Program.printable($0))" } ?? ""
    let token = "make a token that may read at \(hub.endpoint)/settings/tokens and set HF_TOKEN to it"
    switch (refusal.status, code) {
    case (401, "GatedRepo"), (403, "GatedRepo"):
      return .missing(
        need:
          "your acceptance of the licence of \(name)\(refusal.status == 401 ? ", and your token" : said)",
        remedy: "accept it on \(page)"
          + (source == nil ? ", then \(token)" : ", with the account of the token in \(source ?? "")"))
    case (401, _):
      if let source {
        return .missing(
          need: "a valid token: the hub refuses the one in \(source)\(said)", remedy: token)
      }
      return .missing(
        need: "another name or a token: without a token the hub shows no model \(name)",
        remedy: "if the name is right, the model is private: \(token)")
    case (403, _):
      return .missing(
        need: "permission to read \(name): the hub refuses it\(said)", remedy: "see \(page), or \(token)")
    case (404, _):
      return .invalidValue(name: "name", expected: "a model that \(hub.endpoint) has", found: name)
    default:
      return .inputOutput(path: refusal.address, reason: "the hub answers \(refusal.status)\(said)")
    }
  }
}
