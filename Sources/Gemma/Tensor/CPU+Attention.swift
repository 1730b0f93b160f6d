/// Attention. Each query's probabilities depend on its own row and the keys it sees, never on the rest of the batch. Keys that it does
/// not see get probability zero, and adding zero does not change a sum.
extension CPU {
  public func keysAndValues(
    _ k: Matrix, _ v: Matrix, _ shape: AttentionShape, _ spans: [AttentionSpan], caches: [KeyValuePanels?]
  ) -> [KeyValuePanels] {
    let heads = shape.keyValueHeads
    struct Task {
      var span: Int
      var tiles: Range<Int>
    }
    var tasks: [Task] = []
    var starts: [Int] = []
    let seen = zip(spans, caches).enumerated().map { i, pair in
      let (span, cache) = pair
      let before = cache?.count ?? 0
      let own = span.parentRows.count + span.rows.count
      let isNew = cache == nil || !span.appends
      // Nobody reads the keys of a span without queries, unless its cache does.
      let panels =
        isNew
        ? KeyValuePanels(
          capacity: span.queries.isEmpty ? 0 : before + own, heads: heads, headDim: shape.headDim,
          device: self) : cache.unsafelyUnwrapped
      starts.append(before)
      if !isNew || !span.queries.isEmpty {
        let first = isNew ? 0 : before / 16
        let last = (before + own + 15) / 16
        for tile in stride(from: first, to: last, by: 4) {
          tasks.append(Task(span: i, tiles: tile..<min(tile + 4, last)))
        }
      }
      return panels
    }
    let (work, counts) = (tasks, starts)
    workers.run(work.count * heads) { number in
      let (task, head) = (work[number / heads], number % heads)
      let (span, before) = (spans[task.span], counts[task.span])
      let pieces = [
        KeyValuePanels.Piece(position: before, rows: span.parentRows),
        KeyValuePanels.Piece(position: before + span.parentRows.count, rows: span.rows),
      ]
      for tile in task.tiles {
        if !span.appends, let cache = caches[task.span], 16 * tile < before {
          seen[task.span].copy(tile: tile, head: head, from: cache)
        }
        if 16 * tile + 16 > before {
          seen[task.span].write(tile: tile, head: head, start: before, k, v, pieces)
        }
      }
    }
    for (i, span) in spans.enumerated() where span.appends && caches[i] != nil || !span.queries.isEmpty {
      seen[i].setCount(starts[i] + span.parentRows.count + span.rows.count)
    }
    return seen
  }

  public func copyAll(_ source: KeyValuePanels, to target: KeyValuePanels) {
    precondition(target.count == 0 && source.count <= target.capacity)
    for tile in 0..<(source.count + 15) / 16 {
      for head in 0..<source.heads { target.copy(tile: tile, head: head, from: source) }
    }
    target.setCount(source.count)
  }

  /// Number of queries computed together in the forward pass, where it does not change a sum.
  private static let forwardQueries = 48

  /// The keys that query `i` of a tile sees, counted from the tile's first key.
  private func visible(_ i: Int, of tile: QueryTile, _ shape: AttentionShape) -> (Int, Int) {
    let position = tile.position + i
    let first = shape.window.map { max(0, position - $0 + 1) } ?? 0
    return (first - tile.start, position + 1 - tile.start)
  }

  /// x [queries, width] = the rows `queries` of a [rows, heads * headDim], one head, times the tile's keys transposed.
  private func multiply(
    _ a: Matrix, head: Int, byKeysOf panels: KeyValuePanels, _ tile: QueryTile, _ shape: AttentionShape,
    into x: Matrix
  ) {
    let group = head / (shape.heads / shape.keyValueHeads)
    kernels.table.gemm(
      tile.queries.count, tile.width, shape.headDim, a.row(tile.queries.lowerBound) + head * shape.headDim,
      a.columns, 1, panels.keyPanels(group) + tile.start / 16 * panels.keyStride, panels.keyStride, x.data,
      x.columns, 0)
  }

  /// The rows `queries` of y [rows, heads * headDim], one head = x [queries, width] times the tile's values.
  private func multiply(
    _ x: Matrix, byValuesOf panels: KeyValuePanels, _ tile: QueryTile, _ shape: AttentionShape, head: Int,
    into y: Matrix
  ) {
    let group = head / (shape.heads / shape.keyValueHeads)
    kernels.table.gemm(
      tile.queries.count, shape.headDim, tile.end - tile.start, x.data, x.columns, 1,
      panels.valuePanels(group) + tile.start * 16, panels.valueStride,
      y.row(tile.queries.lowerBound) + head * shape.headDim, y.columns, 0)
  }

