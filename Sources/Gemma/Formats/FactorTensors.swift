/// The tensors of an adapter's file, sorted by layer and projection, before they are checked and decoded.
struct FactorTensors {
  enum Part: Sendable {
    case a, b, magnitude
  }

  private struct Key: Hashable {
    var layer: Int
    var projection: Projection
  }

  let path: String
  private var views: [Key: [Part: TensorView]] = [:]

  init(path: String) { self.path = path }

  var isEmpty: Bool { views.isEmpty }
  var lastLayer: Int { views.keys.map(\.layer).max() ?? 0 }

  mutating func add(_ view: TensorView, layer: Int, _ projection: Projection, _ part: Part) throws {
    let previous = views[Key(layer: layer, projection: projection), default: [:]].updateValue(
      view, forKey: part)
    if let previous {
      throw GemmaError.malformed(
        path: path, location: "tensor \(view.name)", expected: "one tensor for this factor",
        found: "another, \(previous.name)")
    }
  }

  func contains(_ layer: Int, _ projection: Projection) -> Bool {
    views[Key(layer: layer, projection: projection)] != nil
  }

  /// The factors in order. Each shape is checked against the model's shape.
  ///
  /// - Parameter baseModel: the name of the adapter's base model in the file.
  func factors(dora: Bool, baseModel: String?, for base: ModelFile) throws -> [StoredAdapter.Factors] {
    let layers = base.config.layers.count
    func misfit(_ reason: String) -> GemmaError {
      StoredAdapter.misfit(reason, path: path, baseModel: baseModel, model: base)
    }
    guard lastLayer < layers else {
      throw misfit("it has factors for layer \(lastLayer), but \(base.name) has layers 0 to \(layers - 1)")
    }
    return try (0..<layers).flatMap { layer in
      try Projection.allCases.compactMap { projection in
        guard let parts = views[Key(layer: layer, projection: projection)] else { return nil }
        let module = "layers.\(layer).\(projection.path)"
        let shape = projection.shape(in: base.config)
        func part(_ part: Part, _ name: String, dimensions: Int) throws -> TensorView {
          guard let view = parts[part] else {
            throw GemmaError.malformed(
              path: path, location: module, expected: "a tensor for \(name)", found: "none")
          }
          guard view.shape.count == dimensions, view.type.isRead else {
            throw GemmaError.malformed(
              path: path, location: "tensor \(view.name)", expected: "\(dimensions) dimensions of numbers",
              found: "\(view.type.name) of shape \(view.shape)")
          }
          return view
        }
        let a = try part(.a, "A", dimensions: 2)
        let b = try part(.b, "B", dimensions: 2)
        guard a.shape[1] == shape.inputs, b.shape[0] == shape.outputs else {
          throw misfit(
            "its \(module) is for a matrix of \(b.shape[0]) x \(a.shape[1]), that of \(base.name) is "
              + "\(shape.outputs) x \(shape.inputs)")
        }
        let rank = a.shape[0]
        guard (1...4096).contains(rank), b.shape[1] == rank else {
          throw GemmaError.malformed(
            path: path, location: "tensor \(a.name)", expected: "A and B of the same rank, from 1 to 4096",
            found: "ranks \(rank) and \(b.shape[1])")
        }
        var factors = StoredAdapter.Factors(
          layer: layer, projection: projection, rank: rank, a: a.values, b: b.values)
        if dora {
          let magnitude = try part(.magnitude, "DoRA's magnitudes", dimensions: 1)
          guard magnitude.count == shape.outputs else {
            throw misfit("its \(module) has \(magnitude.count) magnitudes for \(shape.outputs) outputs")
          }
          factors.magnitude = magnitude.values
        } else if let magnitude = parts[.magnitude] {
          throw GemmaError.malformed(
            path: path, location: "tensor \(magnitude.name)", expected: "magnitudes with use_dora only",
            found: "use_dora off")
        }
        return factors
      }
    }
  }
}
