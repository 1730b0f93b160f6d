/// The arithmetic of the engine, and the memory it works in.
///
/// All operations work on whole matrices, row-major, and say their shapes. "Overwrites" means that the old contents of the result do
/// not matter; "adds" means that the result is added to. The order of every sum is part of the operation, so that all devices give the
/// same bits:
/// - An element of a product is one chain of fused multiply-adds over the inner dimension, in order. It begins at zero, or at the
///   old value if the product adds.
/// - A sum over a row has 16 lanes, lane i taking the elements i, i + 16, ...; the lanes are then added as a tree: lane i and lane
///   i + 8, then + 4, + 2, + 1.
/// - exp and tanh are the polynomials of CKernels/elementary.h. Square root and division are those of IEEE 754.
///
/// docs/architecture.md lists the operations with the files of their implementations.
public protocol Device: AnyObject, Sendable {
  /// What computes: "cpu", or the name of a GPU.
  var name: String { get }
  /// The inner loops of this computer's processor.
  var kernels: Kernels { get }
  /// The threads of this computer, for work on arrays in its own memory.
  var workers: WorkerPool { get }

  // MARK: Memory

  /// A matrix with arbitrary contents.
  func matrix(_ rows: Int, _ columns: Int) -> Matrix
  /// A matrix of zeros.
  func zeros(_ rows: Int, _ columns: Int) -> Matrix
  /// A copy, shaped as `other`.
  func matrix(copying other: Matrix) -> Matrix
  /// Packs a stored tensor [outputs, inputs] for products, rounded to `precision`. With `isEmbedding` the rules of `precision` for the
  /// embedding hold.
  func weight(_ view: TensorView, precision: WeightPrecision, isEmbedding: Bool, arena: WeightArena)
    -> WeightMatrix
  /// The rows `range` of W as floats [range.count, inputs]. The first is a multiple of 16.
  func rows(_ weight: WeightMatrix, _ range: Range<Int>) -> Matrix
  /// The squared length of each row of W, summed in Double in the order of the inputs.
  func rowSquares(_ weight: WeightMatrix) -> [Double]
  /// Returns unused memory to the system.
  func trim()
  /// How many bytes the activations of whole layers may use in a training pass. The others are computed again.
  var tapeBytes: Int { get }
  /// The number of rows that a pass should have if there are so many; 0 if more rows are not faster. It never changes a result.
  var passRows: Int { get }
  /// - Throws: `GPUFailure` if an operation failed since the last call. What was computed since then is worthless.
  func check() throws

  // MARK: Products with frozen weights

  /// x W^T [rows, outputs]: x [rows, inputs], W [outputs, inputs], each output one chain over the inputs.
  ///
  /// - Parameter outputs: only these rows of W. The first is a multiple of 16. Nil for all.
  func product(_ x: Matrix, _ weight: WeightMatrix, outputs: Range<Int>?) -> Matrix
  /// x W^T for several W of the same inputs: what `product` gives for each.
  func products(_ x: Matrix, _ weights: [WeightMatrix]) -> [Matrix]
  /// dx (+)= dy W: dy [rows, outputs], dx [rows, inputs], each input one chain over the outputs.
  ///
  /// - Parameter outputs: the rows of W that dy's columns belong to. The first is a multiple of 16. Nil for all.
  func productTransposed(
    _ dy: Matrix, _ weight: WeightMatrix, outputs: Range<Int>?, into dx: Matrix, adds: Bool)
  /// x R^T [rows, outputs.count], where R are a few rows of W: the same bits as those columns of `product`.
  func product(_ x: Matrix, _ weight: WeightMatrix, rows: [Int]) -> Matrix

  // MARK: Low-rank products

  /// Makes the device's own layouts of factors, for the next three operations.
  func prepare(_ factors: [MatrixSlice]) -> [LowRankFactor]
  /// scale * (x f^T) [rows, rank]: x [rows, n], f [rank, n], each element one chain over n.
  func down(_ x: Matrix, _ factor: LowRankFactor, scale: Float) -> Matrix
  /// y (+)= h f: h [rows, rank], f [rank, n], y [rows, n], each element one chain over the rank.
  func up(_ h: Matrix, _ factor: LowRankFactor, into y: Matrix, adds: Bool)
  /// Adds h^T x to gradient [rank, n]: h [rows, rank], x [rows, n], each element one chain over the rows.
  func addOuter(_ h: Matrix, _ x: Matrix, into gradient: MatrixSlice)
  /// Adds to `row` [n, inputs] the update scale * b^T a, then multiplies row i by factor i, if there are any. b [rank, outputs] and a
  /// [rank, inputs]; the rows belong to the outputs `outputs`.
  func merge(
    a: MatrixSlice, b: MatrixSlice, outputs: Range<Int>, scale: Float, factors: [Float]?, into rows: Matrix)

