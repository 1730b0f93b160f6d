import Foundation
import Gemma
import TestSupport
import Testing

/// The kernels of the GPU, run by the stand-in on this computer's processor, give the bits of the CPU. What only a real GPU can show
/// is in docs/determinism.md.
@Suite struct CUDATests {
  let cpu = CPU(threads: 2)

  private func filled(_ rows: Int, _ columns: Int, _ stream: UInt32, on device: Device) -> Matrix {
    let matrix = device.matrix(rows, columns)
    matrix.set(noise(rows * columns, stream: stream))
    return matrix
  }

  /// What `body` makes on the CPU and on the stand-in.
  private func expectEqual(
    _ what: Comment, _ gpu: CUDA, _ body: (Device, (Int, Int, UInt32) -> Matrix) -> [[Float]]
  ) {
    let results = [cpu as Device, gpu].map { device in
      body(device) { filled($0, $1, $2, on: device) }.map(bits)
    }
    #expect(results[0] == results[1], what)
  }

  /// A stored matrix of random values: encoded as `type`, or rounded to NF4.
  private func weight(_ type: ElementType, _ outputs: Int, _ inputs: Int) -> WeightMatrix {
    let values = filled(outputs, inputs, 5, on: cpu)
    let isNF4 = type == .nf4
    let stored = isNF4 ? .f32 : type
    let words = cpu.matrix(1, stored.bytes(count: outputs * inputs) / 4 + 1)
    let bytes = UnsafeMutableRawPointer(words.data)
    cpu.encode(values, as: stored, into: bytes)
    let view = TensorView(
      stored, shape: [outputs, inputs],
      bytes: UnsafeRawBufferPointer(start: bytes, count: stored.bytes(count: outputs * inputs)), owner: words)
    return cpu.weight(view, precision: isNF4 ? .nf4 : .auto, isEmbedding: false, arena: WeightArena())
  }

  @Test(arguments: [ElementType.f32, .bf16, .f16, .q8n0, .q4n0, .q4k, .q6k, .nf4])
  func productsWithEveryStorage(_ type: ElementType) throws {
    let gpu = try StandIn.gpu()
    let group = type.blockCount
    for (outputs, inputs) in [(40, group == 1 ? 37 : group), (70, group == 1 ? 100 : 2 * group)] {
      let weight = weight(type, outputs, inputs)
      for rows in [1, 3, 4, 6, 20, 70] {
        expectEqual("\(type) \(rows) x \(outputs) x \(inputs)", gpu) { device, made in
          let x = made(rows, inputs, 1)
          let dy = made(rows, outputs, 2)
          let dx = made(rows, inputs, 3)
          device.productTransposed(dy, weight, outputs: nil, into: dx, adds: true)
          let part = made(rows, 8, 4)
          let of = device.matrix(rows, inputs)
          device.productTransposed(part, weight, outputs: 16..<24, into: of, adds: false)
          return [
            device.product(x, weight, outputs: nil).values,
            device.product(x, weight, outputs: 16..<35).values,
            device.product(x, weight, rows: [3, 39, 0]).values, dx.values, of.values,
          ]
        }
      }
    }
    // Many stretches of k, and a part of one.
    let inputs = group == 1 ? 1111 : 1280
    let weight = weight(type, 33, inputs)
    for rows in [1, 4] {
      expectEqual("\(type) \(rows) x 33 x \(inputs)", gpu) { device, made in
        [device.product(made(rows, inputs, 1), weight, outputs: nil).values]
      }
    }
    try gpu.check()
  }

  @Test func lowRankProducts() throws {
    let gpu = try StandIn.gpu()
    for (rows, n, rank) in [(1, 5, 3), (20, 130, 5), (70, 64, 16), (33, 200, 20), (230, 1100, 16)] {
      expectEqual("\(rows) x \(n), rank \(rank)", gpu) { device, made in
        let (x, h, factor) = (made(rows, n, 1), made(rows, rank, 2), made(rank, n, 3))
        let slice = factor.slice(at: 0, rank, n)
        let (y, gradient) = (made(rows, n, 4), made(rank, n, 5))
        guard let prepared = device.prepare([slice]).first else { return [] }
        device.up(h, prepared, into: y, adds: true)
        device.addOuter(h, x, into: gradient.slice(at: 0, rank, n))
        return [device.down(x, prepared, scale: 0.7).values, y.values, gradient.values]
      }
    }
  }

