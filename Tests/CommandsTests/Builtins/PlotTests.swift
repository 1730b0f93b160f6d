import Commands
import Foundation
import Testing

@Suite struct PlotTests {
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3").path

  @Test func theCurveOfTheLossHasTheValidationLossesToo() throws {
    let recorder = Recorder()
    let failure = recorder.run(
      """
      load model \(Self.tiny)
      load data mini-news categories=[movie-enter, sports-watch]
      split train=8 validation=4
      prompt "{input} => {output}" max_input_tokens=19
      lora rank=2
      train steps=4 batch=2 eval_every=2
      train steps=3 batch=2
      train steps=3 batch=2 eval_every=2
      plot loss
      """)
    #expect(failure == nil)
    let charts = recorder.events.compactMap { event -> [Chart.Series]? in
      guard case .output(.chart(let chart)) = event.kind, case .curve(_, let series) = chart.shape else {
        return nil
      }
      return series
    }
    let series = try #require(charts.first)
    #expect(series.map(\.name) == ["training", "validation"] && series[0].y.count == 10)
    #expect(series[1].x == [2, 4, 9, 10], "steps of all trainings of the adapter")
    let told = recorder.lines().filter { $0.contains("validation loss") }
    #expect(zip(told, series[1].y).allSatisfy { $0.contains("validation loss \(NumberFormat.fixed($1))") })
    #expect(recorder.run("lora rank=2\ntrain steps=2 batch=2\nplot loss") == nil)
    guard
      case .output(.chart(let chart))? = recorder.events.last(where: {
        if case .output(.chart) = $0.kind { true } else { false }
      })?.kind,
      case .curve(_, let alone) = chart.shape
    else {
      Issue.record("no chart")
      return
    }
    #expect(alone.map(\.name) == [""], "another adapter has looks of its own")
  }
}
