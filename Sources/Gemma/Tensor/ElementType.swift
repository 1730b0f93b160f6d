import CKernels

/// The 16 values of NF4, ascending.
let nf4Values: [Float] = withUnsafeBytes(of: gnb_nf4) { Array($0.bindMemory(to: Float.self)) }

/// How a stored tensor's values are encoded: a row of the table in `stored_types.h`.
public struct ElementType: Sendable, Hashable, CaseIterable {
  /// The number in GGUF files; types that GGUF does not have begin at 256.
  public let number: Int
  /// The usual name: "Q4_K".
  public let name: String
  /// Number of values in one block.
  public let blockCount: Int
  /// Bytes of one block.
  public let blockBytes: Int
  /// The storage in packed panels; nil for a type that gnb knows by name only.
  public let storage: PanelStorage?
  /// Whether `quantise` can write the type.
  public let isWritten: Bool

  private init?(_ number: Int) {
    let row = gnb_stored_type(Int32(clamping: number)).pointee
    guard let name = row.name else { return nil }
    self.number = number
    self.name = String(cString: name)
    blockCount = Int(row.values)
    blockBytes = Int(row.bytes)
    storage = PanelStorage(rawValue: row.storage)
    isWritten = row.put != nil
  }

  private init(_ type: gnb_type) {
    // Every enumerator of the table has a row.
    self = Self.of(number: Int(type.rawValue)).unsafelyUnwrapped
  }

  private static let byNumber = (0..<Int(GNB_TYPES.rawValue)).map { ElementType($0) }
  private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

  public static let allCases = byNumber.compactMap { $0 }

  package static func of(number: Int) -> ElementType? {
    byNumber.indices.contains(number) ? byNumber[number] : nil
  }

  /// The type with that number in GGUF files.
  init?(gguf number: UInt32) {
    guard number < 256, let type = Self.of(number: Int(number)) else { return nil }
    self = type
  }

  /// The type with that name in the header of safetensors files.
  init?(safetensors name: String) {
    guard let type = Self.byName[name] else { return nil }
    self = type
  }

  public static let f32 = ElementType(GNB_F32)
  public static let f16 = ElementType(GNB_F16)
  public static let bf16 = ElementType(GNB_BF16)
  public static let f64 = ElementType(GNB_F64)
  public static let q4n0 = ElementType(GNB_Q4_0)
  public static let q4n1 = ElementType(GNB_Q4_1)
  public static let q5n0 = ElementType(GNB_Q5_0)
  public static let q5n1 = ElementType(GNB_Q5_1)
  public static let q8n0 = ElementType(GNB_Q8_0)
  public static let q2k = ElementType(GNB_Q2_K)
  public static let q3k = ElementType(GNB_Q3_K)
  public static let q4k = ElementType(GNB_Q4_K)
  public static let q5k = ElementType(GNB_Q5_K)
  public static let q6k = ElementType(GNB_Q6_K)
  public static let iq4nl = ElementType(GNB_IQ4_NL)
  public static let iq4xs = ElementType(GNB_IQ4_XS)
  /// bitsandbytes' 4-bit type, in blocks of a scale and 64 values. It is never in a GGUF file.
  public static let nf4 = ElementType(GNB_NF4)
  /// Bytes that are not numbers, such as the state of a quantisation. It is never in a GGUF file.
  public static let u8 = ElementType(GNB_U8)

  /// Whether its values can be converted to floats.
  public var isRead: Bool { storage != nil }

  public static func == (a: ElementType, b: ElementType) -> Bool { a.number == b.number }
  public func hash(into hasher: inout Hasher) { hasher.combine(number) }

  /// The size of `count` values in bytes; count is a multiple of the block.
  public func bytes(count: Int) -> Int { count / blockCount * blockBytes }

  /// Decodes `count` values, a multiple of the block. Only for types that gnb can read.
  public func dequantize(from source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int)
  {
    let known = gnb_dequantize(Int32(number), count, source, target)
    assert(known == 1)
  }

  /// Encodes `count` values, a multiple of the block. Only for types that gnb can write.
  package func quantise(
    _ source: UnsafePointer<Float>, into target: UnsafeMutableRawPointer, count: Int
  ) {
    let known = gnb_quantise(Int32(number), count, source, target.assumingMemoryBound(to: UInt8.self))
    assert(known == 1)
  }
}
