/// A stretch of tokens that continue one another, laid in a batch end to end with others: no padding.
public struct Segment: Sendable {
  /// Its rows in the batch.
  public var rows: Range<Int>
  /// The segment it continues: it sees all of that one's tokens first. A prefix that many segments share is computed once.
  public var parent: Int?
  /// The cache whose tokens come first. With `appends`, this segment's keys and values are added to it.
  public var cache: KeyValueCache?
  public var appends: Bool
  /// The rows, within `rows`, whose final hidden states are wanted; a contiguous range.
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

/// Tokens [rows] and how they belong together.
public struct TokenBatch: Sendable {
  public private(set) var tokens: [Int32] = []
  public private(set) var positions: [Int] = []
  public private(set) var segments: [Segment] = []

  public init() {}

  /// Appends a segment. `wanted` counts from the segment's first token.
  /// - Returns: its number, for `parent`.
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

  /// Tokens that come before the segment's own: of its cache and its parent.
  func before(_ segment: Segment) -> Int {
    (segment.cache?.count ?? 0) + (segment.parent.map { segments[$0].rows.count } ?? 0)
  }
}
