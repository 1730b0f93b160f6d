/// The type of the frozen weights in memory. `auto` and `f32` have exactly the file's values; the other types round
/// them.
public enum WeightPrecision: String, Sendable, CaseIterable {
  /// The type of the file: small integers with scales, 16 bits or NF4; Float32 for all other types.
  case auto
  case f32
  case bf16
  /// 8-bit integers with a scale for each 32 values, as in Q8_0 of GGUF.
  case q8
  /// The projections in bitsandbytes' NF4 with double quantisation, as in QLoRA; the embedding in the type of the file.
  case nf4

  /// The type to round to; nil rounds nothing. With `isEmbedding` it is nil for NF4, because QLoRA does not quantise
  /// the embedding.
  private func type(isEmbedding: Bool) -> ElementType? {
    switch self {
    case .auto, .f32: nil
    case .bf16: .bf16
    case .q8: .q8n0
    case .nf4: isEmbedding ? nil : .nf4
    }
  }

  /// The type that a stored matrix is rounded to; nil rounds nothing. If the rows do not consist of whole blocks,
  /// nothing is rounded.
  func rounding(of view: TensorView, isEmbedding: Bool) -> ElementType? {
    type(isEmbedding: isEmbedding).flatMap {
      view.shape[1] % $0.blockCount == 0 && $0 != view.type ? $0 : nil
    }
  }
}

/// A frozen weight [outputs, inputs], packed into panels of 16 outputs for matrix products.
public final class WeightMatrix: @unchecked Sendable {
  public let outputs: Int
  public let inputs: Int
  public let storage: PanelStorage
  /// Size of one panel.
  let panelBytes: Int
  private let memory: WeightArena.Part
  private let copy = GPUCopy()

  public var bytes: Int { panelBytes * Packing.panels(outputs) }

  /// Packs `view` [outputs, inputs], in parallel over panels.
  init(
    _ view: TensorView, precision: WeightPrecision, isEmbedding: Bool = false, arena: WeightArena, cpu: CPU
  ) {
    let (outputs, inputs) = (view.shape[0], view.shape[1])
    self.outputs = outputs
    self.inputs = inputs
    let target = precision.rounding(of: view, isEmbedding: isEmbedding)
    storage = precision == .f32 ? .f32 : (target ?? view.type).storage ?? .f32
    let scales =
      target == .nf4 ? NF4Scales(view, cpu: cpu) : nil
    let panelBytes = storage.bytes(depth: inputs)
    let storage = self.storage
    self.panelBytes = panelBytes
    let memory = arena.take(bytes: panelBytes * Packing.panels(outputs))
    self.memory = memory
    let rowBytes = view.type.bytes(count: inputs)
    guard let base = view.bytes.baseAddress else { return }
    cpu.workers.run(Packing.panels(outputs)) { p in
      let rows = min(Packing.lanes, outputs - p * Packing.lanes)
      let source = base + p * Packing.lanes * rowBytes
      let panel = memory.address + p * panelBytes
      if let target {
        let values = cpu.matrix(Packing.lanes, inputs)
        view.type.dequantize(from: source, into: values.data, count: rows * inputs)
        let rounded = cpu.matrix(Packing.lanes, inputs)
        if let scales {
          scales.quantise(values.data, firstRow: p * Packing.lanes, rows: rows, into: rounded.data)
        } else {
          target.quantise(values.data, into: rounded.data, count: rows * inputs)
        }
        pack(target, UnsafeRawPointer(rounded.data), rowBytes: target.bytes(count: inputs))
      } else {
        pack(view.type, source, rowBytes: rowBytes)
      }
      func pack(_ type: ElementType, _ source: UnsafeRawPointer, rowBytes: Int) {
        switch storage {
        case .bf16, .f16: Packing.sixteenBits(rows: rows, k: inputs, source: source, into: panel)
        case .q8, .q8WithMinimum, .q8By16, .q8By16WithMinimum, .nf4:
          Packing.quantised(type, rows: rows, k: inputs, source: source, rowBytes: rowBytes, into: panel)
        case .f32:
          let scratch = cpu.matrix(Packing.lanes, inputs)
          type.dequantize(from: source, into: scratch.data, count: rows * inputs)
          Packing.transposed(
            n: rows, k: inputs, source: scratch.data, stride: inputs,
            into: panel.assumingMemoryBound(to: Float.self), panelStride: 0)
        }
      }
    }
    view.release()
  }

  /// The address of the panels in the memory of `gpu`. They are copied there when they are first needed.
  func address(on gpu: CUDA) -> UInt64 {
    copy.address(on: gpu, of: UnsafeRawBufferPointer(start: memory.address, count: bytes))
  }

  func panel(_ p: Int) -> UnsafeRawPointer { UnsafeRawPointer(memory.address + p * panelBytes) }
}

extension CPU {
  /// The squared length of each row, summed in Double in the order of the inputs.
  public func rowSquares(_ weight: WeightMatrix) -> [Double] {
    let (outputs, inputs) = (weight.outputs, weight.inputs)
    let result = matrix(Packing.panels(outputs), 2 * Packing.lanes)
    workers.run(Packing.panels(outputs)) { p in
      let values = matrix(inputs, Packing.lanes)
      kernels.table.unpack(weight.storage.rawValue, inputs, weight.panel(p), values.data)
      result.row(p).withMemoryRebound(to: Double.self, capacity: Packing.lanes) { sums in
        for lane in 0..<Packing.lanes { sums[lane] = 0 }
        for k in 0..<inputs {
          for lane in 0..<Packing.lanes {
            let value = Double(values.row(k)[lane])
            sums[lane] += value * value
          }
        }
      }
    }
    return result.data.withMemoryRebound(to: Double.self, capacity: result.count / 2) { sums in
      (0..<outputs).map { sums[$0] }
    }
  }

  /// The rows `range` of W as a matrix [range.count, inputs]. `range` begins at a multiple of 16.
  public func rows(_ weight: WeightMatrix, _ range: Range<Int>) -> Matrix {
    let inputs = weight.inputs
    precondition(range.lowerBound % Packing.lanes == 0)
    let result = matrix(range.count, inputs)
    let first = range.lowerBound / Packing.lanes
    workers.run(Packing.panels(range.count)) { p in
      let unpacked = matrix(inputs, Packing.lanes)
      kernels.table.unpack(weight.storage.rawValue, inputs, weight.panel(first + p), unpacked.data)
      for lane in 0..<min(Packing.lanes, range.count - p * Packing.lanes) {
        let (row, source) = (result.row(p * Packing.lanes + lane), unpacked.data + lane)
        for k in 0..<inputs { row[k] = source[k * Packing.lanes] }
      }
    }
    return result
  }

  /// The rows `indices` of W as a matrix [indices.count, inputs].
  package func rows(_ weight: WeightMatrix, _ indices: [Int]) -> Matrix {
    let inputs = weight.inputs
    let result = matrix(indices.count, inputs)
    let unpacked = matrix(inputs, Packing.lanes)
    for (i, index) in indices.enumerated() {
      kernels.table.unpack(
        weight.storage.rawValue, inputs, weight.panel(index / Packing.lanes), unpacked.data)
      let lane = index % Packing.lanes
      for k in 0..<inputs { result.row(i)[k] = unpacked.data[k * Packing.lanes + lane] }
    }
    return result
  }
}
