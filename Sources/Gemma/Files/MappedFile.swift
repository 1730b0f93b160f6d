import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file mapped read-only into memory. The system reads pages on access, and drops them if memory is short.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  /// The bytes. They are valid while this object exists. Swift may release it after its last use, so code that does not
  /// keep the object must use `withBytes`.
  let bytes: UnsafeRawBufferPointer

  /// Calls `body` with the bytes. They stay valid while it runs.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(bytes) }
  }

  /// - Throws: `fileNotFound`, or `inputOutput` with the system's reason (a folder, no permission).
  public init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT
        ? GemmaError.fileNotFound(path: path)
        : GemmaError.inputOutput(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw GemmaError.inputOutput(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw GemmaError.inputOutput(path: path, reason: "not a regular file")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw GemmaError.inputOutput(path: path, reason: String(cString: strerror(errno)))
    }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  /// Releases the pages of a part. A later access reads them from the file again.
  func release(_ part: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, let first = part.baseAddress else { return }
    let page = Int(getpagesize())
    let from = (first - start + page - 1) / page * page
    let to = (first - start + part.count) / page * page
    guard from < to else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + from), to - from, Int32(MADV_DONTNEED))
  }

  deinit {
    if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
  }
}
