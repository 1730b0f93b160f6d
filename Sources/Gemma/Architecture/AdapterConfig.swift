import Foundation

/// The settings of a LoRA adapter.
public struct AdapterConfig: Sendable, Equatable {
  /// A value for the modules whose name matches a pattern, as in PEFT. The pattern is a regular expression for the end
  /// of names such as "model.layers.3.mlp.up_proj". If several patterns match a module, the first one counts.
  public struct Pattern: Sendable, Equatable {
    public var expression: String
    public var value: Double

    public init(_ expression: String, _ value: Double) {
      self.expression = expression
      self.value = value
    }

    func matches(_ module: String) -> Bool {
      if isPlain { return endMatches(module) }
      guard let expression = Self.compiled("(.*\\.)?(\(expression))") else { return false }
      return expression.firstMatch(in: module, range: NSRange(module.startIndex..., in: module)) != nil
    }

    /// Whether the pattern has letters, digits and dots only. Files may have hundreds of such patterns, one for each
    /// module; they are matched without a regular expression.
    private var isPlain: Bool {
      expression.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F || byte == 0x2E
      }
    }

    /// A plain pattern matches the end of a name, after a dot. A dot in the pattern matches any character.
    private func endMatches(_ module: String) -> Bool {
      let (pattern, name) = (Array(expression.utf8), Array(module.utf8))
      let start = name.count - pattern.count
      guard start == 0 || (start > 0 && name[start - 1] == 0x2E) else { return false }
      return zip(pattern, name[start...]).allSatisfy { $0 == 0x2E || $0 == $1 }
    }

    /// Whether the pattern is a valid regular expression.
    var isValid: Bool { Self.compiled("(.*\\.)?(\(expression))") != nil }

    /// A regular expression for whole names, from Python's syntax; nil if it is not valid.
    static func compiled(_ expression: String) -> NSRegularExpression? {
      let spelled = expression.replacingOccurrences(of: "(?P<", with: "(?<")
        .replacingOccurrences(of: "\\Z", with: "\\z")
      return try? NSRegularExpression(pattern: "^(?:\(spelled))$")
    }
  }

  public var rank: Int
  public var alpha: Double
  /// Scale alpha / sqrt(rank) in place of alpha / rank (Kalajdzievski 2023).
  public var rankStabilised: Bool
  /// Whether each output has a trainable length, separate from the direction that LoRA changes (Liu et al. 2024,
  /// "DoRA").
  public var dora: Bool
  /// The share of A's inputs that a training step sets to zero. The other inputs are scaled up.
  public var dropout: Double
  public var targets: [Projection]
  /// The layers to change, ascending; nil for all layers.
  public var layers: [Int]?
  public var rankPattern: [Pattern]
  public var alphaPattern: [Pattern]
  public var seed: UInt64

  public init(
    rank: Int = 16, alpha: Double = 16, rankStabilised: Bool = false, dora: Bool = false, dropout: Double = 0,
    targets: [Projection] = Projection.allCases, layers: [Int]? = nil, rankPattern: [Pattern] = [],
    alphaPattern: [Pattern] = [], seed: UInt64 = 3407
  ) {
    self.rank = rank
    self.alpha = alpha
    self.rankStabilised = rankStabilised
    self.dora = dora
    self.dropout = dropout
    self.targets = targets
    self.layers = layers
    self.rankPattern = rankPattern
    self.alphaPattern = alphaPattern
    self.seed = seed
  }

  /// - Throws: `invalidValue` for a pattern that is not a valid regular expression, a rank outside 1 to 4096, or the
  ///   number of a layer that the model does not have.
  public func check(layers count: Int) throws {
    for pattern in rankPattern + alphaPattern where !pattern.isValid {
      throw GemmaError.invalidValue(
        name: "pattern", expected: "a regular expression for names such as layers.3.mlp.up_proj",
        found: pattern.expression)
    }
    for pattern in rankPattern
    where !(1...4096).contains(pattern.value) || pattern.value != pattern.value.rounded() {
      throw GemmaError.invalidValue(
        name: "rank_pattern", expected: "ranks from 1 to 4096", found: "\(pattern.value)")
    }
    if let layer = layers?.first(where: { !(0..<count).contains($0) }) {
      throw GemmaError.invalidValue(
        name: "layers", expected: "numbers from 0 to \(count - 1)", found: "\(layer)")
    }
  }

  static func module(_ layer: Int, _ projection: Projection) -> String {
    "model.layers.\(layer).\(projection.path)"
  }

  func rank(layer: Int, _ projection: Projection) -> Int { rank(of: Self.module(layer, projection)) }

  private func rank(of module: String) -> Int {
    rankPattern.first { $0.matches(module) }.map { Int($0.value) } ?? rank
  }

  /// The ranks that a module may have by the patterns. There may be several, because PEFT sorts the patterns when it
  /// saves them: the first matching pattern in the file may not be the first one in training.
  func ranks(of module: String) -> [Int] {
    let found = rankPattern.filter { $0.matches(module) }.map { Int($0.value) }
    return found.isEmpty ? [rank] : found
  }

  private func alpha(of module: String) -> Double {
    alphaPattern.first { $0.matches(module) }?.value ?? alpha
  }

  /// The factor of B A: alpha / rank, or alpha / sqrt(rank).
  func scale(layer: Int, _ projection: Projection, rank: Int) -> Float {
    scale(alpha: alpha(of: Self.module(layer, projection)), rank: rank)
  }

  /// A copy with the targets, layers, ranks and alphas of an adapter's tensors.
  ///
  /// - Parameter prefix: the text before "layers.3.mlp.up_proj" in the module names that the patterns match.
  func describing(
    _ places: [(layer: Int, projection: Projection, rank: Int)], layers count: Int, prefix: String = "model."
  ) -> AdapterConfig {
    var copy = self
    copy.targets = Set(places.map(\.projection)).sorted()
    let layers = Set(places.map(\.layer)).sorted()
    copy.layers = layers.count == count ? nil : layers
    func explicit(_ value: (Int, Projection, Int) -> Double, but standard: Double) -> [Pattern] {
      places.compactMap { place in
        let value = value(place.layer, place.projection, place.rank)
        return value == standard ? nil : Pattern(Self.module(place.layer, place.projection), value)
      }
    }
    if places.contains(where: { $0.rank != rank(layer: $0.layer, $0.projection) }) {
      copy.rankPattern = explicit({ _, _, rank in Double(rank) }, but: Double(rank))
    }
    func theirs(_ layer: Int, _ projection: Projection) -> Double {
      alpha(of: "\(prefix)layers.\(layer).\(projection.path)")
    }
    if places.contains(where: {
      theirs($0.layer, $0.projection) != alpha(of: Self.module($0.layer, $0.projection))
    }) {
      copy.alphaPattern = explicit({ layer, projection, _ in theirs(layer, projection) }, but: alpha)
    }
    return copy
  }

  /// The scale of modules that match no pattern.
  public var scale: Float { scale(alpha: alpha, rank: rank) }

  private func scale(alpha: Double, rank: Int) -> Float {
    Float(alpha / (rankStabilised ? Double(rank).squareRoot() : Double(rank)))
  }
}
