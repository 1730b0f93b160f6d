import CKernels
import Foundation
import Gemma
import Testing

/// Deterministic values in [-1, 1) for tests.
func noise(_ count: Int, stream: UInt32 = 0, scale: Float = 1) -> [Float] {
  let random = Philox(seed: 7, purpose: .test, substream: stream)
  return (0..<count).map { (2 * random.uniform(at: UInt64($0)) - 1) * scale }
}

/// The bit patterns, so that two results compare equal only if they are the same to the last bit.
func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

@Suite struct KernelTests {
  static let odd = [1, 2, 3, 15, 16, 17, 31, 33, 48, 100]

  /// What a kernel set does to copies of `inputs`, which begin at an address that is not a multiple of a vector.
  private func run(
    _ kernels: Kernels, _ inputs: [[Float]], _ body: (gnb_kernels, [UnsafeMutablePointer<Float>]) -> Void
  ) -> [[UInt32]] {
    let buffers = inputs.map { values in
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: values.count + 1)
      (memory + 1).update(from: values, count: values.count)
      return memory
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    body(kernels.table, buffers.map { $0 + 1 })
    return zip(buffers, inputs).map { bits(Array(UnsafeBufferPointer(start: $0 + 1, count: $1.count))) }
  }

  private func expectEqualBits(
    _ inputs: [[Float]], _ what: Comment, _ body: (gnb_kernels, [UnsafeMutablePointer<Float>]) -> Void
  ) {
    let first = run(Kernels.available[0], inputs, body)
    for other in Kernels.available.dropFirst() { #expect(run(other, inputs, body) == first, what) }
  }

  @Test func theProductIsOneChainOfFusedMultiplyAddsInEverySet() {
    for (m, n, k) in [
      (1, 1, 1), (1, 64, 33), (2, 130, 7), (5, 17, 40), (6, 16, 320), (13, 50, 641), (7, 3, 1000),
      (25, 100, 330),
      (11, 32, 5), (1, 300, 20), (2, 129, 20),
    ] {
      let a = noise(m * k, stream: 1)
      let b = noise(n * k, stream: 2)
      var expected = noise(m * n, stream: 3)
      let start = expected
      for i in 0..<m {
        for j in 0..<n {
          for d in 0..<k { expected[i * n + j].addProduct(a[i * k + d], b[j * k + d]) }
        }
      }
      let panels = (n + 15) / 16
      var packed = [Float](repeating: 0, count: panels * 16 * k)
      Packing.transposed(n: n, k: k, source: b, stride: k, into: &packed, panelStride: 16 * k)
      var aTransposed = [Float](repeating: 0, count: m * k)
      for i in 0..<m { for d in 0..<k { aTransposed[d * m + i] = a[i * k + d] } }
      for kernels in Kernels.available {
        var c = start
        kernels.table.gemm(m, n, k, a, k, 1, packed, 16 * k, &c, n, 1)
        #expect(bits(c) == bits(expected), "\(kernels.name) \(m)x\(n)x\(k)")
        c = start
        kernels.table.gemm(m, n, k, aTransposed, 1, m, packed, 16 * k, &c, n, 1)
        #expect(bits(c) == bits(expected), "\(kernels.name) by columns \(m)x\(n)x\(k)")
      }
    }
  }

  @Test func panelsOfIntegersHoldTheFilesValuesAndMultiplyAsFloatsDo() throws {
    // Where a block's half-precision numbers are: random bits there must not be infinite.
    let halves: [(ElementType, [Int])] = [
      (.q4n0, [0]), (.q4n1, [0, 2]), (.q5n0, [0]), (.q5n1, [0, 2]), (.q8n0, [0]), (.q4k, [0, 2]),
      (.q5k, [0, 2]),
      (.q6k, [208]), (.q2k, [80, 82]), (.q3k, [108]), (.iq4nl, [0]), (.iq4xs, [0]), (.nf4, [2]),
    ]
    for (index, (type, places)) in halves.enumerated() {
      let storage = gnb_stored_type(Int32(type.number)).pointee.storage
      #expect(storage > 1, "\(type.name)")
      let k = 512
      let rowBytes = type.bytes(count: k)
      for n in [16, 7, 16 * 19 + 3, 16 * 22] {
        let random = Philox(seed: 3, purpose: .test, substream: UInt32(index))
        var bytes = (0..<n * rowBytes).map { UInt8(truncatingIfNeeded: random.bits(at: UInt64($0))) }
        for block in stride(from: 0, to: bytes.count, by: type.blockBytes) {
          for place in places { bytes[block + place + 1] &= 0xBF }
        }
        var values = [Float](repeating: 0, count: n * k)
        type.dequantize(from: bytes, into: &values, count: values.count)
        let panels = Packing.panels(n)
        let panelBytes = k / gnb_panel_block(storage) * gnb_panel_block_bytes(storage)
        var packed = [UInt8](repeating: 0, count: panels * panelBytes)
        for p in 0..<panels {
          bytes.withUnsafeBytes { source in
            packed.withUnsafeMutableBytes { target in
              Packing.quantised(
                type, rows: min(16, n - 16 * p), k: k,
                source: source.baseAddress.unsafelyUnwrapped + 16 * p * rowBytes,
                rowBytes: rowBytes, into: target.baseAddress.unsafelyUnwrapped + p * panelBytes)
            }
          }
        }
        var floats = [Float](repeating: 0, count: panels * 16 * k)
        Packing.transposed(n: n, k: k, source: values, stride: k, into: &floats, panelStride: 16 * k)
        for kernels in Kernels.available {
          var unpacked = [Float](repeating: 0, count: 16 * k)
          for p in 0..<panels {
            packed.withUnsafeBytes {
              kernels.table.unpack(storage, k, $0.baseAddress.unsafelyUnwrapped + p * panelBytes, &unpacked)
            }
            let filled = min(16, n - 16 * p)
            for d in 0..<k {
              let (a, b) = (16 * d, 16 * k * p + 16 * d)
              guard bits(Array(unpacked[a..<a + filled])) == bits(Array(floats[b..<b + filled])) else {
                Issue.record("\(type.name) \(kernels.name) panel \(p) at \(d)")
                return
              }
            }
          }
          // A GPU gets the same values as bytes.
          let byBytes = gnb_panel_of_bytes(storage)
          if byBytes != storage {
            let size = k / gnb_panel_block(byBytes) * gnb_panel_block_bytes(byBytes)
            var (panel, again) = ([UInt8](repeating: 0, count: size), unpacked)
            gnb_bytes_of_own_bits(
              storage, k, Array(packed[(panels - 1) * panelBytes..<panels * panelBytes]), &panel)
            kernels.table.unpack(byBytes, k, panel, &again)
            // Signs of zeros too; columns beyond the last hold no values.
            #expect(bits(again) == bits(unpacked), "\(type.name) as bytes")
          }
          for m in [1, 2, 5, 13, 25] {
            let a = noise(m * k, stream: 5)
            var scratch = [Float](repeating: 0, count: 32 * k)
            var (expected, found) = (noise(m * n, stream: 6), noise(m * n, stream: 6))
            kernels.table.gemm(m, n, k, a, k, 1, floats, 16 * k, &expected, n, 1)
            kernels.table.gemm_panels(storage, m, n, k, a, k, packed, panelBytes, &found, n, 1, &scratch)
            #expect(bits(found) == bits(expected), "\(type.name) \(kernels.name) \(m) x \(n)")
          }
        }
      }
    }
  }

  /// The digest is a constant of the repository: `make neon` compares the kernels of another architecture with it.
  @Test func everySetHasTheDigestOfAllMachines() throws {
    let text = try String(contentsOfFile: Fixtures.folder + "/kernels/digest.txt", encoding: .utf8)
    let expected = try #require(UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines), radix: 16))
    for kernels in Kernels.available {
      var table = kernels.table
      #expect(gnb_kernels_digest(&table) == expected, "\(kernels.name)")
    }
  }

  /// The storages in the file's own bits are newer: they have a digest of their own, so that the first one stays.
  @Test func theFilesOwnBitsHaveADigestOfTheirOwn() throws {
    let text = try String(contentsOfFile: Fixtures.folder + "/kernels/own_bits.txt", encoding: .utf8)
    let expected = try #require(UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines), radix: 16))
    for kernels in Kernels.available {
      var table = kernels.table
      #expect(gnb_own_bits_digest(&table) == expected, "\(kernels.name)")
    }
  }

  @Test func panelsTakeLittleMoreMemoryThanTheFile() {
    for (type, most) in [(ElementType.q4n0, 4.5), (.q4k, 4.625), (.q5k, 5.625), (.q6k, 6.625)] {
      let storage = gnb_stored_type(Int32(type.number)).pointee.storage
      let bits = 8 * Double(gnb_panel_block_bytes(storage)) / Double(16 * gnb_panel_block(storage))
      #expect(bits == most, "\(type.name)")
      #expect(bits < 1.03 * 8 * Double(type.blockBytes) / Double(type.blockCount), "\(type.name)")
    }
  }

  @Test func aTeamMayBeDismissedBeforeItHasStarted() {
    for _ in 0..<200 { _ = CPU(threads: 4) }
    let sums = (0..<20).map { _ in
      let device = CPU(threads: 3)
      let matrix = device.zeros(64, 64)
      device.add(matrix.data, to: matrix.data, count: matrix.count)
      return matrix.values.reduce(0, +)
    }
    #expect(sums.allSatisfy { $0 == 0 })
  }

  @Test func theSumOfARowHasSixteenLanesAndAFixedTree() {
    for n in Self.odd {
      let (x, y) = (noise(n, stream: 4), noise(n, stream: 5))
      var lanes = [Float](repeating: 0, count: 16)
      for i in 0..<n { lanes[i % 16].addProduct(x[i], y[i]) }
      var width = 8
      while width > 0 {
        for i in 0..<width { lanes[i] += lanes[i + width] }
        width /= 2
      }
      for kernels in Kernels.available {
        #expect(kernels.table.dot(n, x, y).bitPattern == lanes[0].bitPattern, "\(kernels.name) \(n)")
      }
    }
  }

  @Test func exponentialAndTanhAreCloseToTheTruth() {
    var x = stride(from: Float(-80), through: 80, by: 0.37).map { $0 }
    let exact = x
    Kernels.best.table.exp_shifted(x.count, &x, 0)
    for (value, argument) in zip(x, exact) {
      let truth = ElementaryMath.exp(Double(argument))
      #expect(abs(Double(value) - truth) <= 1.5e-7 * truth, "exp(\(argument))")
    }
    var t = stride(from: Float(-9), through: 9, by: 0.013).map { $0 }
    let arguments = t
    Kernels.best.table.soft_cap(t.count, &t, 1)
    for (value, argument) in zip(t, arguments) {
      let e = ElementaryMath.exp(2 * Double(argument))
      let truth = (e - 1) / (e + 1)
      #expect(abs(Double(value) - truth) <= 2.5e-7 * abs(truth), "tanh(\(argument))")
    }
  }

  @Test func everySetGivesTheSameBitsElementByElement() {
    for n in Self.odd {
      let (x, y, z) = (noise(n, stream: 6, scale: 9), noise(n, stream: 7, scale: 3), noise(n, stream: 8))
      expectEqualBits([x, y, z], "geglu \(n)") { $0.geglu(n, $1[0], $1[1], $1[2]) }
      expectEqualBits([x, y, z], "geglu backward \(n)") { $0.geglu_backward(n, $1[0], $1[1], $1[2]) }
      expectEqualBits([x], "soft cap \(n)") { $0.soft_cap(n, $1[0], 5) }
      expectEqualBits([x], "exp \(n)") { $0.exp_shifted(n, $1[0], 9) }
      expectEqualBits([x, [0]], "sum of exp \(n)") { $1[1][0] = $0.sum_exp(n, $1[0], 2) }
      expectEqualBits([x, [0]], "maximum \(n)") { $1[1][0] = $0.maximum(n, $1[0]) }
      expectEqualBits([x + y, z, noise(n, stream: 9)], "rotate \(n)") { $0.rotate(n, $1[0], $1[1], $1[2]) }
      expectEqualBits([x + y, z, noise(n, stream: 9)], "rotate back \(n)") {
        $0.rotate_back(n, $1[0], $1[1], $1[2])
      }
      expectEqualBits([x, y, z, [0]], "rms norm \(n)") {
        $0.rms_norm(1, n, $1[0], n, $1[1], 1e-6, $1[2], n, $1[3])
      }
      expectEqualBits([x, y, z, [0.3], noise(n)], "rms norm backward \(n)") {
        $0.rms_norm_backward(1, n, $1[0], n, $1[1], $1[3], $1[2], n, $1[4], n, 1)
      }
      expectEqualBits([x, y, z, noise(n, stream: 10).map(abs)], "adamw \(n)") {
        $0.adamw(n, $1[0], $1[1], $1[2], $1[3], 0.9, 0.999, 1e-8, 0.999, 0.01, 1.7, 0.5)
      }
    }
    for (n, lo, hi) in [(16, 0, 1), (32, 3, 30), (48, 17, 48), (64, 40, 41)] {
      for cap: Float in [0, 50] {
        let x = noise(n, stream: 11, scale: 40)
        expectEqualBits([x, [0, 0]], "softmax") { $0.softmax(n, lo, hi, $1[0], 0.7, cap, $1[1]) }
        expectEqualBits([x, [3, 0.5], x], "softmax again") {
          $0.softmax_again(n, lo, hi, $1[0], 0.7, cap, $1[1], $1[2])
        }
      }
    }
  }

  @Test func softmaxAgainRepeatsSoftmaxToTheBit() {
    let (n, lo, hi) = (48, 5, 47)
    for kernels in Kernels.available {
      for cap: Float in [0, 30] {
        var p = noise(n, stream: 12, scale: 30)
        var again = p
        var stats: [Float] = [0, 0]
        var slope = [Float](repeating: 0, count: n)
        kernels.table.softmax(n, lo, hi, &p, 0.5, cap, &stats)
        kernels.table.softmax_again(n, lo, hi, &again, 0.5, cap, stats, &slope)
        #expect(bits(p) == bits(again))
        #expect(abs(p.reduce(0, +) - 1) < 1e-6)
        #expect(p[..<lo].allSatisfy { $0 == 0 } && p[hi...].allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func transposedPanelsEqualPackingTheTranspose() {
    for (n, k) in [(1, 1), (17, 33), (48, 16), (100, 7)] {
      let w = noise(n * k, stream: 13)
      var panels = [Float](repeating: 9, count: (n + 15) / 16 * 16 * k)
      Packing.transposed(n: n, k: k, source: w, stride: k, into: &panels, panelStride: 16 * k)
      let count = (k + 15) / 16
      var expected = [Float](repeating: 9, count: count * 16 * n)
      Packing.straight(k: n, n: k, source: w, stride: k, into: &expected, panelStride: 16 * n)
      var turned = [Float](repeating: 9, count: count * 16 * n)
      Packing.transposePanels(
        k: k, n: n, source: panels, sourceStride: 16 * k, into: &turned, panelStride: 16 * n, range: 0..<count
      )
      #expect(turned == expected)
    }
  }
}
