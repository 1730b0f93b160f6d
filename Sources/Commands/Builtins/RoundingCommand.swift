import Gemma

/// show rounding.
enum RoundingCommand {
  struct RoundingArguments: Sendable {
    let layer = Argument("layer", .integer(0...1000), 0, "the layer, from 0")
    let target = Argument("target", .choice(Projection.self), .query, "the projection")
  }

  static let rounding = Command(
    "show rounding", .look, "what 16, 8 and 4 bits do to the weights of one matrix",
    details:
      "The first weights of a projection as the file has them and as 'load model precision=' would round them, then the size and the "
      + "error of the whole matrix. The error is the root of the mean square; its share is that of the weights' own size.",
    arguments: RoundingArguments(), examples: ["show rounding", "show rounding layer=17 target=down_proj"]
  ) { arguments, invocation in
    let model = try invocation.session.workspace.needModel()
    let device = try invocation.session.device()
    let kept = try [WeightPrecision.f32, .bf16, .q8, .nf4].map { precision in
      let (values, bytes) = try model.projection(
        arguments.target, layer: arguments.layer, precision: precision, device: device)
      return Rounding.Kept(precision: precision, values: values, bytes: bytes)
    }
    invocation.tell(Rounding(kept: kept))
  }
}

/// The result of `show rounding`.
struct Rounding: CommandResult {
  struct Kept {
    let precision: WeightPrecision
    let values: [Float]
    let bytes: Int

    var bits: Double { 8 * Double(bytes) / Double(max(1, values.count)) }
  }

  /// The first has the file's own values.
  let kept: [Kept]

  private static func size(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(max(1, values.count))).squareRoot()
  }

  private var size: Double { Self.size(kept[0].values.map(Double.init)) }

  private func error(_ other: Kept) -> Double {
    Self.size(zip(other.values, kept[0].values).map { Double($0) - Double($1) })
  }

  var outputs: [Output] {
    let names = kept.map(\.precision.rawValue)
    let first = (0..<min(6, kept[0].values.count)).map { place in
      kept.map { Table.Cell.number(Double($0.values[place]), digits: 6) }
    }
    let rows = kept.map { kept -> [Table.Cell] in
      let error = error(kept)
      return [
        .init(kept.precision.rawValue), .number(kept.bits, digits: 2), .number(error, digits: 6),
        Table.Cell(NumberFormat.percent(error / size, 2), .number(error / size)),
      ]
    }
    return [
      .table(Table(names.map { .init($0, .right) }, rows: first)),
      .table(
        Table(
          [.init("kept in"), .init("bits a weight", .right), .init("error", .right), .init("share", .right)],
          rows: rows)),
    ]
  }

  var fields: [(name: String, value: JSONValue)] {
    [
      ("precisions", .strings(kept.map(\.precision.rawValue))), ("bits", .numbers(kept.map(\.bits))),
      ("errors", .numbers(kept.map(error))), ("shares", .numbers(kept.map { error($0) / size })),
    ]
  }
}
