import Foundation

/// What gnb knows of an adapter and PEFT's files have no place for: the file `gnb.json` of the adapter's folder, one JSON object. Each
/// part of the program reads and sets its own keys. Keys that it does not know are kept.
public struct AdapterNotes: Sendable, Equatable {
  public static let fileName = "gnb.json"

  private let path: String
  private var members: [String: JSONTree] = [:]

  /// The notes of a folder; without a file there are none yet.
  ///
  /// - Throws: `malformed` for a file that holds no JSON object.
  public init(folder: String) throws {
    path = folder + "/" + Self.fileName
    guard FileManager.default.fileExists(atPath: path) else { return }
    let data = try MappedFile(path: path).withBytes { Data($0) }
    do { members = try JSONDecoder().decode([String: JSONTree].self, from: data) } catch {
      throw GemmaError.malformed(
        path: path, location: "start", expected: "a JSON object, as gnb writes it", found: "something else")
    }
  }

  public var keys: [String] { members.keys.sorted() }

  /// - Throws: `malformed` for a value of another kind; it names file and key.
  public func value<Content: Decodable>(_ type: Content.Type, for key: String) throws -> Content? {
    guard let tree = members[key] else { return nil }
    do { return try JSONDecoder().decode(Content.self, from: JSONEncoder().encode(tree)) } catch {
      throw GemmaError.malformed(
        path: path, location: key, expected: "what gnb writes there", found: "another kind of value")
    }
  }

  /// Sets a key, or removes it.
  public mutating func set<Content: Encodable>(_ value: Content?, for key: String) throws {
    do {
      members[key] = try value.map { try JSONDecoder().decode(JSONTree.self, from: JSONEncoder().encode($0)) }
    } catch { throw GemmaError.inputOutput(path: path, reason: error.localizedDescription) }
  }

  /// Writes the file, at once and whole. Where there is nothing to note, there is no file.
  public func write() throws {
    guard !members.isEmpty else {
      try? FileManager.default.removeItem(atPath: path)
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data: Data
    do { data = try encoder.encode(members) } catch {
      throw GemmaError.inputOutput(path: path, reason: error.localizedDescription)
    }
    data.append(0x0A)
    try AtomicFile.write(data, to: path)
  }
}

/// A JSON value of any kind. Whole numbers stay whole.
private indirect enum JSONTree: Codable, Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case number(Double)
  case string(String)
  case array([JSONTree])
  case object([String: JSONTree])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}
