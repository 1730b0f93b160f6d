/// Bytes in memory that a tensor view can own.
final class HeapBytes: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) { bytes = .allocate(byteCount: max(count, 1), alignment: 64) }

  deinit { bytes.deallocate() }
}
