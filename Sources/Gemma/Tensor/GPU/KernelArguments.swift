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

extension KernelArgument {
  /// Adds the bytes at the next multiple of the type's alignment, as C++ places arguments.
  func append(to bytes: inout [UInt8]) {
    while bytes.count % MemoryLayout<Self>.alignment != 0 { bytes.append(0) }
    withUnsafeBytes(of: self) { bytes.append(contentsOf: $0) }
  }
}
