import CKernels

/// How a stored tensor's values are encoded. Raw values are GGUF's type numbers.
public enum ElementType: Int, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4n0 = 2
  case q4n1 = 3
  case q5n0 = 6
  case q5n1 = 7
  case q8n0 = 8
  case q4k = 12
  case q5k = 13
  case q6k = 14
  case bf16 = 30

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
    case .q4k: "Q4_K"
    case .q5k: "Q5_K"
    case .q6k: "Q6_K"
    }
  }

  /// Values that are encoded together.
  public var blockCount: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4n0, .q4n1, .q5n0, .q5n1, .q8n0: 32
    case .q4k, .q5k, .q6k: 256
    }
  }

  /// Bytes of one block.
  public var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4n0: 18
    case .q4n1: 20
    case .q5n0: 22
    case .q5n1: 24
    case .q8n0: 34
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
}
