/// A sequence of tokens in a batch. Segments follow each other without padding.
public struct Segment: Sendable {
  /// The segment's rows in the batch.
  public var rows: Range<Int>
  /// The segment that this one continues: its tokens come first. So a prefix that many segments share is computed once.
  public var parent: Int?
  /// The cache with the tokens before this segment. With `appends`, this segment's keys and values are added to it.
  public var cache: KeyValueCache?
  public var appends: Bool
  /// The part of `rows` whose final hidden states are wanted; a contiguous range.
  public var wanted: Range<Int>

  public init(
    rows: Range<Int>, parent: Int? = nil, cache: KeyValueCache? = nil, appends: Bool = false,
    wanted: Range<Int>
  ) {
    self.rows = rows
    self.parent = parent
    self.cache = cache
    self.appends = appends
    self.wanted = wanted
  }
}

/// The tokens [rows] of a batch, and its segments.
public struct TokenBatch: Sendable {
  public private(set) var tokens: [Int32] = []
  public private(set) var positions: [Int] = []
  public private(set) var segments: [Segment] = []

  public init() {}

  /// Appends a segment. `wanted` counts from the segment's first token.
  /// - Returns: the number of the new segment, for `parent`.
  @discardableResult
  public mutating func append(
    _ ids: [Int32], parent: Int? = nil, cache: KeyValueCache? = nil, appends: Bool = false, wanted: Range<Int>
  ) -> Int {
    let start = tokens.count
    let before = (cache?.count ?? 0) + (parent.map { segments[$0].rows.count } ?? 0)
    tokens += ids
    positions += before..<before + ids.count
    segments.append(
      Segment(
        rows: start..<start + ids.count, parent: parent, cache: cache, appends: appends,
        wanted: start + wanted.lowerBound..<start + wanted.upperBound))
    return segments.count - 1
  }

  /// Appends the segments of another batch.
  mutating func append(_ other: TokenBatch) {
    let (row, number) = (tokens.count, segments.count)
    tokens += other.tokens
    positions += other.positions
    segments += other.segments.map { segment in
      var moved = segment
      moved.rows = row + segment.rows.lowerBound..<row + segment.rows.upperBound
      moved.wanted = row + segment.wanted.lowerBound..<row + segment.wanted.upperBound
      moved.parent = segment.parent.map { number + $0 }
      return moved
    }
  }

  /// Splits sequences, in order, into passes of at most `rows` rows and `most` sequences; a longer sequence is a pass alone.
  /// - Parameter lengths: the rows of each sequence.
  static func passes(_ lengths: [Int], rows limit: Int, most: Int = .max) -> [Range<Int>] {
    var passes: [Range<Int>] = []
    var first = 0
    while first < lengths.count {
      var (last, rows) = (first + 1, lengths[first])
      while last < lengths.count, last - first < most, rows + lengths[last] <= limit {
        rows += lengths[last]
        last += 1
      }
      passes.append(first..<last)
      first = last
    }
    return passes
  }

  /// The number of first tokens, at most `most`, that all sequences share.
  static func commonPrefix(_ sequences: [[Int32]], most: Int) -> Int {
    guard let first = sequences.first else { return 0 }
    return sequences.dropFirst().reduce(max(0, most)) { length, ids in
      zip(first.prefix(length), ids).prefix { $0 == $1 }.count
    }
  }

  /// Number of tokens before the segment's own tokens, from its cache and its parent.
  func before(_ segment: Segment) -> Int {
    (segment.cache?.count ?? 0) + (segment.parent.map { segments[$0].rows.count } ?? 0)
  }
}