  public func attention(
    _ q: Matrix, _ shape: AttentionShape, _ spans: [AttentionSpan], _ seen: [KeyValuePanels]
  ) -> (context: Matrix, stats: Matrix) {
    let context = matrix(q.rows, q.columns)
    let stats = matrix(q.rows, shape.heads * 2)
    // The longest first, so that no thread begins a long one at the end.
    let tiles = QueryTile.all(spans, shape, by: Self.forwardQueries).sorted { $0.width > $1.width }
    workers.run(tiles.count * shape.heads) { number in
      let (tile, head) = (tiles[number / shape.heads], number % shape.heads)
      let panels = seen[tile.span]
      let s = matrix(tile.queries.count, tile.width)
      multiply(q, head: head, byKeysOf: panels, tile, shape, into: s)
      for i in 0..<tile.queries.count {
        let (low, high) = visible(i, of: tile, shape)
        kernels.table.softmax(
          tile.width, low, high, s.row(i), shape.scale, shape.softCap ?? 0,
          stats.row(tile.queries.lowerBound + i) + 2 * head)
      }
      multiply(s, byValuesOf: panels, tile, shape, head: head, into: context)
    }
    return (context, stats)
  }

  /// One query tile of one head in the backward pass, with what its keys need of it.
  private struct Gradients: @unchecked Sendable {
    /// The probabilities and the gradients of the scores [queries, width].
    let p: Matrix
    let ds: Matrix
    /// The queries and the gradients of the context as panels [queries, headDim].
    let q: Matrix
    let dContext: Matrix
  }

  /// How many floats of probabilities and gradients are kept at a time.
  private static let keptFloats = 16 << 20
  /// Number of keys whose gradients one task computes.
  private static let keysInTask = 64

  public func attentionBackward(
    _ dContext: Matrix, q: Matrix, k: Matrix, v: Matrix, context: Matrix, stats: Matrix,
    _ shape: AttentionShape, _ spans: [AttentionSpan], _ seen: [KeyValuePanels]
  ) -> (dq: Matrix, dk: Matrix, dv: Matrix) {
    let dq = matrix(q.rows, q.columns)
    // With keys and values exchanged, the same panels are used for dP = dO V^T and dQ = dS K.
    let swapped = keysAndValues(v, k, shape, spans, caches: spans.map { _ in nil })
    // The sums of each span and key-value head [keys, headDim].
    let shares = zip(spans, seen).map { span, panels in
      let length = span.queries.isEmpty ? 0 : panels.capacity * shape.headDim
      return (dk: zeros(shape.keyValueHeads, length), dv: zeros(shape.keyValueHeads, length))
    }
    let tiles = QueryTile.all(spans, shape, by: QueryTile.backwardSize)
    var first = 0
    while first < tiles.count {
      var last = first
      var floats = 0
      while last < tiles.count, last == first || floats < Self.keptFloats {
        floats += 2 * shape.heads * tiles[last].queries.count * tiles[last].width
        last += 1
      }
      let part = Array(tiles[first..<last])
      let gradients = queryGradients(
        part, dContext, q: q, context: context, stats: stats, shape, seen, swapped, into: dq)
      addKeyGradients(part, gradients, shape, spans, shares)
      first = last
    }
    let (dk, dv) = (zeros(k.rows, k.columns), zeros(v.rows, v.columns))
    addShares(shares, shape, spans, dk: dk, dv: dv)
    return (dq, dk, dv)
  }