  @Test func rowsAndElements() throws {
    let gpu = try StandIn.gpu()
    for (rows, n) in [(1, 24), (5, 40), (3, 700)] {
      let weight = Constants(noise(n, stream: 9))
      expectEqual("\(rows) x \(n)", gpu) { device, made in
        let (x, dy) = (made(rows, n, 1), made(rows, n, 2))
        let (y, rstd) = device.rmsNorm(x, weight: weight, epsilon: 1e-6)
        let dx = made(rows, n, 3)
        device.rmsNormBackward(dy, x: x, rstd: rstd, weight: weight, into: dx, adds: true)
        device.rmsNormBackward(dy, x: x, rstd: rstd, weight: weight, into: dy, adds: false)
        let (gate, up) = (made(rows, n, 4), made(rows, n, 5))
        let gated = device.gatedGELU(gate, up).values
        device.gatedGELUBackward(gate, up, x)
        let turned = made(rows, n, 6)
        let positions = (0..<rows).map { 3 * $0 + 2 }
        let angles = RotaryAngles(headDim: 4, base: 10_000)
        let elsewhere = device.matrix(rows, n)
        device.rotate(turned, into: elsewhere, by: angles, positions: positions, back: true)
        device.rotate(turned, into: turned, by: angles, positions: positions, back: false)
        let after = device.rmsNorm(x, weight: weight, addedTo: elsewhere, then: weight, epsilon: 1e-6)
        let capped = made(rows, n, 7)
        device.softCap(capped, 0.5)
        let sum = made(rows, n, 8)
        device.add(capped, to: sum)
        device.scale(sum, by: 1.7)
        device.scatterAdd(device.gather(sum, rows: [rows - 1]), rows: [0], into: sum)
        let (factors, columns) = (made(1, n, 10), made(1, n, 11))
        device.addColumnProducts(x, sum, over: factors.slice(at: 0, 1, n), into: columns.slice(at: 0, 1, n))
        device.scaleColumns(sum, by: factors.slice(at: 0, 1, n))
        return [
          y.values, rstd.values, dx.values, dy.values, gated, gate.values, up.values, turned.values,
          elsewhere.values, after.sum.values, after.normed.values,
          capped.values, sum.values, columns.values, device.gram(x), [device.squaredSum(x)],
          device.largest(x).map(Float.init),
        ]
      }
    }
  }

  @Test func aLongSumOfSquares() throws {
    expectEqual("20,011 values", try StandIn.gpu()) { device, made in
      [[device.squaredSum(made(1, 20_011, 1))]]
    }
  }

  /// More sequences than the arguments of one launch hold.
  @Test func fortySequencesAtOnce() throws {
    let prompts = (0..<40).map { [2, Int32(20 + $0), Int32(30 + $0 % 7)] }
    let answers = try [cpu as Device, StandIn.gpu()].map { device in
      try Generator(model: Fixtures.model("gemma2", device: device), adapter: nil, device: device)
        .generate(prompts, maxTokens: 3, stops: []).map(\.ids)
    }
    #expect(answers[0] == answers[1] && Set(answers[0]).count > 1)
  }

  @Test func lossOverSlicesOfTheVocabulary() throws {
    let gpu = try StandIn.gpu()
    let head = weight(.bf16, 4500, 24)
    for (rows, cap) in [(2, nil), (20, Float(3))] {
      let targets = (0..<rows).map { Int32($0 * 217 % 4500) }
      expectEqual("\(rows) rows", gpu) { device, made in
        let hidden = made(rows, 24, 1)
        let scores = device.crossEntropy(hidden, head: head, softCap: cap, targets: targets)
        let gradient = device.crossEntropyBackward(
          hidden, head: head, softCap: cap, targets: targets, scores: scores,
          factors: noise(rows, stream: 4))
        return [scores.logProbabilities.map { Float($0) }, gradient.values]
      }
    }
  }

  @Test func aMatrixMovesToWhereItIsUsed() throws {
    let gpu = try StandIn.gpu()
    let values = noise(60)
    let matrix = filled(6, 10, 0, on: cpu)
    gpu.scale(matrix, by: 2)
    #expect(matrix.values == values.map { 2 * $0 })
    cpu.scale(matrix, by: 2)
    gpu.scale(matrix, by: 2)
    #expect(matrix.values(ofRow: 1) == values[10..<20].map { 8 * $0 })
    let copy = cpu.matrix(6, 10)
    copy.copy(from: matrix)
    #expect(copy.values == matrix.values)
    try gpu.check()
  }

  @Test func whatIsNotThereIsSaid() throws {
    #expect(throws: GPUFailure.noGPU) { _ = try StandIn.gpu("libcuda-none") }
    #expect {
      _ = try StandIn.gpu("libcuda-old")
    } throws: {
      if case GPUFailure.tooOld(let found, _) = $0 { found.contains("9.0") } else { false }
    }
    #expect {
      _ = try CUDA(cpu: cpu, library: "/nowhere/libcuda.so.1")
    } throws: {
      if case GPUFailure.noDriver = $0 { true } else { false }
    }
  }

  @Test func tooLittleMemoryIsSaidAndTheGPUGoesOn() throws {
    let gpu = try StandIn.gpu("libcuda-small")
    let large = gpu.matrix(1, 40 << 20)
    gpu.scale(large, by: 2)
    #expect {
      try gpu.check()
    } throws: {
      if case GPUFailure.outOfMemory(let needed, let free) = $0 { needed > free } else { false }
    }
    // What was to move there is still here.
    let home = cpu.matrix(1, 20 << 20)
    home.fill(3)
    gpu.scale(home, by: 2)
    #expect(throws: GPUFailure.self) { try gpu.check() }
    #expect(home.slice(at: 7, 1, 1)[0] == 3)
    let small = filled(2, 3, 0, on: gpu)
    gpu.scale(small, by: 2)
    try gpu.check()
    #expect(small.values == noise(6).map { 2 * $0 })
  }

  @Test func aLostGPUStaysLost() throws {
    let gpu = try StandIn.gpu("libcuda-lost")
    let x = filled(2, 3, 0, on: gpu)
    for _ in 0..<120 { gpu.scale(x, by: 1) }
    for _ in 0..<2 {
      #expect {
        try gpu.check()
      } throws: {
        if case GPUFailure.lost(let reason) = $0 { reason.contains("illegal") } else { false }
      }
    }
  }
}
