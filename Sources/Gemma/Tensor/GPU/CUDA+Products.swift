import CCUDA

/// Products with frozen weights and with the factors of adapters.
extension CUDA {
  public func weight(
    _ view: TensorView, precision: WeightPrecision, isEmbedding: Bool, arena: WeightArena
  ) -> WeightMatrix {
    cpu.weight(view, precision: precision, isEmbedding: isEmbedding, arena: arena)
  }

  public func rows(_ weight: WeightMatrix, _ range: Range<Int>) -> Matrix { cpu.rows(weight, range) }
  public func rowSquares(_ weight: WeightMatrix) -> [Double] { cpu.rowSquares(weight) }

  /// Rows from which on weights are made floats once for all rows, instead of anew for each four.
  private static let manyRows = 17

  public func product(_ x: Matrix, _ weight: WeightMatrix, outputs: Range<Int>?) -> Matrix {
    let range = outputs ?? 0..<weight.outputs
    precondition(range.lowerBound % Packing.lanes == 0 && range.upperBound <= weight.outputs)
    precondition(x.columns == weight.inputs)
    let y = matrix(x.rows, range.count)
    if x.rows < Self.manyRows {
      fewRows(x, [(weight, range, y)])
    } else {
      withFloats(weight, range) {
        multiply(
          x, by: $0, stride: weight.inputs * Packing.lanes, .panels, columns: range.count,
          depth: weight.inputs, into: y, adds: false)
      }
    }
    return y
  }

  public func products(_ x: Matrix, _ weights: [WeightMatrix]) -> [Matrix] {
    let together = 3
    guard x.rows < Self.manyRows, weights.count <= together, let storage = weights.first?.gpuStorage,
      weights.allSatisfy({ $0.gpuStorage == storage && $0.inputs == x.columns })
    else { return weights.map { product(x, $0, outputs: nil) } }
    let results = weights.map { matrix(x.rows, $0.outputs) }
    fewRows(x, zip(weights, results).map { ($0, 0..<$0.outputs, $1) })
    return results
  }

  /// x W^T for at most three W of one storage, in one launch for each four rows. Fewer than four at the end are computed one by one.
  private func fewRows(_ x: Matrix, _ parts: [(weight: WeightMatrix, outputs: Range<Int>, y: Matrix)]) {
    guard let storage = parts.first?.weight.gpuStorage else { return }
    for row in stride(from: 0, to: x.rows, by: 4) {
      let count = x.rows - row >= 4 ? 4 : 1
      for first in stride(from: row, to: min(row + 4, x.rows), by: count) {
        func output(_ i: Int) -> gnb_few_outputs {
          guard i < parts.count else { return gnb_few_outputs() }
          let (weight, outputs, y) = parts[i]
          return gnb_few_outputs(
            panels: panels(weight, outputs), y: address(y) + UInt64(4 * first * y.columns),
            panel_bytes: Int64(weight.gpuPanelBytes), y_stride: Int64(y.columns), n: Int32(outputs.count),
            blocks: Int32(Self.tiles(outputs.count, by: 32)))
        }
        let all = (output(0), output(1), output(2))
        launch(
          Self.fewRows(storage, count), (Int(all.0.blocks + all.1.blocks + all.2.blocks), 1, 1), threads: 160,
          gnb_few_rows(
            x: address(x) + UInt64(4 * first * x.columns), x_stride: Int64(x.columns), k: Int32(x.columns),
            processors: Int32(driver.multiprocessors), zero: 0, unused: 0, of: all))
      }
    }
  }

  public func productTransposed(
    _ dy: Matrix, _ weight: WeightMatrix, outputs: Range<Int>?, into dx: Matrix, adds: Bool
  ) {
    let range = outputs ?? 0..<weight.outputs
    precondition(dy.columns == range.count && dx.columns == weight.inputs && dy.rows == dx.rows)
    withFloats(weight, range) {
      multiply(
        dy, by: $0, stride: weight.inputs * Packing.lanes, .transposedPanels, columns: weight.inputs,
        depth: range.count, into: dx, adds: adds)
    }
  }

