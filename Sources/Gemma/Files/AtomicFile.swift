import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a file atomically: after a failure there is either the old file or the whole new file.
public enum AtomicFile {
  public static func write(_ data: Data, to path: String) throws {
    let writer = try AtomicWriter(path: path)
    try writer.write(data)
    try writer.finish()
  }
}

/// Writes a large file atomically, piece by piece. The file has a temporary name in the same folder until `finish`
/// syncs and renames it. If the object is dropped before, the temporary file is deleted.
public final class AtomicWriter {
  public let path: String
  /// Number of bytes written so far.
  public private(set) var count = 0
  private let temporary: String
  private var descriptor: Int32
  private let unfinished = UnfinishedWrites()

  /// - Throws: `inputOutput` with the system's reason, like the other methods.
  public init(path: String) throws {
    self.path = path
    temporary = path + ".tmp-\(getpid())"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failed() }
  }

  public func write(_ buffer: UnsafeRawBufferPointer) throws {
    guard let base = buffer.baseAddress else { return }
    var done = 0
    while done < buffer.count {
      let written = Self.system(descriptor, base + done, buffer.count - done)
      if written < 0 {
        if errno == EINTR { continue }
        throw failed()
      }
      done += written
    }
    count += buffer.count
  }

  public func write(_ data: Data) throws { try data.withUnsafeBytes { try write($0) } }

  /// Zeros up to a multiple of `alignment`.
  public func pad(to alignment: Int) throws {
    try write(Data(count: (alignment - count % alignment) % alignment))
  }

  /// Syncs and gives the file its name.
  public func finish() throws {
    guard fsync(descriptor) == 0 else { throw failed() }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, rename(temporary, path) == 0 else {
      let error = failed()
      unlink(temporary)
      throw error
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  private func failed() -> GemmaError { .inputOutput(path: path, reason: String(cString: strerror(errno))) }

  private static func system(_ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, base, count)
    #else
      Darwin.write(descriptor, base, count)
    #endif
  }
}