  // MARK: Rows

  /// y = x / sqrt(mean(x^2) + epsilon) * w over each group of `weight.count` columns (Zhang & Sennrich 2019); also 1 / sqrt(...) of
  /// each group [rows, groups].
  func rmsNorm(_ x: Matrix, weight: Constants, epsilon: Float) -> (y: Matrix, rstd: Matrix)
  /// y + norm(x), and the norm of that sum with another weight: x, y and both results [rows, weight.count].
  func rmsNorm(_ x: Matrix, weight: Constants, addedTo y: Matrix, then next: Constants, epsilon: Float) -> (
    sum: Matrix, normed: Matrix
  )
  /// dx (+)= the gradient of x. dx may be dy if it overwrites.
  func rmsNormBackward(
    _ dy: Matrix, x: Matrix, rstd: Matrix, weight: Constants, into dx: Matrix, adds: Bool)
  /// y: each head of x [rows, heads * 2 * half] rotated by the angles of its row's position, or back. y may be x.
  func rotate(_ x: Matrix, into y: Matrix, by angles: RotaryAngles, positions: [Int], back: Bool)
  /// gelu_tanh(gate) * up, element by element.
  func gatedGELU(_ gate: Matrix, _ up: Matrix) -> Matrix
  /// Overwrites gate and up by their gradients for dy.
  func gatedGELUBackward(_ gate: Matrix, _ up: Matrix, _ dy: Matrix)
  /// The rows `rows` of x, in that order.
  func gather(_ x: Matrix, rows: [Int]) -> Matrix
  /// Adds row i of y to row rows[i] of x. No row is named twice.
  func scatterAdd(_ y: Matrix, rows: [Int], into x: Matrix)
  /// The rows `tokens` of a stored table [vocabulary, hidden], times `scale`.
  func embed(_ tokens: [Int], table: TensorView, scale: Float) -> Matrix
  /// y += x
  func add(_ x: Matrix, to y: Matrix)
  /// x *= factor
  func scale(_ x: Matrix, by factor: Float)
  /// Multiplies column i of y [rows, n] by factors[i]: factors [1, n].
  func scaleColumns(_ y: Matrix, by factors: MatrixSlice)
  /// Adds the sum over the rows of dy * y / value to gradient [1, n], summed in Double in the order of the rows. Where the value is
  /// zero nothing is added.
  func addColumnProducts(_ dy: Matrix, _ y: Matrix, over value: MatrixSlice, into gradient: MatrixSlice)
  /// x = cap * tanh(x / cap)
  func softCap(_ x: Matrix, _ cap: Float)
  /// The column of the largest value in each row; the first one if several are equal.
  func largest(_ x: Matrix) -> [Int]
  /// The products of all pairs of rows of x [n, columns], each a sum over a row: [n, n], row by row.
  func gram(_ x: Matrix) -> [Float]
  /// The sum of x * x over all elements, as one row.
  func squaredSum(_ x: Matrix) -> Float

  // MARK: Attention

  /// The keys and values that each span sees: those of its cache, of its parent's rows, then its own. k and v
  /// [rows, keyValueHeads * headDim]. Where a span appends, they are added to its cache, and the cache is the result.
  func keysAndValues(
    _ k: Matrix, _ v: Matrix, _ shape: AttentionShape, _ spans: [AttentionSpan], caches: [KeyValuePanels?]
  ) -> [KeyValuePanels]
  /// Copies all tokens of a cache's layer to another one, which must be empty.
  func copyAll(_ source: KeyValuePanels, to target: KeyValuePanels)
  /// softmax(scale * q k^T) v for each head, causal. q [rows, heads * headDim] is rotated and normed.
  ///
  /// - Returns: the context, shaped as q, and for each row and head the maximum and the inverse sum of the softmax.
  func attention(
    _ q: Matrix, _ shape: AttentionShape, _ spans: [AttentionSpan], _ seen: [KeyValuePanels]
  ) -> (context: Matrix, stats: Matrix)
  /// The gradients of q, k and v. The gradient of a key is one chain over the rows of its span, 32 at a time, head by head in each of
  /// these; then the spans are added in order.
  func attentionBackward(
    _ dContext: Matrix, q: Matrix, k: Matrix, v: Matrix, context: Matrix, stats: Matrix,
    _ shape: AttentionShape, _ spans: [AttentionSpan], _ seen: [KeyValuePanels]
  ) -> (dq: Matrix, dk: Matrix, dv: Matrix)

