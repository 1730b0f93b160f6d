import CCUDA

/// Attention: the tiles of CPU+Attention.swift, all at once.
extension CUDA {
  private func shape(_ s: AttentionShape) -> gnb_attention_shape {
    gnb_attention_shape(
      heads: Int32(s.heads), groups: Int32(s.keyValueHeads), dim: Int32(s.headDim),
      window: Int32(s.window ?? 0), scale: s.scale, cap: s.softCap ?? 0)
  }

  public func keysAndValues(
    _ k: Matrix, _ v: Matrix, _ shape: AttentionShape, _ spans: [AttentionSpan], caches: [KeyValuePanels?]
  ) -> [KeyValuePanels] {
    var sources: [gnb_panel_source] = []
    var tiles = 0
    let seen = zip(spans, caches).map { span, cache -> KeyValuePanels in
      let before = cache?.count ?? 0
      let own = span.parentRows.count + span.rows.count
      let appended = span.appends ? cache : nil
      // Nobody reads the keys of a span without queries, unless its cache does.
      let panels =
        appended
        ?? KeyValuePanels(
          capacity: span.queries.isEmpty ? 0 : before + own, heads: shape.keyValueHeads,
          headDim: shape.headDim, device: self)
      guard appended != nil || !span.queries.isEmpty else { return panels }
      let (first, last) = (appended == nil ? 0 : before / 16, (before + own + 15) / 16)
      let copied = appended == nil ? cache : nil
      sources.append(
        gnb_panel_source(
          keys: address(panels.keys), values: address(panels.values),
          cache_keys: copied.map { address($0.keys) } ?? 0,
          cache_values: copied.map { address($0.values) } ?? 0,
          capacity: Int32(panels.capacity), cache_capacity: Int32(copied?.capacity ?? 0),
          before: Int32(before), parent_row: Int32(span.parentRows.lowerBound),
          parents: Int32(span.parentRows.count), row: Int32(span.rows.lowerBound),
          rows: Int32(span.rows.count), first_tile: Int32(first), last_tile: Int32(last), unused: 0))
      tiles = max(tiles, last - first)
      return panels
    }
    inArguments(sources, gnb_panel_sources()) { part, count in
      launch(
        "attention_panels", (tiles, shape.keyValueHeads, count), part, self.shape(shape), address(k),
        address(v))
    }
    for (span, (panels, cache)) in zip(spans, zip(seen, caches))
    where span.appends && cache != nil || !span.queries.isEmpty {
      panels.setCount((cache?.count ?? 0) + span.parentRows.count + span.rows.count)
    }
    return seen
  }

  public func copyAll(_ source: KeyValuePanels, to target: KeyValuePanels) {
    precondition(target.count == 0 && source.count <= target.capacity)
    let row = source.headDim * 16
    for head in 0..<source.heads {
      let tiles = (source.count + 15) / 16
      let (from, to) = (address(source.keys), address(target.keys))
      copy(
        from + UInt64(4 * head * source.capacity * source.headDim),
        to: to + UInt64(4 * head * target.capacity * source.headDim), bytes: 4 * tiles * row)
      let panels = Packing.panels(source.headDim)
      for panel in head * panels..<(head + 1) * panels {
        copy(
          address(source.values) + UInt64(4 * panel * source.capacity * 16),
          to: address(target.values) + UInt64(4 * panel * target.capacity * 16), bytes: 4 * tiles * 256)
      }
    }
    target.setCount(source.count)
  }

  /// The tiles of all spans, with places for their scores, and how many floats these are.
  private func tiles(_ spans: [AttentionSpan], _ shape: AttentionShape, by size: Int) -> (
    all: [gnb_query_tile], floats: Int
  ) {
    var floats = 0
    let all = QueryTile.all(spans, shape, by: size).map { tile in
      defer { floats += shape.heads * tile.queries.count * tile.width }
      return gnb_query_tile(
        scores: Int64(floats), sequence: Int32(tile.span), row: Int32(tile.queries.lowerBound),
        rows: Int32(tile.queries.count), position: Int32(tile.position), start: Int32(tile.start),
        end: Int32(tile.end), width: Int32(tile.width), unused: 0)
    }
    return (all, floats)
  }

  /// Some tiles that follow each other, whose scores fit into memory together. Their scores begin at zero.
  private func parts(_ tiles: [gnb_query_tile], floats: Int) -> [[gnb_query_tile]] {
    let limit = 256 << 20
    guard floats > limit else { return [tiles] }
    var parts: [[gnb_query_tile]] = []
    var start: Int64 = 0
    for tile in tiles {
      if parts.isEmpty || tile.scores - start >= Int64(limit) / 2 {
        parts.append([])
        start = tile.scores
      }
      var moved = tile
      moved.scores -= start
      parts[parts.count - 1].append(moved)
    }
    return parts
  }

