import Commands
import Foundation
import Gemma
import Testing

@Suite struct DoctorTests {
  private static let tiny = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/tiny/gemma3")
    .path
  private let good = Doctor.Terminal(columns: 100, isUTF8: true, colors: 256, redraws: true)

  private func text(_ doctor: Doctor, width: Int = 80) -> String {
    doctor.outputs.flatMap { $0.lines(width: width) }.map { $0.map(\.text).joined() }.joined(separator: "\n")
  }

  @Test func withoutTheModelItMeasuresWithRandomWeightsAndSaysHowToGetIt() throws {
    var told: [String] = []
    let doctor = try Doctor(Recorder().session, version: "1", terminal: good) { told.append($0) }
    let speed = try #require(doctor.speed)
    #expect(!doctor.isFit && doctor.isOfRandomWeights && speed.training > 0 && speed.reading > 0)
    #expect(doctor.remedies.contains { $0.isNeeded && $0.remedy.hasPrefix("gnb pull gemma-3-270m") })
    for line in [
      "articles/s, with random weights", "takes about", "Measured with random weights in the shape of",
    ] {
      #expect(text(doctor).contains(line), "\(text(doctor))")
    }
    #expect(!text(doctor).contains("model loaded in"))
    #expect(told.contains { $0.contains("the model is not here") && $0.contains("random weights") })
    #expect(JSONValue.object(doctor.volatile).text.contains("\"random_weights\":true"))
  }

  @Test func ofAnotherModelThatIsNotThereNothingIsMeasured() throws {
    let doctor = try Doctor(Recorder().session, version: "1", terminal: good, model: "no-such-model")
    #expect(!doctor.isFit && doctor.speed == nil && !doctor.isOfRandomWeights)
    #expect(text(doctor).contains("not measured: this needs the model"))
  }

  @Test func withAModelItMeasuresAndSaysHowLongLessonsTake() throws {
    let doctor = try Doctor(
      Recorder().session, version: "1", terminal: good, model: Self.tiny,
      prompt: "prompt \"{input} => {output}\" max_input_tokens=19")
    let speed = try #require(doctor.speed)
    #expect(!doctor.isOfRandomWeights && text(doctor, width: 200).contains("model loaded in"))
    #expect(speed.training > 0 && speed.reading > 0 && speed.threads == 1)
    #expect(text(doctor).contains("takes about") && text(doctor).contains("tokens/s"))
    let fields = JSONValue.object(doctor.fields + doctor.volatile).text
    #expect(fields.contains("\"fit\":true") && fields.contains("training_tokens_per_second"), "\(fields)")
  }

  @Test func aPoorTerminalIsSomethingToMendButNotNeeded() throws {
    let poor = Doctor.Terminal(columns: 60, isUTF8: false, colors: 1, redraws: false)
    let doctor = try Doctor(
      Recorder().session, version: "1", terminal: poor, model: Self.tiny, measures: false)
    #expect(doctor.isFit && doctor.speed == nil)
    let remedies = doctor.remedies.map(\.remedy)
    #expect(
      remedies.contains("export LANG=C.UTF-8") && remedies.contains { $0.contains("widen") }, "\(remedies)")
    #expect(text(doctor, width: 60).contains("60 columns, not UTF-8, no colour, cannot redraw"))
    #expect(text(doctor, width: 60).split(separator: "\n").allSatisfy { DisplayWidth.of(String($0)) <= 60 })
  }
}
