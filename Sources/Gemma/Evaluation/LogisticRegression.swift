/// Multinomial logistic regression with an L2 penalty on the weights and none on the intercepts: the minimum of
/// C * sum of losses + |w|^2 / 2, as scikit-learn's `LogisticRegression` defines it, by L-BFGS (Liu & Nocedal 1989).
public struct LogisticRegression: Sendable {
  public let classes: [String]
  /// [class][feature]
  public let weights: [[Double]]
  public let intercepts: [Double]

  /// - Parameters:
  ///   - rows: sparse rows over `features` features.
  ///   - tolerance: the fit stops if no component of the gradient is larger.
  ///   - check: called before each evaluation of the loss. An error that it throws ends the fit.
  public init(
    rows: [TFIDF.Row], labels: [String], features: Int, classes: [String], c: Double = 1,
    tolerance: Double = 1e-7, check: () throws -> Void = {}
  ) throws {
    let width = features + 1
    let targets = labels.map { label in classes.firstIndex(of: label) ?? 0 }
    func objective(_ x: [Double]) throws -> (value: Double, gradient: [Double]) {
      try check()
      var gradient = [Double](repeating: 0, count: x.count)
      var value = 0.0
      for k in classes.indices {
        for j in 0..<features {
          let w = x[k * width + j]
          value += w * w
          gradient[k * width + j] = w
        }
      }
      value /= 2
      for (row, target) in zip(rows, targets) {
        let scores = classes.indices.map { k in
          row.reduce(x[k * width + features]) { $0 + $1.value * x[k * width + $1.feature] }
        }
        let p = ElementaryMath.softmax(scores)
        value -= c * ElementaryMath.log(max(p[target], 1e-300))
        for k in classes.indices {
          let d = c * (p[k] - (k == target ? 1 : 0))
          for entry in row { gradient[k * width + entry.feature] += d * entry.value }
          gradient[k * width + features] += d
        }
      }
      return (value, gradient)
    }
    let solution = try LBFGS.minimise(
      from: [Double](repeating: 0, count: classes.count * width), tolerance: tolerance, objective)
    self.classes = classes
    weights = classes.indices.map { k in Array(solution[k * width..<k * width + features]) }
    intercepts = classes.indices.map { solution[$0 * width + features] }
  }

  /// Probability of each class.
  public func probabilities(_ row: TFIDF.Row) -> [Double] {
    ElementaryMath.softmax(
      classes.indices.map { k in row.reduce(intercepts[k]) { $0 + $1.value * weights[k][$1.feature] } })
  }
}

/// Limited-memory BFGS with backtracking.
enum LBFGS {
  static func minimise(
    from start: [Double], tolerance: Double, memory: Int = 10, limit: Int = 500,
    _ objective: ([Double]) throws -> (value: Double, gradient: [Double])
  ) rethrows -> [Double] {
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for i in a.indices { sum += a[i] * b[i] }
      return sum
    }
    func add(_ a: inout [Double], _ b: [Double], _ scale: Double) {
      for i in a.indices { a[i] += scale * b[i] }
    }
    var x = start
    var (value, gradient) = try objective(x)
    var history: [(s: [Double], y: [Double], rho: Double)] = []
    for _ in 0..<limit {
      if gradient.lazy.map(abs).max() ?? 0 <= tolerance { break }
      // The two-loop recursion: direction = -H gradient.
      var direction = gradient
      var alphas: [Double] = []
      for pair in history.reversed() {
        let alpha = pair.rho * dot(pair.s, direction)
        alphas.append(alpha)
        add(&direction, pair.y, -alpha)
      }
      if let last = history.last {
        let scale = 1 / (last.rho * dot(last.y, last.y))
        for i in direction.indices { direction[i] *= scale }
      }
      for (pair, alpha) in zip(history, alphas.reversed()) {
        add(&direction, pair.s, alpha - pair.rho * dot(pair.y, direction))
      }
      let slope = -dot(gradient, direction)
      if slope >= 0 { break }
      var step = history.isEmpty ? min(1, 1 / gradient.reduce(0) { $0 + abs($1) }) : 1
      var moved = false
      for _ in 0..<40 {
        var next = x
        add(&next, direction, -step)
        let (nextValue, nextGradient) = try objective(next)
        // Near the minimum two values differ by less than their rounding, so the slope decides (Hager & Zhang 2005).
        let isLower = nextValue <= value + 1e-4 * step * slope
        let isFlatter =
          nextValue <= value + 1e-12 * abs(value) && abs(dot(nextGradient, direction)) <= -0.9 * slope
        if isLower || isFlatter {
          var y = nextGradient
          add(&y, gradient, -1)
          var s = next
          add(&s, x, -1)
          let curvature = dot(s, y)
          if curvature > 1e-300 {
            history.append((s, y, 1 / curvature))
            if history.count > memory { history.removeFirst() }
          }
          (x, value, gradient, moved) = (next, nextValue, nextGradient, true)
          break
        }
        step /= 2
      }
      if !moved { break }
    }
    return x
  }
}

/// A baseline without a neural network: TF-IDF with logistic regression.
public struct TFIDFBaseline: Sendable {
  private let vectors: TFIDF
  private let regression: LogisticRegression

  /// - Parameter check: called between the steps of the fit. An error that it throws ends the fit.
  public init(texts: [String], labels: [String], classes: [String], check: () throws -> Void = {}) throws {
    vectors = TFIDF(texts)
    regression = try LogisticRegression(
      rows: texts.map(vectors.row), labels: labels, features: vectors.count, classes: classes, check: check)
  }

  /// The most likely class, and the probability of each class.
  public func predict(_ text: String) -> (prediction: String, probabilities: [Double]) {
    let p = regression.probabilities(vectors.row(text))
    return (regression.classes[p.firstLargest() ?? 0], p)
  }
}

/// A baseline that always predicts the most frequent training label; of several, the first in the alphabet.
public struct MajorityBaseline: Sendable {
  public let prediction: String

  public init(labels: [String]) {
    var counts: [String: Int] = [:]
    for label in labels { counts[label, default: 0] += 1 }
    prediction = counts.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key ?? ""
  }
}
