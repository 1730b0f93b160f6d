import CKernels

/// The 16 values of NF4, ascending.
let nf4Values: [Float] = withUnsafeBytes(of: gnb_nf4) { Array($0.bindMemory(to: Float.self)) }

/// How a stored tensor's values are encoded. Raw values are GGUF's type numbers.
public enum ElementType: Int, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4n0 = 2
  case q4n1 = 3
  case q5n0 = 6
  case q5n1 = 7
  case q8n0 = 8
  case q2k = 10
  case q3k = 11
  case q4k = 12
  case q5k = 13
  case q6k = 14
  case iq4nl = 20
  case iq4xs = 23
  case bf16 = 30
  /// bitsandbytes' 4-bit type, brought into blocks of a scale and 64 values. Never in a GGUF file.
  case nf4 = 256
  /// Bytes that are no numbers, such as a quantisation's state. Never in a GGUF file.
  case u8 = 257

  /// The type with that number in GGUF files.
  init?(gguf number: UInt32) {
    guard number < 256 else { return nil }
    self.init(rawValue: Int(number))
  }

  /// As people write it: "Q4_K".
  public var name: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .bf16: "BF16"
    case .q4n0: "Q4_0"
    case .q4n1: "Q4_1"
    case .q5n0: "Q5_0"
    case .q5n1: "Q5_1"
    case .q8n0: "Q8_0"
    case .q2k: "Q2_K"
    case .q3k: "Q3_K"
    case .q4k: "Q4_K"
    case .q5k: "Q5_K"
    case .q6k: "Q6_K"
    case .iq4nl: "IQ4_NL"
    case .iq4xs: "IQ4_XS"
    case .nf4: "NF4"
    case .u8: "U8"
    }
  }

  /// Values that are encoded together.
  public var blockCount: Int {
    switch self {
    case .f32, .f16, .bf16, .u8: 1
    case .q4n0, .q4n1, .q5n0, .q5n1, .q8n0, .iq4nl: 32
    case .nf4: 64
    case .q2k, .q3k, .q4k, .q5k, .q6k, .iq4xs: 256
    }
  }

  /// Bytes of one block.
  public var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .u8: 1
    case .q4n0, .iq4nl: 18
    case .q4n1: 20
    case .q5n0: 22
    case .q5n1: 24
    case .q8n0: 34
    case .nf4: 36
    case .q2k: 84
    case .q3k: 110
    case .iq4xs: 136
    case .q4k: 144
    case .q5k: 176
    case .q6k: 210
    }
  }

  /// Bytes of `count` values; count is a multiple of the block.
  public func bytes(count: Int) -> Int { count / blockCount * blockBytes }

  /// Decodes `count` values, a multiple of the block.
  public func dequantize(from source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int)
  {
    let known = gnb_dequantize(Int32(rawValue), count, source, target)
    assert(known == 1)
  }

  /// Encodes `count` values, a multiple of the block. For the types that gnb writes: F32, F16, BF16, Q4_0, Q5_0, Q8_0, Q4_K, Q6_K.
  package func quantise(
    _ source: UnsafePointer<Float>, into target: UnsafeMutableRawPointer, count: Int
  ) {
    let known = gnb_quantise(
      Int32(rawValue), count, source, target.assumingMemoryBound(to: UInt8.self))
    assert(known == 1)
  }
}
