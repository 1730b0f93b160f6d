import Foundation

/// The size and the time of the last change of a file, or of all files directly in a folder: enough to tell that somebody wrote to it.
public struct FileStamp: Sendable, Equatable, Codable {
  /// The sum over the files.
  public let bytes: Int
  /// The latest change, in seconds since 1970.
  public let changed: Double

  /// nil if nothing is at this path.
  public init?(path: String) {
    let manager = FileManager.default
    // Files in the cache of the Hugging Face hub are links to the real files.
    let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let own = try? manager.attributesOfItem(atPath: place) else { return nil }
    let isFolder = own[.type] as? FileAttributeType == .typeDirectory
    let names = isFolder ? (try? manager.contentsOfDirectory(atPath: place)) ?? [] : []
    let files =
      isFolder
      ? names.compactMap { name in
        try? manager.attributesOfItem(
          atPath: URL(fileURLWithPath: place + "/" + name).resolvingSymlinksInPath().path)
      } : [own]
    bytes = files.reduce(0) { $0 + ($1[.size] as? Int ?? 0) }
    changed = files.compactMap { ($0[.modificationDate] as? Date)?.timeIntervalSince1970 }.max() ?? 0
  }
}
