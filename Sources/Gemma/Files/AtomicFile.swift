import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writing that leaves either the old file or the whole new one, whatever happens in between.
public enum AtomicFile {
  /// Writes to a temporary name in the same folder, syncs, and renames.
  public static func write(_ data: Data, to path: String) throws {
    let temporary = path + ".tmp-\(getpid())"
    func failed() -> GemmaError {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      return .inputOutput(path: path, reason: reason)
    }
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failed() }
    let written = data.withUnsafeBytes { buffer -> Bool in
      var done = 0
      while done < buffer.count {
        let count = system(descriptor, buffer, done)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        done += count
      }
      return fsync(descriptor) == 0
    }
    guard close(descriptor) == 0, written else { throw failed() }
    guard rename(temporary, path) == 0 else { throw failed() }
  }

  private static func system(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer, _ from: Int) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    #if canImport(Glibc)
      return Glibc.write(descriptor, base + from, buffer.count - from)
    #else
      return Darwin.write(descriptor, base + from, buffer.count - from)
    #endif
  }
}
