/// The texts that an adapter was trained on, as hashes: the texts themselves cannot be read from them.
public struct SeenTexts: Sendable, Equatable {
  /// One `Sample.textHash` for each text.
  public private(set) var hashes: Set<String>

  public init(hashes: Set<String> = []) { self.hashes = hashes }

  public var isEmpty: Bool { hashes.isEmpty }

  public mutating func add(_ samples: some Sequence<Sample>) {
    for sample in samples { hashes.insert(sample.textHash) }
  }

  public func union(_ other: SeenTexts) -> SeenTexts { SeenTexts(hashes: hashes.union(other.hashes)) }

  public func contains(_ sample: Sample) -> Bool { hashes.contains(sample.textHash) }
}

extension Sample {
  /// The first 16 hexadecimal digits of the SHA-256 of the text, and before it, where the row has an instruction, the instruction
  /// and a zero byte. Title, id and label are not part of it.
  public var textHash: String {
    var hash = SHA256()
    if let request { hash.update(request.instruction + "\u{0}") }
    hash.update(text)
    return String(hash.finish().prefix(16))
  }
}

/// In files of gnb: the hashes in their order.
extension SeenTexts: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(hashes: Set(try decoder.singleValueContainer().decode([String].self)))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hashes.sorted())
  }
}

extension AdapterNotes {
  private static let seenKey = "seen_texts"

  /// What the adapter was trained on.
  public func seenTexts() throws -> SeenTexts {
    try value(SeenTexts.self, for: Self.seenKey) ?? SeenTexts()
  }

  public mutating func set(_ seen: SeenTexts) throws {
    try set(seen.isEmpty ? nil : seen, for: Self.seenKey)
  }
}
