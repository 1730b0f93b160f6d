/// Causal attention with grouped queries, an optional sliding window and an optional soft cap on the scores.
///
/// Each query's probabilities depend on its own row and the keys it sees, never on the rest of the batch. Keys that it
/// does not see get probability zero, and adding zero does not change a sum.
struct Attention: Sendable {
  let heads: Int
  let keyValueHeads: Int
  let headDim: Int
  let scale: Float
  let softCap: Float?
  let window: Int?

  /// The queries and keys of one segment.
  struct Span {
    /// The segment's rows in the query matrix.
    var queries: Range<Int>
    /// Position of the first query among the keys it sees: the number of tokens before the segment, plus rows that have
    /// no query.
    var firstPosition: Int
    /// Keys and values of all tokens that the segment sees, itself included.
    var panels: KeyValuePanels
    /// For the backward pass: the segment's rows in k and v, and those of its parent.
    var rows: Range<Int>
    var parentRows: Range<Int>
  }

  /// Number of queries computed together. In the backward pass it decides the order of sums; in the forward pass it
  /// does not.
  private static let block = 32
  private static let forwardBlock = 48

  private struct Task {
    var span: Int
    var queries: Range<Int>
    var group: Int
  }

  /// The range of keys that queries at `positions` see. It begins at a multiple of 16, because panels are read whole.
  private func reach(_ positions: Range<Int>) -> (start: Int, end: Int) {
    let first = window.map { max(0, positions.lowerBound - $0 + 1) } ?? 0
    return (first / 16 * 16, positions.upperBound)
  }

  /// Raw scores [queries, width] of one head against keys start..<start + width.
  private func scores(
    _ q: Matrix, _ rows: Range<Int>, head: Int, panels: KeyValuePanels, start: Int, width: Int,
    into s: UnsafeMutablePointer<Float>, _ compute: Compute
  ) {
    let group = head / (heads / keyValueHeads)
    compute.kernels.table.gemm(
      rows.count, width, headDim, q.row(rows.lowerBound) + head * headDim, q.columns, 1,
      panels.keyPanels(group) + start / 16 * panels.keyStride, panels.keyStride, s, width, 0)
  }

  /// The keys that the query at `position` sees, counted from `start`.
  private func visible(_ position: Int, from start: Int) -> (Int, Int) {
    let first = window.map { max(0, position - $0 + 1) } ?? 0
    return (first - start, position + 1 - start)
  }

  /// - Parameters:
  ///   - q: rotated and normed queries [rows, heads * headDim]
  /// - Returns: the context [rows, heads * headDim], and for each row and head the maximum and the inverse sum of the
  ///   softmax.
  func forward(_ q: Matrix, spans: [Span], compute: Compute) -> (context: Matrix, stats: Matrix) {
    let context = compute.matrix(q.rows, q.columns)
    let stats = compute.matrix(q.rows, heads * 2)
    var tasks: [Task] = []
    for (i, span) in spans.enumerated() {
      for first in stride(from: span.queries.lowerBound, to: span.queries.upperBound, by: Self.forwardBlock) {
        for group in 0..<keyValueHeads {
          tasks.append(
            Task(
              span: i, queries: first..<min(first + Self.forwardBlock, span.queries.upperBound), group: group)
          )
        }
      }
    }
    let perGroup = heads / keyValueHeads
    compute.workers.run(tasks.count) { number in
      let task = tasks[number]
      let span = spans[task.span]
      let position = span.firstPosition + task.queries.lowerBound - span.queries.lowerBound
      let (start, end) = reach(position..<position + task.queries.count)
      let width = (end - start + 15) / 16 * 16
      let s = compute.matrix(task.queries.count, width)
      for head in task.group * perGroup..<(task.group + 1) * perGroup {
        scores(
          q, task.queries, head: head, panels: span.panels, start: start, width: width, into: s.data, compute)
        for i in 0..<task.queries.count {
          let (lo, hi) = visible(position + i, from: start)
          compute.kernels.table.softmax(
            width, lo, hi, s.row(i), scale, softCap ?? 0, stats.row(task.queries.lowerBound + i) + 2 * head)
        }
        compute.kernels.table.gemm(
          task.queries.count, headDim, end - start, s.data, width, 1,
          span.panels.valuePanels(task.group) + start * 16, span.panels.valueStride,
          context.row(task.queries.lowerBound) + head * headDim, context.columns, 0)
      }
    }
    return (context, stats)
  }

