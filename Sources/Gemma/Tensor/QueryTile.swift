/// Some queries of a span, and the keys that they see together: start..<end. `start` is a multiple of 16, because panels are read
/// whole.
struct QueryTile {
  var span: Int
  var queries: Range<Int>
  /// Position of the first query.
  var position: Int
  var start: Int
  var end: Int
  /// Number of keys in whole panels.
  var width: Int { (end - start + 15) / 16 * 16 }

  /// Number of queries of a tile in the backward pass. It decides the order of sums, so it never changes.
  static let backwardSize = 32

  /// The tiles of at most `size` queries, span after span.
  static func all(_ spans: [AttentionSpan], _ shape: AttentionShape, by size: Int) -> [QueryTile] {
    spans.enumerated().flatMap { i, span in
      stride(from: span.queries.lowerBound, to: span.queries.upperBound, by: size).map { first in
        let queries = first..<min(first + size, span.queries.upperBound)
        let position = span.firstPosition + first - span.queries.lowerBound
        let start = shape.window.map { max(0, position - $0 + 1) } ?? 0
        return QueryTile(
          span: i, queries: queries, position: position, start: start / 16 * 16, end: position + queries.count
        )
      }
    }
  }
}