  public func product(_ x: Matrix, _ weight: WeightMatrix, rows indices: [Int]) -> Matrix {
    let count = Packing.panels(indices.count)
    let floats = matrix(count, weight.inputs * Packing.lanes)
    launch(
      "gather_outputs", (Self.tiles(weight.inputs, by: 16), count, 1), weight.gpuStorage.rawValue,
      weight.address(on: self), Int64(weight.gpuPanelBytes), Int32(weight.inputs), self.indices(indices),
      Int32(indices.count), address(floats))
    let result = matrix(x.rows, indices.count)
    withExtendedLifetime(floats) {
      multiply(
        x, by: address(floats), stride: floats.columns, .panels, columns: indices.count, depth: x.columns,
        into: result, adds: false)
    }
    return result
  }

  /// The address of the packed panels of some outputs.
  private func panels(_ weight: WeightMatrix, _ range: Range<Int>) -> UInt64 {
    weight.address(on: self) + UInt64(range.lowerBound / Packing.lanes * weight.gpuPanelBytes)
  }

  /// Calls `body` with the address of the panels of some outputs as floats.
  func withFloats(_ weight: WeightMatrix, _ range: Range<Int>, _ body: (UInt64) -> Void) {
    let source = panels(weight, range)
    guard weight.gpuStorage != .f32 else { return body(source) }
    let floats = matrix(Packing.panels(range.count), weight.inputs * Packing.lanes)
    launch(
      Self.unpacking(weight.gpuStorage), (Self.tiles(weight.inputs, by: 64), floats.rows, 1), source,
      Int64(weight.gpuPanelBytes), Int32(weight.inputs), address(floats))
    // An address alone keeps no memory.
    withExtendedLifetime(floats) { body(address(floats)) }
  }

  /// How the second factor lies in memory: panels [n/16][k][16], panels of its transpose [k/16][n][16], or rows [k][n].
  enum Layout {
    case panels, transposedPanels, rows
  }

  /// y [rows, columns] (+)= a [rows, depth] b. `stride` is the distance of b's panels or rows in floats.
  func multiply(
    _ a: Matrix, by b: UInt64, stride: Int, _ layout: Layout, columns: Int, depth: Int, into y: Matrix,
    adds: Bool
  ) {
    multiply(
      gnb_product(
        a: address(a), b: b, c: address(y), a_stride: Int64(a.columns), b_stride: Int64(stride),
        c_stride: Int64(y.columns), m: Int32(a.rows), n: Int32(columns), k: Int32(depth), adds: adds ? 1 : 0),
      layout)
  }

  /// `count` products, each `next` after the one before.
  func multiply(
    _ product: gnb_product, _ layout: Layout, next: gnb_next_product = gnb_next_product(), count: Int = 1
  ) {
    let (m, n) = (Int(product.m), Int(product.n))
    guard m > 0, n > 0 else { return }
    let isWide =
      time(ofTiles: m, n * count, by: 128, together: 3) <= time(ofTiles: m, n * count, by: 64, together: 4)
    let kernel: StaticString =
      switch (layout, isWide) {
      case (.panels, true): "product_wide"
      case (.panels, false): "product_narrow"
      case (.transposedPanels, true): "product_wide_transposed"
      case (.transposedPanels, false): "product_narrow_transposed"
      case (.rows, true): "product_wide_rows"
      case (.rows, false): "product_narrow_rows"
      }
    launch(
      kernel, (Self.tiles(m, by: 64), Self.tiles(n, by: isWide ? 128 : 64), count), threads: 128, product,
      next)
  }

  /// About how long tiles of 64 rows and `width` columns take. A processor of the GPU has `together` at a time; fewer do not make it as
  /// much faster. A whole round of wide ones takes 4/3 of one of narrow ones, as measured on an H100.
  private func time(ofTiles rows: Int, _ columns: Int, by width: Int, together: Int) -> Double {
    let each = Self.tiles(
      Self.tiles(rows, by: 64) * Self.tiles(columns, by: width), by: driver.multiprocessors)
    let (rounds, rest) = each.quotientAndRemainder(dividingBy: together)
    return (Double(rounds) + (rest == 0 ? 0 : Double(rest + 1) / Double(together + 1)))
      * (width == 128 ? 4 : 3)
  }

  private static func unpacking(_ storage: PanelStorage) -> StaticString {
    switch storage {
    case .f32, .bf16: "unpack_bf16"
    case .f16: "unpack_f16"
    case .q8: "unpack_q8"
    case .q8WithMinimum: "unpack_q8_min"
    case .q8By16: "unpack_q8_16"
    case .q8By16WithMinimum: "unpack_q8_16_min"
    case .nf4: "unpack_nf4"
    case .q4n0, .q4k, .q5k, .q6k: preconditionFailure("on a GPU these panels have bytes")
    }
  }

