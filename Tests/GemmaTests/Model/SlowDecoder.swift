import Foundation
import Gemma

/// The decoder once more, in Double and plain loops, one sequence at a time: the slow twin that the engine is compared
/// with and that finite differences are taken of. Written from the formulas, sharing no code with the engine but the file.
struct SlowDecoder {
  let config: ModelConfig
  private var weights: [String: [Double]] = [:]
  struct Update {
    /// A [rank, inputs], B [rank, outputs] (transposed).
    var a: [Double]
    var b: [Double]
    var rank: Int
    var scale: Double
    /// With DoRA: the outputs' magnitudes, and the lengths of the rows of W + scale B A, which count as constants.
    var magnitude: [Double]?
    var length: [Double] = []
    var slot: UInt32
  }
  /// Low-rank updates by "layers.N.self_attn.q_proj".
  var lora: [String: Update] = [:]
  /// The share that A does not see, and the seed of the choice.
  var dropout: (rate: Double, seed: UInt64)?

  init(_ file: ModelFile) throws {
    config = file.config
    for tensor in ModelTensor.all(config) {
      let view = try file.tensor(tensor)
      var values = [Float](repeating: 0, count: view.shape.reduce(1, *))
      values.withUnsafeMutableBufferPointer {
        if let from = view.bytes.baseAddress, let to = $0.baseAddress {
          view.type.dequantize(from: from, into: to, count: $0.count)
        }
      }
      let shift: Double = tensor.kind == .norm && !file.normWeightsIncludeOne ? 1 : 0
      weights[tensor.name] = values.map { Double($0) + shift }
    }
  }

  mutating func use(_ adapter: Adapter) {
    for (number, slot) in adapter.slots.enumerated() {
      let rank = slot.rank
      let name = "layers.\(slot.layer).\(slot.projection.path)"
      var update = Update(
        a: (0..<rank * slot.inputs).map { Double(adapter.a(slot)[$0]) },
        b: (0..<rank * slot.outputs).map { Double(adapter.b(slot)[$0]) }, rank: rank,
        scale: Double(slot.scale),
        slot: UInt32(number))
      if let magnitude = adapter.magnitude(slot) {
        let w = weight(name + ".weight")
        update.magnitude = (0..<slot.outputs).map { Double(magnitude[$0]) }
        update.length = (0..<slot.outputs).map { o in
          (0..<slot.inputs).reduce(0.0) { sum, i in
            var value = w[o * slot.inputs + i]
            for r in 0..<rank {
              value += update.scale * update.b[r * slot.outputs + o] * update.a[r * slot.inputs + i]
            }
            return sum + value * value
          }.squareRoot()
        }
      }
      lora[name] = update
    }
  }

  private func weight(_ name: String) -> [Double] { weights[name] ?? [] }

  private func norm(_ x: [Double], _ name: String) -> [Double] {
    let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    let r = 1 / (mean + Double(config.rmsNormEpsilon)).squareRoot()
    let w = weight(name + ".weight")
    return x.indices.map { x[$0] * r * w[$0] }
  }

  private func project(_ x: [Double], _ name: String, _ row: (place: Int, token: Int) = (0, 0)) -> [Double] {
    let w = weight(name + ".weight")
    let outputs = w.count / x.count
    var y = [Double](repeating: 0, count: outputs)
    for o in 0..<outputs {
      var sum = 0.0
      for i in x.indices { sum += w[o * x.count + i] * x[i] }
      y[o] = sum
    }
    if let l = lora[name] {
      var seen = x
      if let dropout {
        let key = UInt64(row.place) << 20 | UInt64(row.token)
        let random = Philox(seed: dropout.seed, purpose: .dropout, substream: l.slot)
        for i in x.indices {
          let bits = random.bits(at: key * UInt64((x.count + 3) / 4 * 4) + UInt64(i))
          seen[i] = Double(bits) >= dropout.rate * 0x1p32 ? x[i] / (1 - dropout.rate) : 0
        }
      }
      for r in 0..<l.rank {
        var h = 0.0
        for i in x.indices { h += l.a[r * x.count + i] * seen[i] }
        for o in 0..<outputs { y[o] += l.scale * h * l.b[r * outputs + o] }
      }
      if let magnitude = l.magnitude { for o in 0..<outputs { y[o] *= magnitude[o] / l.length[o] } }
    }
    return y
  }

