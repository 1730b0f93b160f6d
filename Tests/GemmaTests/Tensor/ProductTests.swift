import Gemma
import Testing

/// Products of the device with weights in a file's own bits: those of the same weights as floats, to the bit.
@Suite struct ProductTests {
  /// Random bytes of a type, without infinite halves. `places` are those of a block's halves.
  private func bytes(_ type: ElementType, values: Int, halves places: [Int]) -> [UInt8] {
    let random = Philox(seed: 4, purpose: .test, substream: UInt32(type.number))
    var bytes = (0..<type.bytes(count: values)).map {
      UInt8(truncatingIfNeeded: random.bits(at: UInt64($0)))
    }
    for block in stride(from: 0, to: bytes.count, by: type.blockBytes) {
      for place in places { bytes[block + place + 1] &= 0xBF }
    }
    return bytes
  }

  @Test func weightsInTheFilesBitsMultiplyAsFloatsForwardAndBack() {
    let types: [(ElementType, [Int])] = [
      (.q4n0, [0]), (.q4k, [0, 2]), (.q5k, [0, 2]), (.q6k, [208]),
    ]
    let (outputs, inputs) = (199, 1536)
    for (type, places) in types {
      let stored = bytes(type, values: outputs * inputs, halves: places)
      for threads in [1, 3, 6] {
        let device = CPU(threads: threads)
        let view = TensorView(type, shape: [outputs, inputs], stored, device: device)
        let arena = WeightArena()
        let packed = device.weight(view, precision: .auto, isEmbedding: false, arena: arena)
        let floats = device.weight(view, precision: .f32, isEmbedding: false, arena: arena)
        #expect(packed.storage != .f32 && packed.bytes * 4 < floats.bytes, "\(type.name)")
        #expect(bits(device.rows(packed, 16..<80).values) == bits(device.rows(floats, 16..<80).values))
        for rows in [1, 2, 7, 30] {
          let x = device.matrix(rows, inputs)
          x.set(noise(x.count, stream: 30))
          for range in [nil, 32..<144] as [Range<Int>?] {
            let y = device.product(x, packed, outputs: range)
            #expect(
              bits(y.values) == bits(device.product(x, floats, outputs: range).values), "\(type.name) \(rows)"
            )
            let (dx, expected) = (device.matrix(copying: x), device.matrix(copying: x))
            device.productTransposed(y, packed, outputs: range, into: dx, adds: true)
            device.productTransposed(y, floats, outputs: range, into: expected, adds: true)
            #expect(bits(dx.values) == bits(expected.values), "\(type.name) \(rows) back")
          }
        }
      }
    }
  }

  /// Several products in one run are what each gives alone, with tiles of any size.
  @Test func productsOfSeveralWeightsAreTheProductsOfEach() {
    for threads in [1, 2, 5, 16] {
      let device = CPU(threads: threads)
      let arena = WeightArena()
      let inputs = 96
      let weights = [640, 16, 7, 250].map { outputs in
        let values = noise(outputs * inputs, stream: UInt32(outputs)).flatMap { value in
          withUnsafeBytes(of: value) { Array($0) }
        }
        return device.weight(
          TensorView(.f32, shape: [outputs, inputs], values, device: device), precision: .auto,
          isEmbedding: false, arena: arena)
      }
      for rows in [0, 1, 3, 140, 300] {
        let x = device.matrix(rows, inputs)
        x.set(noise(x.count, stream: 31))
        let found = device.products(x, weights).map { bits($0.values) }
        #expect(found == weights.map { bits(device.product(x, $0, outputs: nil).values) }, "\(rows) rows")
      }
    }
  }

  @Test func zerosAndCopiesAreWholeAtAnySize() {
    let device = CPU(threads: 3)
    for count in [1, 40_000, 200_001] {
      let used = device.matrix(1, count)
      used.fill(3)
      #expect(device.matrix(copying: used).values.allSatisfy { $0 == 3 })
    }
    for count in [1, 40_000, 200_001] { #expect(device.zeros(1, count).values.allSatisfy { $0 == 0 }) }
  }
}