  private static func fewRows(_ storage: PanelStorage, _ rows: Int) -> StaticString {
    switch (storage, rows) {
    case (.f32, 1): "one_row_f32"
    case (.f32, _): "four_rows_f32"
    case (.bf16, 1): "one_row_bf16"
    case (.bf16, _): "four_rows_bf16"
    case (.f16, 1): "one_row_f16"
    case (.f16, _): "four_rows_f16"
    case (.q8, 1): "one_row_q8"
    case (.q8, _): "four_rows_q8"
    case (.q8WithMinimum, 1): "one_row_q8_min"
    case (.q8WithMinimum, _): "four_rows_q8_min"
    case (.q8By16, 1): "one_row_q8_16"
    case (.q8By16, _): "four_rows_q8_16"
    case (.q8By16WithMinimum, 1): "one_row_q8_16_min"
    case (.q8By16WithMinimum, _): "four_rows_q8_16_min"
    case (.nf4, 1): "one_row_nf4"
    case (.nf4, _): "four_rows_nf4"
    case (.q4n0, _), (.q4k, _), (.q5k, _), (.q6k, _):
      preconditionFailure("on a GPU these panels have bytes")
    }
  }

  // MARK: Low-rank products

  public func prepare(_ factors: [MatrixSlice]) -> [LowRankFactor] {
    // The kernels read the factors as they are.
    factors.map { LowRankFactor(values: $0, downPanels: nil, upPanels: nil) }
  }

  public func down(_ x: Matrix, _ factor: LowRankFactor, scale: Float) -> Matrix {
    precondition(x.columns == factor.values.columns)
    let result = matrix(x.rows, factor.rank)
    launch(
      "product_down", (Self.tiles(x.rows, by: 16), Self.tiles(factor.rank, by: 16), 1), threads: 128,
      address(x),
      Int32(x.rows), Int32(x.columns), address(factor.values), Int32(factor.rank), scale, address(result))
    return result
  }

  public func up(_ h: Matrix, _ factor: LowRankFactor, into y: Matrix, adds: Bool) {
    precondition(h.columns == factor.rank && y.columns == factor.values.columns && h.rows == y.rows)
    multiply(
      h, by: address(factor.values), stride: y.columns, .rows, columns: y.columns, depth: h.columns, into: y,
      adds: adds)
  }

  public func addOuter(_ h: Matrix, _ x: Matrix, into gradient: MatrixSlice) {
    precondition(h.rows == x.rows && gradient.rows == h.columns && gradient.columns == x.columns)
    launch(
      "add_outer", (Self.tiles(x.columns, by: 32), Self.tiles(h.columns, by: 16), 1), threads: 128,
      address(h), address(x), Int32(x.rows), Int32(x.columns), Int32(h.columns), address(gradient))
  }

  public func merge(
    a: MatrixSlice, b: MatrixSlice, outputs: Range<Int>, scale: Float, factors: [Float]?, into rows: Matrix
  ) {
    cpu.merge(a: a, b: b, outputs: outputs, scale: scale, factors: factors, into: rows)
  }
}

extension CUDA {
  /// For benchmarks: the time of x W^T [rows, outputs], or of dy W [rows, inputs], with W in floats; the mean of 20 after 3.
  package func secondsOfProduct(rows: Int, outputs: Int, inputs: Int, transposed: Bool) throws -> Double {
    let (n, k) = transposed ? (inputs, outputs) : (outputs, inputs)
    let a = matrix(rows, k)
    let c = matrix(rows, n)
    let panels = matrix(Packing.panels(outputs), inputs * Packing.lanes)
    for x in [a, panels] { x.fill(1.0009765625) }
    func run(_ count: Int) throws -> Double {
      _ = c.values(at: 0, 1)
      let start = ContinuousClock.now
      for _ in 0..<count {
        multiply(
          a, by: address(panels), stride: panels.columns, transposed ? .transposedPanels : .panels,
          columns: n,
          depth: k, into: c, adds: false)
      }
      _ = c.values(at: 0, 1)
      try check()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    _ = try run(3)
    return try run(20) / 20
  }
}
