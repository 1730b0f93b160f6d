import CKernels

/// The scales of a matrix quantised to NF4 with double quantisation, as bitsandbytes' quantize_4bit with
/// compress_statistics makes them (Dettmers et al. 2023, "QLoRA"). Every 64 values of a row share one.
package struct NF4Scales {
  /// The largest magnitude of each block. Values are divided by it.
  private let absmax: Matrix
  /// The same magnitudes after quantisation to 8 bits. Codes are multiplied by them.
  private let scales: Matrix
  /// The form in which bitsandbytes stores the scales.
  package let places: [UInt8]
  package let groupAbsmax: [Float]
  package let offset: Float

  /// - Parameter view: [outputs, inputs] with inputs a multiple of 64.
  /// - Parameter offset: the mean to subtract. By default it is the mean of the magnitudes, summed in Double.
  package init(_ view: TensorView, offset: Float? = nil, cpu: CPU) {
    let (outputs, inputs) = (view.shape[0], view.shape[1])
    let rowBlocks = inputs / ElementType.nf4.blockCount
    let absmax = cpu.matrix(outputs, rowBlocks)
    let rowBytes = view.type.bytes(count: inputs)
    cpu.forRows(outputs, grain: 16) { rows in
      guard let base = view.bytes.baseAddress else { return }
      let values = cpu.matrix(rows.count, inputs)
      view.type.dequantize(from: base + rows.lowerBound * rowBytes, into: values.data, count: values.count)
      gnb_absmax(rows.count * rowBlocks, values.data, absmax.row(rows.lowerBound))
    }
    let blocks = absmax.count
    var sum = 0.0
    for i in 0..<blocks { sum += Double(absmax.data[i]) }
    let mean = offset ?? Float(sum / Double(blocks))
    let scales = cpu.matrix(copying: absmax)
    var places = [UInt8](repeating: 0, count: blocks)
    var groups = [Float](repeating: 0, count: (blocks + 255) / 256)
    gnb_nest_absmax(blocks, scales.data, mean, &places, &groups)
    (self.absmax, self.scales, self.places, self.groupAbsmax, self.offset) = (
      absmax, scales, places, groups, mean
    )
  }

  /// Rows of floats as NF4 blocks.
  package func quantise(
    _ values: UnsafePointer<Float>, firstRow: Int, rows: Int, into target: UnsafeMutableRawPointer
  ) {
    gnb_quantise_nf4(
      rows * absmax.columns, values, absmax.row(firstRow), scales.row(firstRow),
      target.assumingMemoryBound(to: UInt8.self))
  }
}
