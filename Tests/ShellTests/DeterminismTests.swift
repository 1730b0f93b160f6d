import Foundation
import Gemma
import TestSupport
import Testing

/// The same notebook gives the same bytes with any number of threads and every kernel set, in debug and release builds
/// (see docs/determinism.md).
@Suite struct DeterminismTests {
  private let program = ProgramTests()
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The whole way on a tiny model: train, evaluate both ways, generate, score.
  private func script(_ model: String) -> String {
    """
    load model \(Self.root.path)/Tests/Fixtures/tiny/\(model)
    load data mini-news categories=[movie-enter, sports-watch]
    split train=6 validation=9
    prompt "news: {input} => {output}" max_input_tokens=19
    show prompt 1
    lora rank=5 alpha=10
    train steps=4 batch=3 lr=1e-2 warmup=1 loss_on=response
    train steps=2 batch=2 accumulate=2 lr=1e-2 schedule=cosine loss_on=all
    evaluate
    evaluate method=generate limit=3 as=free
    mistakes
    ask "free kick"
    generate "film" max_tokens=12
    score "a film about a team"
    baseline
    """
  }

  /// All that is random or rounded in training, over 4-bit weights.
  private let trade = """
    load model \(root.path)/Tests/Fixtures/tiny/gemma2-64 precision=nf4
    load data mini-news categories=[movie-enter, sports-watch]
    split train=6 validation=9
    prompt "news: {input} => {output}" max_input_tokens=19
    lora rank=5 alpha=10 dora=true dropout=0.2 rslora=true rank_pattern=["down_proj: 3"]
    train steps=4 batch=2 lr=1e-2 warmup=1 neftune=5 optimizer=adamw_8bit eval_every=2 eval_limit=4 patience=2
    lora rank=3 layers=[1] targets=[q_proj, up_proj]
    train steps=3 batch=1 lr=1e-2 packing=64 loss_on=all
    evaluate
    generate "film" max_tokens=5
    load model \(root.path)/Tests/Fixtures/tiny/gemma2-64 precision=q8
    score "a film about a team"
    load model \(root.path)/Tests/Fixtures/tiny/gemma2-nf4
    score "a film about a team"
    """

  /// JSON events without what may differ.
  private func events(
    _ script: String, _ options: [String], _ environment: [String: String] = [:]
  ) throws -> String {
    let run = try program.gnb(["--json", "-"] + options, input: script, environment: environment)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map { line in
      // The path of the checkout is in the command as typed. Why a generation ended is told since after the digests
      // were made; its ids and text are as they were.
      line.replacingOccurrences(of: Self.root.path, with: "")
        .replacingOccurrences(of: ",\"stopped\":\"length\"", with: "")
        .replacingOccurrences(of: #","volatile":\{[^}]*\}"#, with: "", options: .regularExpression)
    }.joined(separator: "\n")
  }

  /// Digests of the events: equal on every machine and in every configuration, so they are constants.
  @Test(arguments: [
    ("gemma2", "92ed696508f7f73399e38f4168bb00974995cdd5983c0a05d78afb15852dac7b"),
    ("gemma3", "dfdff2fe1f5803fa999a69920b2072e5569ec4e12bde2e5b8489324e3f8f119a"),
  ])
  func threadsAndKernelsNeverShowInAResult(_ model: String, _ golden: String) throws {
    try expect(script(model), golden)
  }

  @Test func norDoTheyWithFourBitsDropoutAndTheRest() throws {
    try expect(trade, "0e3c59d5b8d1e90c4ba06f5c4d31c8b00247346b7f6834762986c5f507f4d69d")
  }

  private func expect(_ script: String, _ golden: String) throws {
    for kernels in Kernels.available.map(\.name) {
      for threads in [1, 2, 3, 5] {
        var text = try events(
          script, ["--device", "cpu", "--threads", "\(threads)", "--set", "kernels=\(kernels)"])
        let digest = text.withUTF8 { SHA256.hexDigest(UnsafeRawBufferPointer($0)) }
        #expect(digest == golden, "\(kernels), \(threads) threads")
      }
    }
    // The kernels of the GPU, on this computer's processor.
    var text = try events(
      script, ["--device", "cuda"], ["GNB_CUDA_LIBRARY": try StandIn.library("libcuda-run")])
    let digest = text.withUTF8 { SHA256.hexDigest(UnsafeRawBufferPointer($0)) }
    #expect(digest == golden, "the stand-in for a GPU")
  }

  @Test(arguments: ["gemma2", "gemma3"])
  func aDrawIsTheSameOnAnyThreadsAndKernels(_ model: String) throws {
    let script = """
      load model \(Self.root.path)/Tests/Fixtures/tiny/\(model)
      generate "film" max_tokens=24 temperature=4 seed=4
      generate "film" max_tokens=24 temperature=3 top_k=100 top_p=0.95 min_p=0.001 repetition_penalty=1.2
      generate "film" max_tokens=24 temperature=5 top_p=0.9 chat=true system="sea"
      """
    var reference: String?
    for kernels in Kernels.available.map(\.name) {
      for threads in [1, 2] {
        let options = ["--device", "cpu", "--threads", "\(threads)", "--set", "kernels=\(kernels)"]
        let run = try program.gnb(["--json", "-"] + options, input: script)
        #expect(run.status == 0, "\(run.errors)")
        let told = run.output.replacingOccurrences(
          of: #","volatile":\{[^}]*\}"#, with: "", options: .regularExpression)
        #expect(told.components(separatedBy: "\"ids\":[").count == 4)
        if let reference { #expect(told == reference, "\(kernels), \(threads) threads") }
        reference = told
      }
    }
  }
}