  // MARK: Loss

  /// log p(target) of each row of hidden [rows, hidden], over slices of the vocabulary.
  func crossEntropy(_ hidden: Matrix, head: WeightMatrix, softCap: Float?, targets: [Int32]) -> TargetScores
  /// The gradient [rows, hidden] of the sum over the rows of factors[row] * -log p(target). Each slice of the vocabulary has a sum
  /// of its own; the slices are added in order.
  func crossEntropyBackward(
    _ hidden: Matrix, head: WeightMatrix, softCap: Float?, targets: [Int32], scores: TargetScores,
    factors: [Float]
  ) -> Matrix

  // MARK: Training

  /// One update of AdamW on `parameters`, with the moments of `state`.
  func update(_ parameters: Matrix, gradients: Matrix, state: Moments, _ numbers: AdamWNumbers)
  /// x after dropout: each element by the random number of its row's key and its column.
  func dropout(_ x: Matrix, rate: Double, seed: UInt64, slot: UInt32, rows: [UInt64]) -> Matrix
  /// x += amounts[row] * u, with u uniform in [-1, 1) by row's key and column.
  func addNoise(_ amounts: [Float], to x: Matrix, seed: UInt64, rows: [UInt64])
  /// The rows of x as values of a stored type, row after row.
  func encode(_ values: Matrix, as type: ElementType, into target: UnsafeMutableRawPointer)
  /// x = exp(x - shift), with the device's exp.
  func exponentials(_ x: inout [Float], shift: Float)
}

extension Device {
  public func zeros(_ rows: Int, _ columns: Int) -> Matrix {
    let result = matrix(rows, columns)
    result.fill(0)
    return result
  }

  public func matrix(copying other: Matrix) -> Matrix {
    let result = matrix(other.rows, other.columns)
    result.copy(from: other)
    return result
  }

  public func products(_ x: Matrix, _ weights: [WeightMatrix]) -> [Matrix] {
    weights.map { product(x, $0, outputs: nil) }
  }
}

/// A factor of a low-rank product, [rank, n], and what the device has made of it.
public struct LowRankFactor: Sendable {
  public let values: MatrixSlice
  /// The CPU's panels for `down` and for `up`.
  let downPanels: MatrixSlice?
  let upPanels: MatrixSlice?

  var rank: Int { values.rows }
}

/// The sizes of attention with grouped queries, an optional sliding window and an optional soft cap on the scores.
public struct AttentionShape: Sendable {
  public let heads: Int
  public let keyValueHeads: Int
  public let headDim: Int
  public let scale: Float
  public let softCap: Float?
  public let window: Int?

  public init(
    heads: Int, keyValueHeads: Int, headDim: Int, scale: Float, softCap: Float?, window: Int?
  ) {
    (self.heads, self.keyValueHeads, self.headDim) = (heads, keyValueHeads, headDim)
    (self.scale, self.softCap, self.window) = (scale, softCap, window)
  }
}

/// One sequence of a batch, as attention sees it.
public struct AttentionSpan: Sendable {
  /// The sequence's rows in q; empty if nothing is computed for it.
  public var queries: Range<Int>
  /// The position of the first query.
  public var firstPosition: Int
  /// The sequence's rows in k and v.
  public var rows: Range<Int>
  /// The rows in k and v of the sequence that this one continues; empty if it continues none.
  public var parentRows: Range<Int>
  /// Whether the sequence's keys and values are added to its cache.
  public var appends: Bool
}

/// The scores of the target tokens, for the loss.
public struct TargetScores: Sendable {
  /// log p(target) for each row, in Double from Float logits.
  public var logProbabilities: [Double]
  /// log of the sum of exp of all logits, for each row.
  var logSums: [Float]
  /// Whether no other token has a higher logit than the target, for each row.
  public var isFirst: [Bool]
}

/// The numbers of one update of AdamW.
public struct AdamWNumbers: Sendable {
  var beta1: Float
  var beta2: Float
  var epsilon: Float
  /// 1 - rate * weight decay.
  var decay: Float
  /// rate / (1 - beta1^step)
  var stepSize: Float
  /// 1 / sqrt(1 - beta2^step)
  var inverseRoot: Float
  /// Gradients are multiplied by it first.
  var gradientScale: Float
}

/// The moments of AdamW, one row each. In 8 bits: the codes, four in the space of one float, and a scale for each block of 256.
public struct Moments: Sendable {
  let m: Matrix
  let v: Matrix
  let scales: (m: Matrix, v: Matrix)?
  static let block = 256
}
