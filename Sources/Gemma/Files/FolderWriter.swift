import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes the files of a folder beside it, in a folder with a temporary name, until `finish` gives them their place. So a failure leaves
/// no folder that is half written. If the object is dropped before, what it wrote is deleted.
public final class FolderWriter {
  public let path: String
  private let temporary: String
  private var isFinished = false
  private let unfinished = UnfinishedWrites()

  /// - Throws: `inputOutput` with the system's reason, like the other methods.
  public init(path: String) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    temporary = self.path + ".tmp-\(getpid())"
    Self.clear(self.path)
    do {
      try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    } catch { throw GemmaError.inputOutput(path: path, reason: Self.reason(error)) }
  }

  /// Where the files lie until then.
  public var folder: String { temporary }

  /// Where a file of the folder is written.
  public func file(_ name: String) -> String { temporary + "/" + name }

  public func write(_ data: Data, to name: String) throws {
    try write(name) { try AtomicFile.write(data, to: $0) }
  }

  /// Writes a file by other means. An error names the place it was meant for.
  func write(_ name: String, by body: (_ path: String) throws -> Void) throws {
    do { try body(file(name)) } catch GemmaError.inputOutput(_, let reason) {
      throw GemmaError.inputOutput(path: path + "/" + name, reason: reason)
    }
  }

  /// Gives the folder its name. If there is a folder of that name, its files of the same names are replaced, and others stay.
  public func finish() throws {
    if rename(temporary, path) != 0 {
      let reason = String(cString: strerror(errno))
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        throw GemmaError.inputOutput(path: path, reason: reason)
      }
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: temporary)) ?? []).sorted() {
        guard rename(file(name), path + "/" + name) == 0 else {
          throw GemmaError.inputOutput(path: path + "/" + name, reason: String(cString: strerror(errno)))
        }
      }
      rmdir(temporary)
    }
    isFinished = true
  }

  /// Deletes what a program that was killed left beside the folder.
  private static func clear(_ path: String) {
    let (parent, name) = ((path as NSString).deletingLastPathComponent, (path as NSString).lastPathComponent)
    let folder = parent.isEmpty ? "." : parent
    for other in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where other.hasPrefix(name + ".tmp-") {
      guard let process = Int32(other.dropFirst(name.count + 5)), kill(process, 0) != 0, errno == ESRCH else {
        continue
      }
      try? FileManager.default.removeItem(atPath: folder + "/" + other)
    }
  }

  private static func reason(_ error: any Error) -> String {
    let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    let code = inner?.domain == NSPOSIXErrorDomain ? inner?.code : nil
    return code.map { String(cString: strerror(Int32($0))) } ?? error.localizedDescription
  }

  deinit { if !isFinished { try? FileManager.default.removeItem(atPath: temporary) } }
}
