// Measures the speed of gnb's engine. Each measurement is one line of JSON. `Benchmarks/run` compares them with the
// peers.
//
//     bench MODEL WORK [--threads N] [--kernels NAME] [--device cuda] [--precision P] [--batch N]
//
// WORK: peak | memory | product | load | prefill | decode | step-response | step-all | attention | articles
// On a GPU also: gpu-products
import Foundation
import Gemma

struct Measurement {
  var work: String
  var threads: Int
  var kernels: String
  var fields: [(String, Double)]

  func print() {
    let numbers = fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
    Swift.print("{\"work\": \"\(work)\", \"threads\": \(threads), \"kernels\": \"\(kernels)\", \(numbers)}")
  }
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = DispatchTime.now().uptimeNanoseconds
  try body()
  return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
}

/// The fastest of some repetitions, after one that warms up.
func best(_ repeats: Int, _ body: () throws -> Void) rethrows -> Double {
  try body()
  return try (0..<repeats).map { _ in try seconds(body) }.min() ?? 0
}

/// Highest resident size so far, in bytes.
func peakMemory() -> Double {
  var usage = rusage()
  getrusage(0, &usage)  // RUSAGE_SELF, whose type differs between systems
  return Double(usage.ru_maxrss) * 1024
}

/// Arbitrary token ids, the same in every run.
func someTokens(_ count: Int, stream: UInt32) -> [Int32] {
  let random = Philox(seed: 1, purpose: .test, substream: stream)
  return (0..<count).map { Int32(1000 + random.bits(at: UInt64($0)) % 200_000) }
}