  private func rotate(_ x: [Double], position: Int, plan: LayerPlan) -> [Double] {
    let half = x.count / 2
    var y = x
    for i in 0..<half {
      let angle = Double(position) / plan.ropeFactor * pow(plan.ropeBase, -Double(2 * i) / Double(x.count))
      y[i] = x[i] * cos(angle) - x[half + i] * sin(angle)
      y[half + i] = x[half + i] * cos(angle) + x[i] * sin(angle)
    }
    return y
  }

  private func cap(_ s: Double, _ limit: Float?) -> Double {
    limit.map { Double($0) * tanh(s / Double($0)) } ?? s
  }

  private func heads(_ x: [Double]) -> [[Double]] {
    stride(from: 0, to: x.count, by: config.headDim).map { Array(x[$0..<$0 + config.headDim]) }
  }

  /// Logits [tokens][vocabulary].
  func logits(_ ids: [Int32], place: Int = 0) -> [[Double]] {
    let embedding = weight("embed_tokens.weight")
    let hidden = config.hiddenSize
    let scale = Double(Float(hidden).squareRoot())
    var xs = ids.map { id in (0..<hidden).map { embedding[Int(id) * hidden + $0] * scale } }
    for (i, plan) in config.layers.enumerated() {
      let prefix = "layers.\(i)."
      let normed = xs.map { norm($0, prefix + "input_layernorm") }
      let q = normed.enumerated().map { t, x in
        heads(project(x, prefix + "self_attn.q_proj", (place, t))).map { head in
          rotate(
            config.hasQueryKeyNorm ? norm(head, prefix + "self_attn.q_norm") : head, position: t,
            plan: plan)
        }
      }
      let k = normed.enumerated().map { t, x in
        heads(project(x, prefix + "self_attn.k_proj", (place, t))).map { head in
          rotate(
            config.hasQueryKeyNorm ? norm(head, prefix + "self_attn.k_norm") : head, position: t,
            plan: plan)
        }
      }
      let v = normed.enumerated().map { t, x in heads(project(x, prefix + "self_attn.v_proj", (place, t))) }
      for t in xs.indices {
        var context: [Double] = []
        for h in 0..<config.heads {
          let g = h / (config.heads / config.keyValueHeads)
          let first = plan.window.map { max(0, t - $0 + 1) } ?? 0
          let scores = (first...t).map { j in
            cap(
              zip(q[t][h], k[j][g]).reduce(0) { $0 + $1.0 * $1.1 } * Double(config.queryScale),
              config.attentionSoftCap)
          }
          let top = scores.max() ?? 0
          let e = scores.map { exp($0 - top) }
          let sum = e.reduce(0, +)
          for d in 0..<config.headDim {
            context.append((first...t).reduce(0) { $0 + e[$1 - first] / sum * v[$1][g][d] })
          }
        }
        let attended = norm(
          project(context, prefix + "self_attn.o_proj", (place, t)), prefix + "post_attention_layernorm")
        xs[t] = zip(xs[t], attended).map(+)
        let inner = norm(xs[t], prefix + "pre_feedforward_layernorm")
        let gate = project(inner, prefix + "mlp.gate_proj", (place, t))
        let up = project(inner, prefix + "mlp.up_proj", (place, t))
        let activated = zip(gate, up).map { g, u in
          0.5 * g * (1 + tanh((2 / Double.pi).squareRoot() * (g + 0.044715 * g * g * g))) * u
        }
        let fed = norm(
          project(activated, prefix + "mlp.down_proj", (place, t)), prefix + "post_feedforward_layernorm")
        xs[t] = zip(xs[t], fed).map(+)
      }
    }
    return xs.map { x in
      project(norm(x, "norm"), config.hasOwnHead ? "lm_head" : "embed_tokens").map {
        cap($0, config.finalSoftCap)
      }
    }
  }

  /// Sum of -log p over the targets of the examples, over their number.
  func loss(_ examples: [TokenizedExample], lossOn: TrainingConfig.LossOn) -> Double {
    var sum = 0.0
    var count = 0
    for (place, example) in examples.enumerated() {
      let logits = logits(example.ids, place: place)
      for t in (lossOn == .all ? 0 : example.promptCount - 1)..<example.ids.count - 1 {
        let top = logits[t].max() ?? 0
        sum += log(logits[t].reduce(0) { $0 + exp($1 - top) }) + top - logits[t][Int(example.ids[t + 1])]
        count += 1
      }
    }
    return sum / Double(count)
  }
}
