import CCUDA

/// A value that a kernel takes as an argument.
protocol KernelArgument {}
extension Int32: KernelArgument {}
extension Int64: KernelArgument {}
extension UInt32: KernelArgument {}
extension UInt64: KernelArgument {}
extension Float: KernelArgument {}
extension gnb_product: KernelArgument {}
extension gnb_next_product: KernelArgument {}
extension gnb_attention_shape: KernelArgument {}
extension gnb_adamw_numbers: KernelArgument {}
extension gnb_words: KernelArgument {}
extension gnb_queries: KernelArgument {}
extension gnb_panel_sources: KernelArgument {}
extension gnb_few_rows: KernelArgument {}

extension KernelArgument {
  /// The same, beginning with other bytes: a small array that comes as an argument needs no copy, and nobody waits for it.
  func beginning(with bytes: UnsafeRawBufferPointer) -> Self {
    var argument = self
    // An array may have padding at its end that its C struct has not.
    withUnsafeMutableBytes(of: &argument) { $0.copyBytes(from: bytes.prefix($0.count)) }
    return argument
  }
}

/// The arguments of one launch as C++ places them: each at the next multiple of its alignment.
struct KernelArguments {
  /// What the driver takes at most.
  static let capacity = 4096
  let bytes: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(in bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

  mutating func append<Argument: KernelArgument>(_ argument: Argument) {
    let alignment = MemoryLayout<Argument>.alignment
    let start = (count + alignment - 1) / alignment * alignment
    bytes.storeBytes(of: argument, toByteOffset: start, as: Argument.self)
    count = start + MemoryLayout<Argument>.size
  }
}