  /// The gradients of q, k and v from the gradient of the context.
  ///
  /// - Parameters:
  ///   - k, v: the batch's keys and values [all rows, keyValueHeads * headDim] that the spans' panels were made from
  /// - Returns: dq shaped as q; dk and dv shaped as k.
  func backward(
    _ dContext: Matrix, q: Matrix, k: Matrix, v: Matrix, context: Matrix, stats: Matrix, spans: [Span],
    compute: Compute
  ) -> (dq: Matrix, dk: Matrix, dv: Matrix) {
    let dq = compute.matrix(q.rows, q.columns)
    let perGroup = heads / keyValueHeads
    // One task computes all sums of one key-value head of one segment. The gradients for parents are added afterwards,
    // in order.
    let shares = spans.map { span in
      (
        dk: compute.zeros(keyValueHeads, span.panels.capacity * headDim),
        dv: compute.zeros(keyValueHeads, span.panels.capacity * headDim)
      )
    }
    // With keys and values exchanged, the same panels are used for dP = dO V^T and dQ = dS K.
    let exchanged = spans.map { span in
      let panels = KeyValuePanels(
        capacity: span.panels.capacity, heads: keyValueHeads, headDim: headDim, compute: compute)
      return panels
    }
    compute.workers.run(spans.count) { i in
      exchanged[i].append(v, k, rows: spans[i].parentRows)
      exchanged[i].append(v, k, rows: spans[i].rows)
    }
    compute.workers.run(spans.count * keyValueHeads) { number in
      let (index, group) = (number / keyValueHeads, number % keyValueHeads)
      let (span, swapped) = (spans[index], exchanged[index])
      let (dk, dv) = (shares[index].dk.row(group), shares[index].dv.row(group))
      let wide = span.panels.capacity
      let p = compute.matrix(Self.block, wide)
      let dp = compute.matrix(Self.block, wide)
      let slope = compute.matrix(1, wide)
      let packed = compute.matrix(Packing.panels(headDim), Self.block * 16)
      let table = compute.kernels.table
      for first in stride(from: span.queries.lowerBound, to: span.queries.upperBound, by: Self.block) {
        let rows = first..<min(first + Self.block, span.queries.upperBound)
        let position = span.firstPosition + first - span.queries.lowerBound
        let (start, end) = reach(position..<position + rows.count)
        let width = (end - start + 15) / 16 * 16
        for head in group * perGroup..<(group + 1) * perGroup {
          let column = head * headDim
          scores(q, rows, head: head, panels: span.panels, start: start, width: width, into: p.data, compute)
          table.gemm(
            rows.count, width, headDim, dContext.row(first) + column, dContext.columns, 1,
            swapped.keyPanels(group) + start / 16 * swapped.keyStride, swapped.keyStride, dp.data, width, 0)
          for i in 0..<rows.count {
            let (lo, hi) = visible(position + i, from: start)
            let at = p.data + i * width
            table.softmax_again(
              width, lo, hi, at, scale, softCap ?? 0, stats.row(first + i) + 2 * head, slope.data)
            let d = table.dot(headDim, dContext.row(first + i) + column, context.row(first + i) + column)
            table.softmax_backward(width, at, dp.data + i * width, d, slope.data, dp.data + i * width)
          }
          table.gemm(
            rows.count, headDim, end - start, dp.data, width, 1, swapped.valuePanels(group) + start * 16,
            swapped.valueStride, dq.row(first) + column, dq.columns, 0)
          Packing.straight(
            k: rows.count, n: headDim, source: dContext.row(first) + column, stride: dContext.columns,
            into: packed.data, panelStride: packed.columns)
          table.gemm(
            end - start, headDim, rows.count, p.data, 1, width, packed.data, packed.columns,
            dv + start * headDim,
            headDim, 1)
          Packing.straight(
            k: rows.count, n: headDim, source: q.row(first) + column, stride: q.columns, into: packed.data,
            panelStride: packed.columns)
          table.gemm(
            end - start, headDim, rows.count, dp.data, 1, width, packed.data, packed.columns,
            dk + start * headDim, headDim, 1)
        }
      }
    }
    let dk = compute.zeros(k.rows, k.columns)
    let dv = compute.zeros(v.rows, v.columns)
    for (span, share) in zip(spans, shares) {
      let before = span.parentRows.count
      compute.forRows(before + span.rows.count) { range in
        for key in range {
          let row = key < before ? span.parentRows.lowerBound + key : span.rows.lowerBound + key - before
          for group in 0..<keyValueHeads {
            compute.kernels.table.add(
              headDim, share.dk.row(group) + key * headDim, dk.row(row) + group * headDim)
            compute.kernels.table.add(
              headDim, share.dv.row(group) + key * headDim, dv.row(row) + group * headDim)
          }
        }
      }
    }
    return (dq, dk, dv)
  }
}