  /// The floats of the scores of some tiles.
  private func floats(_ tiles: [gnb_query_tile], heads: Int) -> Int {
    tiles.reduce(0) { $0 + heads * Int($1.rows) * Int($1.width) }
  }

  /// Calls `body` with the address of a copy in the GPU's memory. The values are new in every layer, so they are not kept.
  private func withUploaded<Element>(_ values: [Element], _ body: (UInt64) -> Void) {
    let memory = GPUMemory(bytes: values.count * MemoryLayout<Element>.stride, gpu: self)
    values.withUnsafeBytes { source in
      if let base = source.baseAddress { upload(base, bytes: source.count, to: memory.address) }
    }
    // An address alone keeps no memory.
    withExtendedLifetime(memory) { body(memory.address) }
  }

  private func panels(_ seen: [KeyValuePanels], swapped: [KeyValuePanels]?) -> [gnb_panels] {
    seen.indices.map { i in
      gnb_panels(
        keys: address(seen[i].keys), values: address(seen[i].values),
        swapped_keys: swapped.map { address($0[i].keys) } ?? 0,
        swapped_values: swapped.map { address($0[i].values) } ?? 0, capacity: Int32(seen[i].capacity),
        unused: 0)
    }
  }

  public func attention(
    _ q: Matrix, _ shape: AttentionShape, _ spans: [AttentionSpan], _ seen: [KeyValuePanels]
  ) -> (context: Matrix, stats: Matrix) {
    let context = matrix(q.rows, q.columns)
    let stats = matrix(q.rows, shape.heads * 2)
    // Single queries first: the tiles of others are made only once, below.
    if spans.allSatisfy({ $0.queries.count < 2 }) {
      let tiles = QueryTile.all(spans, shape, by: 64)
      let shared = 4 * ((tiles.map(\.width).max() ?? 0) + shape.headDim)
      if shared <= Self.sharedLimit {
        attention(q, shape, tiles, seen, sharedBytes: shared, into: context, stats)
        return (context, stats)
      }
    }
    withUploaded(panels(seen, swapped: nil)) {
      attention(q, shape, spans, panels: $0, into: context, stats)
    }
    return (context, stats)
  }

  /// What a block of every GPU may have of shared memory, less what the kernel has besides.
  private static let sharedLimit = 40 << 10

  /// Single queries, as decoding has them: all of attention in one launch.
  private func attention(
    _ q: Matrix, _ shape: AttentionShape, _ tiles: [QueryTile], _ seen: [KeyValuePanels], sharedBytes: Int,
    into context: Matrix, _ stats: Matrix
  ) {
    let queries = tiles.map { tile in
      let panels = seen[tile.span]
      return gnb_query(
        keys: address(panels.keys), values: address(panels.values), capacity: Int32(panels.capacity),
        row: Int32(tile.queries.lowerBound), position: Int32(tile.position), start: Int32(tile.start),
        end: Int32(tile.end), width: Int32(tile.width))
    }
    inArguments(queries, gnb_queries()) { part, count in
      launch(
        "attention_queries", (shape.heads, count, 1), sharedBytes: sharedBytes, part, self.shape(shape),
        address(q), address(context), address(stats))
    }
  }

  /// Calls `body` with as many of the values as an argument holds, and their number, until all were given.
  private func inArguments<Value, Argument: KernelArgument>(
    _ values: [Value], _ empty: Argument, _ body: (Argument, Int) -> Void
  ) {
    let together = Int(GNB_SEQUENCES)
    for first in stride(from: 0, to: values.count, by: together) {
      let part = values[first..<min(first + together, values.count)]
      body(part.withUnsafeBytes { empty.beginning(with: $0) }, part.count)
    }
  }

  private func attention(
    _ q: Matrix, _ shape: AttentionShape, _ spans: [AttentionSpan], panels: UInt64, into context: Matrix,
    _ stats: Matrix
  ) {
    let sizes = self.shape(shape)
    let (all, floats) = tiles(spans, shape, by: 64)
    for part in parts(all, floats: floats) where !part.isEmpty {
      let scores = matrix(1, self.floats(part, heads: shape.heads))
      let width = part.reduce(0) { max($0, Int($1.width)) }
      let tiles = array(part)
      launch(
        "attention_scores", (Self.tiles(width, by: 64), shape.heads, part.count), threads: 128, tiles, panels,
        sizes, address(q), Int32(0), address(scores))
      launch(
        "attention_softmax", (shape.heads, part.count, 1), tiles, sizes, address(scores), address(stats))
      launch(
        "attention_context", (Self.tiles(shape.headDim, by: 64), shape.heads, part.count), threads: 128,
        tiles, panels, sizes, address(scores), Int32(0), address(context))
    }
  }