func run(_ words: [String]) throws {
  var words = words
  func option(_ name: String) -> String? {
    guard let i = words.firstIndex(of: name), i + 1 < words.count else { return nil }
    defer { words.removeSubrange(i...i + 1) }
    return words[i + 1]
  }
  let threads = option("--threads").flatMap { Int($0) } ?? 1
  let precision = option("--precision").flatMap { WeightPrecision(rawValue: $0) } ?? .auto
  let sequences = option("--batch").flatMap { Int($0) } ?? 8
  let named = option("--kernels").flatMap { Kernels.named($0) }
  let kernels = named ?? Kernels.best
  let cpu = CPU(threads: threads, kernels: kernels)
  let gpu = option("--device") == "cuda" ? try CUDA(cpu: cpu) : nil
  let device: Device = gpu ?? cpu
  guard words.count == 2 else {
    throw GemmaError.invalidValue(name: "bench", expected: "MODEL WORK", found: words.joined(separator: " "))
  }
  func tell(_ fields: [(String, Double)]) {
    Measurement(work: words[1], threads: threads, kernels: gpu?.name ?? kernels.name, fields: fields).print()
  }
  func model() throws -> GemmaModel {
    try GemmaModel(ModelFile.open(path: words[0]), precision: precision, device: device)
  }

  switch words[1] {
  case "peak":
    // Chains that do not wait for each other, in registers.
    let rounds = 20_000_000
    let time = best(3) { cpu.workers.run(threads) { _ in _ = kernels.table.peak(rounds) } }
    tell([("gflops", Double(rounds * kernels.table.peak_operations * threads) / time * 1e-9)])
  case "memory":
    let count = 128 << 20
    let matrix = cpu.zeros(threads, count / threads)
    let time = best(3) {
      cpu.workers.run(threads) { i in _ = kernels.table.maximum(matrix.columns, matrix.row(i)) }
    }
    tell([("gigabytes_per_second", Double(count * 4) / time * 1e-9)])
  case "product":
    // Rows as in a training pass; [outputs, inputs] of the 270M's projections.
    let rows = 960
    var operations = 0.0
    var time = 0.0
    for (n, k, count) in [(1024, 640, 1), (256, 640, 2), (640, 1024, 1), (2048, 640, 2), (640, 2048, 1)] {
      let a = cpu.zeros(rows, k)
      let panels = cpu.zeros(n / 16, 16 * k)
      let c = cpu.matrix(rows, n)
      time +=
        Double(count)
        * best(10) {
          cpu.multiply(
            m: rows, n: n, k: k, a: a.data, aRow: k, panels: panels.data, panelStride: 16 * k, c: c.data,
            cRow: n,
            accumulate: false)
        }
      operations += Double(count) * 2 * Double(rows) * Double(n) * Double(k)
    }
    tell([("gflops", operations / time * 1e-9)])
  case "gpu-products":
    // [outputs, inputs] of the 2B's projections, rows of a whole batch and of one pass.
    guard let gpu else { throw GPUFailure.noGPU }
    for (n, k) in [(2048, 2304), (1024, 2304), (2304, 2048), (9216, 2304), (2304, 9216)] {
      for rows in [2816, 704] {
        for transposed in [false, true] {
          let time = try gpu.secondsOfProduct(rows: rows, outputs: n, inputs: k, transposed: transposed)
          tell([
            ("rows", Double(rows)), ("outputs", Double(n)), ("inputs", Double(k)),
            ("transposed", transposed ? 1 : 0),
            ("teraflops", 2 * Double(rows) * Double(n) * Double(k) / time * 1e-12),
          ])
        }
      }
    }
  case "articles":
    // Prompts of 352 tokens with the beginning that the demo's have, and five labels.
    let model = try model()
    let prefix = someTokens(84, stream: 0)
    let prompts = (1...64).map { prefix + someTokens(352 - 84, stream: UInt32($0)) }
    let classifier = Classifier(
      model: model, adapter: nil, prompt: .alpaca(instruction: "", maxInputTokens: 352), categories: ["a", "b", "c", "d", "e"], device: device)
    let time = try best(1) { try classifier.answer(prompts, method: .constrained) { _ in } }
    tell([("articles_per_second", 64 / time), ("tokens_per_second", 64 * 352 / time)])
  case "load":
    let time = try seconds { _ = try model() }
    tell([("seconds", time), ("peak_memory", peakMemory())])
  case "prefill":
    let generator = Generator(model: try model(), adapter: nil, device: device)
    let prompt = someTokens(512, stream: 1)
    let time = try best(5) { _ = try generator.generate([prompt], maxTokens: 1, stops: []) }
    tell([("tokens_per_second", 512 / time), ("peak_memory", peakMemory())])
  case "decode":
    let model = try model()
    let generator = Generator(model: model, adapter: nil, device: device)
    func decode() throws -> Double {
      var first: UInt64 = 0
      var last: UInt64 = 0
      _ = try generator.generate([[2]], maxTokens: 65, stops: []) { _, _ in
        last = DispatchTime.now().uptimeNanoseconds
        if first == 0 { first = last }
        return true
      }
      return Double(last - first) * 1e-9
    }
    _ = try decode()
    let time = try (0..<3).map { _ in try decode() }.min() ?? 0
    tell([
      ("tokens_per_second", 64 / time), ("weight_bytes", Double(model.weightBytes)),
      ("peak_memory", peakMemory()),
    ])
  case "step-response", "step-all":
    let model = try model()
    // The Alpaca prompt of the demo is 84 tokens before the article.
    let prefix = someTokens(84, stream: 0)
    let examples = (1...sequences).map { i in
      TokenizedExample(ids: prefix + someTokens(352 - 84, stream: UInt32(i)), promptCount: 346)
    }
    var config = TrainingConfig()
    config.batch = sequences
    config.lossOn = words[1] == "step-all" ? .all : .response
    let adapter = Adapter(AdapterConfig(), model: model, device: device)
    let trainer = try Trainer(
      model: model, adapter: adapter, examples: examples, config: config, device: device)
    // Of a large model one step is enough of a warm-up and one to measure.
    let time = try best(model.config.hiddenSize > 2000 && gpu == nil ? 1 : 3) { _ = try trainer.step() }
    tell([
      ("gpu_memory", Double(gpu?.usedMemory ?? 0)),
      ("tokens_per_second", Double(sequences) * 352 / time), ("seconds", time), ("peak_memory", peakMemory()),
    ])
  case "attention":
    // Time a token of longer and longer prompts.
    let generator = Generator(model: try model(), adapter: nil, device: device)
    var fields: [(String, Double)] = []
    for count in [512, 1024, 2048, 4096] {
      let prompt = someTokens(count, stream: 1)
      let time = try best(1) { _ = try generator.generate([prompt], maxTokens: 1, stops: []) }
      fields.append(("microseconds_a_token_of_\(count)", time / Double(count) * 1e6))
    }
    tell(fields)
  default:
    throw GemmaError.invalidValue(name: "work", expected: "a known one", found: words[1])
  }
}

do { try run(Array(CommandLine.arguments.dropFirst())) } catch {
  FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
  exit(2)
}
