import CKernels

/// The storage of a packed panel of 16 columns. `k` is the outermost index.
public enum PanelStorage: Int32, Sendable {
  /// [k][16] Float
  case f32 = 0
  /// [k][16] upper halves of Floats
  case bf16 = 1
  /// for every 32 k: 16 Float scales, then [32][16] Int8
  case q8 = 2
  /// for every 32 k: 16 Float scales, 16 Float minima, then [32][16] Int8
  case q8WithMinimum = 3
  /// for every 16 k: 16 Float scales, then [16][16] Int8
  case q8By16 = 4
  /// for every 16 k: 16 Float scales, 16 Float minima, then [16][16] Int8
  case q8By16WithMinimum = 5
  /// [k][16] halves
  case f16 = 6
  /// for every 64 k: 16 Float scales, then [32][16] bytes of two k each
  case nf4 = 7
  // The file's own bits and scales: `gnb_own_bits` in kernels.h.
  case q4n0 = 8
  case q4k = 9
  case q5k = 10
  case q6k = 11

  /// The number of k that lie together; k is a multiple of it. 1 for storages without scales.
  var block: Int { max(1, gnb_panel_block(rawValue)) }

  /// The storage with bytes and Float scales that holds the same values; other storages are their own.
  var ofBytes: PanelStorage { PanelStorage(rawValue: gnb_panel_of_bytes(rawValue)) ?? self }

  /// Size of one panel, in bytes.
  func bytes(depth k: Int) -> Int {
    switch self {
    case .f32: k * 64
    case .bf16, .f16: k * 32
    default: k / block * gnb_panel_block_bytes(rawValue)
    }
  }
}

/// Changes of layout. Values are moved, never rounded.
package enum Packing {
  package static let lanes = Int(GNB_LANES)

  /// Number of panels for `columns` columns.
  package static func panels(_ columns: Int) -> Int { (columns + lanes - 1) / lanes }

  /// Panels of b[k, n] = source[n, k].
  package static func transposed(
    n: Int, k: Int, source: UnsafePointer<Float>, stride: Int, into panels: UnsafeMutablePointer<Float>,
    panelStride: Int
  ) { gnb_pack_transposed(n, k, source, stride, panels, panelStride) }

  /// Panels of b[k, n] = source[k, n].
  package static func straight(
    k: Int, n: Int, source: UnsafePointer<Float>, stride: Int, into panels: UnsafeMutablePointer<Float>,
    panelStride: Int
  ) { gnb_pack(k, n, source, stride, panels, panelStride) }

  /// From f32 panels of b[k, n], the panels `range` of its transpose.
  package static func transposePanels(
    k: Int, n: Int, source: UnsafePointer<Float>, sourceStride: Int, into panels: UnsafeMutablePointer<Float>,
    panelStride: Int, range: Range<Int>
  ) {
    gnb_transpose_panels(k, n, source, sourceStride, panels, panelStride, range.lowerBound, range.upperBound)
  }

  /// Up to 16 rows of bf16 or half precision as one panel.
  package static func sixteenBits(
    rows: Int, k: Int, source: UnsafeRawPointer, into panel: UnsafeMutableRawPointer
  ) {
    gnb_pack_16(
      rows, k, source.assumingMemoryBound(to: UInt16.self), k, panel.assumingMemoryBound(to: UInt16.self))
  }

  /// Up to 16 rows of a quantised type as one panel.
  package static func quantised(
    _ type: ElementType, rows: Int, k: Int, source: UnsafeRawPointer, rowBytes: Int,
    into panel: UnsafeMutableRawPointer
  ) {
    gnb_pack_quantised(
      Int32(type.number), rows, k, source.assumingMemoryBound(to: UInt8.self), rowBytes,
      panel.assumingMemoryBound(to: UInt8.self))
  }

  /// A panel in the file's own bits as one of `storage.ofBytes`.
  static func bytes(
    of storage: PanelStorage, k: Int, panel: UnsafeRawPointer, into target: UnsafeMutableRawPointer
  ) {
    gnb_bytes_of_own_bits(
      storage.rawValue, k, panel.assumingMemoryBound(to: UInt8.self),
      target.assumingMemoryBound(to: UInt8.self))
  }

  /// A hint to the CPU core that the caller waits in a loop.
  package static func pause() { gnb_pause() }
}