  public func attentionBackward(
    _ dContext: Matrix, q: Matrix, k: Matrix, v: Matrix, context: Matrix, stats: Matrix,
    _ shape: AttentionShape, _ spans: [AttentionSpan], _ seen: [KeyValuePanels]
  ) -> (dq: Matrix, dk: Matrix, dv: Matrix) {
    let dq = matrix(q.rows, q.columns)
    let swapped = keysAndValues(v, k, shape, spans, caches: spans.map { _ in nil })
    let sizes = self.shape(shape)
    // The sums of each span and key-value head [keys, headDim], one after the other.
    var starts: [Int] = []
    var room = 0
    for (span, panels) in zip(spans, seen) {
      starts.append(room)
      room += span.queries.isEmpty ? 0 : shape.keyValueHeads * panels.capacity * shape.headDim
    }
    let (dkSums, dvSums) = (zeros(1, room), zeros(1, room))
    let (all, floats) = tiles(spans, shape, by: QueryTile.backwardSize)
    withExtendedLifetime(swapped) {
      withUploaded(panels(seen, swapped: swapped)) { panels in
        for part in parts(all, floats: floats) where !part.isEmpty {
          let room = self.floats(part, heads: shape.heads)
          let (p, ds) = (matrix(1, room), matrix(1, room))
          let width = part.reduce(0) { max($0, Int($1.width)) }
          let tiles = array(part)
          let grid = (Self.tiles(width, by: 64), shape.heads, part.count)
          launch(
            "attention_scores", grid, threads: 128, tiles, panels, sizes, address(q), Int32(0), address(p))
          launch(
            "attention_scores", grid, threads: 128, tiles, panels, sizes, address(dContext), Int32(1),
            address(ds))
          launch(
            "attention_softmax_backward", (shape.heads, part.count, 1), tiles, sizes, address(p), address(ds),
            address(stats), address(dContext), address(context))
          launch(
            "attention_context", (Self.tiles(shape.headDim, by: 64), shape.heads, part.count), threads: 128,
            tiles, panels, sizes, address(ds), Int32(1), address(dq))
          let tasks = keyTasks(part, shape, seen, starts)
          launch(
            "attention_key_gradients", (Self.tiles(shape.headDim, by: 64), tasks.count, 2), tiles,
            array(tasks), sizes, address(p), address(ds), address(q), address(dContext), address(dkSums),
            address(dvSums))
        }
      }
    }
    let (dk, dv) = (zeros(k.rows, k.columns), zeros(v.rows, v.columns))
    // Span after span, because a row of a parent gets the sums of several.
    for (i, span) in spans.enumerated() where !span.queries.isEmpty {
      launch(
        "attention_add_sums",
        (Self.tiles(k.columns, by: 256), span.parentRows.count + span.rows.count, 2), address(dkSums),
        address(dvSums), Int64(starts[i]), Int64(seen[i].capacity * shape.headDim), sizes,
        Int32(span.parentRows.lowerBound), Int32(span.parentRows.count), Int32(span.rows.lowerBound),
        address(dk), address(dv))
    }
    return (dq, dk, dv)
  }

  /// The keys of each span and key-value head, in tasks of 64.
  private func keyTasks(
    _ tiles: [gnb_query_tile], _ shape: AttentionShape, _ seen: [KeyValuePanels], _ starts: [Int]
  ) -> [gnb_key_task] {
    var tasks: [gnb_key_task] = []
    var first = 0
    while first < tiles.count {
      var last = first
      while last < tiles.count, tiles[last].sequence == tiles[first].sequence { last += 1 }
      let ofSpan = tiles[first..<last]
      let low = Int(ofSpan.map(\.start).min() ?? 0)
      let high = Int(ofSpan.map(\.end).max() ?? 0)
      let span = Int(tiles[first].sequence)
      for key in stride(from: low / 16 * 16, to: high, by: 64) {
        for group in 0..<shape.keyValueHeads {
          tasks.append(
            gnb_key_task(
              sums: Int64(starts[span] + group * seen[span].capacity * shape.headDim), first: Int32(key),
              last: Int32(min(key + 64, high)), first_tile: Int32(first), last_tile: Int32(last),
              group: Int32(group), unused: 0))
        }
      }
      first = last
    }
    return tasks
  }
}
