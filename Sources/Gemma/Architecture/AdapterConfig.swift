import Foundation

/// How a LoRA adapter is made.
public struct AdapterConfig: Sendable, Equatable {
  /// A value for the modules whose name a pattern matches, as in PEFT: a regular expression for the end of names such as
  /// "model.layers.3.mlp.up_proj". The first that matches counts.
  public struct Pattern: Sendable, Equatable {
    public var expression: String
    public var value: Double

    public init(_ expression: String, _ value: Double) {
      self.expression = expression
      self.value = value
    }

    func matches(_ module: String) -> Bool {
      module.range(of: "^(.*\\.)?(\(expression))$", options: .regularExpression) != nil
    }

    /// Whether it is a regular expression at all.
    var isValid: Bool { (try? NSRegularExpression(pattern: "^(.*\\.)?(\(expression))$")) != nil }
  }

  public var rank: Int
  public var alpha: Double
  /// Scale alpha / sqrt(rank) in place of alpha / rank (Kalajdzievski 2023).
  public var rankStabilised: Bool
  /// A length of its own for each output, beside the direction that LoRA changes (Liu et al. 2024, "DoRA").
  public var dora: Bool
  /// Share of the inputs of A that a training step leaves out, each scaled up to make up for it.
  public var dropout: Double
  public var targets: [Projection]
  /// The layers it changes, ascending; nil for all.
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

  /// - Throws: `invalidValue` for a pattern that is no regular expression or gives no rank from 1 to 4096, or a layer there is not.
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

  func rank(layer: Int, _ projection: Projection) -> Int {
    let name = Self.module(layer, projection)
    return rankPattern.first { $0.matches(name) }.map { Int($0.value) } ?? rank
  }

  /// What B A is multiplied by: alpha / rank, or alpha / sqrt(rank).
  func scale(layer: Int, _ projection: Projection, rank: Int) -> Float {
    let name = Self.module(layer, projection)
    let alpha = alphaPattern.first { $0.matches(name) }?.value ?? alpha
    return scale(alpha: alpha, rank: rank)
  }

  /// The scale where no pattern says otherwise.
  public var scale: Float { scale(alpha: alpha, rank: rank) }

  private func scale(alpha: Double, rank: Int) -> Float {
    Float(alpha / (rankStabilised ? Double(rank).squareRoot() : Double(rank)))
  }
}