  /// Writes dq, and returns for each tile and head what the gradients of keys and values need.
  private func queryGradients(
    _ tiles: [QueryTile], _ dContext: Matrix, q: Matrix, context: Matrix, stats: Matrix,
    _ shape: AttentionShape, _ seen: [KeyValuePanels], _ swapped: [KeyValuePanels], into dq: Matrix
  ) -> [Gradients] {
    let (heads, dim) = (shape.heads, shape.headDim)
    let panelFloats = Packing.panels(dim)
    let all = (0..<tiles.count * heads).map { number in
      let tile = tiles[number / heads]
      let rows = tile.queries.count
      return Gradients(
        p: matrix(rows, tile.width), ds: matrix(rows, tile.width), q: matrix(panelFloats, rows * 16),
        dContext: matrix(panelFloats, rows * 16))
    }
    workers.run(all.count) { number in
      let (tile, head, made) = (tiles[number / heads], number % heads, all[number])
      let (rows, first, column) = (tile.queries.count, tile.queries.lowerBound, head * dim)
      multiply(q, head: head, byKeysOf: seen[tile.span], tile, shape, into: made.p)
      multiply(dContext, head: head, byKeysOf: swapped[tile.span], tile, shape, into: made.ds)
      let slope = matrix(1, tile.width)
      for i in 0..<rows {
        let (low, high) = visible(i, of: tile, shape)
        kernels.table.softmax_again(
          tile.width, low, high, made.p.row(i), shape.scale, shape.softCap ?? 0,
          stats.row(first + i) + 2 * head, slope.data)
        let d = kernels.table.dot(dim, dContext.row(first + i) + column, context.row(first + i) + column)
        kernels.table.softmax_backward(
          tile.width, made.p.row(i), made.ds.row(i), d, slope.data, made.ds.row(i))
      }
      multiply(made.ds, byValuesOf: swapped[tile.span], tile, shape, head: head, into: dq)
      for (source, target) in [(dContext, made.dContext), (q, made.q)] {
        Packing.straight(
          k: rows, n: dim, source: source.row(first) + column, stride: source.columns, into: target.data,
          panelStride: target.columns)
      }
    }
    return all
  }

  /// Adds to the sums of keys and values, tile by tile, head by head.
  private func addKeyGradients(
    _ tiles: [QueryTile], _ gradients: [Gradients], _ shape: AttentionShape, _ spans: [AttentionSpan],
    _ shares: [(dk: Matrix, dv: Matrix)]
  ) {
    let (heads, dim) = (shape.heads, shape.headDim)
    let perGroup = heads / shape.keyValueHeads
    struct Task {
      var span: Int
      var group: Int
      var keys: Range<Int>
    }
    var ofSpan: [Int: [Int]] = [:]
    for (i, tile) in tiles.enumerated() { ofSpan[tile.span, default: []].append(i) }
    var tasks: [Task] = []
    for span in ofSpan.keys.sorted() {
      let seen = ofSpan[span, default: []].map { tiles[$0].start..<tiles[$0].end }
      let (low, high) = (seen.map(\.lowerBound).min() ?? 0, seen.map(\.upperBound).max() ?? 0)
      for key in stride(from: low / 16 * 16, to: high, by: Self.keysInTask) {
        for group in 0..<shape.keyValueHeads {
          tasks.append(Task(span: span, group: group, keys: key..<min(key + Self.keysInTask, high)))
        }
      }
    }
    let (work, numbers) = (tasks, ofSpan)
    workers.run(work.count) { number in
      let task = work[number]
      let (dk, dv) = (shares[task.span].dk.row(task.group), shares[task.span].dv.row(task.group))
      for i in numbers[task.span] ?? [] {
        let tile = tiles[i]
        let keys =
          max(
            tile.start, task.keys.lowerBound)..<max(
            tile.start, task.keys.lowerBound, min(tile.end, task.keys.upperBound))
        guard !keys.isEmpty else { continue }
        let (column, target) = (keys.lowerBound - tile.start, keys.lowerBound * dim)
        for head in task.group * perGroup..<(task.group + 1) * perGroup {
          let made = gradients[i * heads + head]
          kernels.table.gemm(
            keys.count, dim, tile.queries.count, made.p.data + column, 1, tile.width, made.dContext.data,
            made.dContext.columns, dv + target, dim, 1)
          kernels.table.gemm(
            keys.count, dim, tile.queries.count, made.ds.data + column, 1, tile.width, made.q.data,
            made.q.columns, dk + target, dim, 1)
        }
      }
    }
  }

  /// Adds each span's sums to the rows of its keys, span by span in order.
  private func addShares(
    _ shares: [(dk: Matrix, dv: Matrix)], _ shape: AttentionShape, _ spans: [AttentionSpan], dk: Matrix,
    dv: Matrix
  ) {
    let dim = shape.headDim
    // A row may get the sums of many spans, so a task has some of the columns of all rows.
    let parts = shape.keyValueHeads * Packing.panels(dim)
    let width = Packing.lanes
    workers.run(parts * 2) { number in
      let (part, isValue) = (number / 2, number % 2 == 1)
      let group = part / Packing.panels(dim)
      let first = part % Packing.panels(dim) * width
      let columns = min(width, dim - first)
      let target = isValue ? dv : dk
      for (span, share) in zip(spans, shares) where !span.queries.isEmpty {
        let source = (isValue ? share.dv : share.dk).row(group) + first
        for (key, row) in [span.parentRows, span.rows].joined().enumerated() {
          kernels.table.add(columns, source + key * dim, target.row(row) + group * dim + first)
        }
      }
    }
  }
}
