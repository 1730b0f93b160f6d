import Commands
import Gemma
import Testing

/// A session with gnb's commands, and what it told.
final class Recorder {
  let session: Session
  private(set) var events: [Event] = []

  init() {
    session = Session(
      cache: Cache(path: "/nonexistent-gnb-cache"), settings: Settings(threads: 1),
      sink: { _ in })
    session.sink = { [weak self] in self?.events.append($0) }
  }

  /// Checks and runs source; the diagnostic that stopped it.
  func run(_ source: String) -> Diagnostic? {
    do {
      let statements = try Parser.parse(source)
      var known = Set(session.variables.keys)
      try Interpreter(session, .standard).check(statements, known: &known)
      return Interpreter(session, .standard).run(statements, cell: "1", file: "test", source: source)
    } catch {
      return Diagnostic(error).located(file: "test", source: source)
    }
  }

  /// All lines of output, as recorded at `width`.
  func lines(width: Int = 80) -> [String] {
    var transcript = Transcript()
    for event in events { transcript.add(event) }
    return transcript.recorded(width: width)
  }
}

extension [[Span]] {
  /// The lines without their styles.
  var texts: [String] { map { $0.map(\.text).joined() } }
}

@Suite struct LanguageTests {
  @Test(arguments: [
    ("load data; lerning_rate", "G010"), ("train lerning_rate=1", "G012"), ("train steps=many", "G015"),
    ("train steps=0", "G017"), ("train steps=2.5", "G015"), ("evaluate method=guess", "G016"),
    ("train $steps", "G018"),
    ("train steps=1 steps=2", "G019"), ("load", "G011"), ("load modle x", "G011"), ("save adapter", "G013"),
    ("split 1 2 3 4 5 6", "G014"), ("ask \"open", "G002"), ("load data categories=[a, b", "G003"),
    ("for r in [1] { train", "G003"), ("let = 5", "G001"), ("for r of [1] { }", "G001"), ("= 3", "G001"),
    ("ask \"\\q\"", "G001"), ("for r in 5 { split }", "G015"), ("train loss_on=[a]", "G015"), ("]", "G001"),
  ])
  func aMistakeIsFoundBeforeAnythingRuns(_ source: String, _ code: String) {
    let recorder = Recorder()
    let diagnostic = recorder.run("set width=60\n" + source)
    #expect(diagnostic?.code.rawValue == code, "\(diagnostic?.message ?? "nothing")")
    #expect(recorder.session.settings.width == nil, "the line before must not have run")
  }

  @Test func theCaretIsUnderTheRightColumnOfJapaneseText() {
    let diagnostic = Recorder().run("ask \"角度\" lerning_rate=1")
    #expect(
      diagnostic?.lines(width: 80) == [
        "error[G012]: unknown argument 'lerning_rate'", "  --> test:1:10", " 1 | ask \"角度\" lerning_rate=1",
        "   |            ^^^^^^^^^^^^", "help: 'ask' takes: text",
      ])
  }

  @Test func theNearestNameIsSuggested() {
    for (source, help) in [
      ("trian", "did you mean 'train'?"), ("load modell", "did you mean 'load model'?"),
      ("train stepps=3", "did you mean 'steps'?"),
      ("evaluate method=constraint", "did you mean 'constrained'?"),
      ("pull livedor", "did you mean 'livedoor'?"),
    ] {
      #expect(Recorder().run(source)?.help == help, "\(source)")
    }
  }

  @Test func whatCannotBePulledIsToldWhatCan() {
    for name in ["gemma", "a/b/c", "../up", "a/.."] {
      let diagnostic = Recorder().run("pull \(name)")
      #expect(diagnostic?.code == .notAChoice, "\(name)")
      for form in ["gemma-3-270m", "OWNER/MODEL"] { #expect(diagnostic?.message.contains(form) == true) }
    }
    #expect(Recorder().run("pull google/gemma-2-2b from=file")?.code == .invalidValue)
  }

  @Test func variablesLoopsAndStringsWorkTogether() throws {
    let recorder = Recorder()
    #expect(
      recorder.run(
        """
        let w = 50        # a comment
        for x in [40, $w, \\
                  0.06k] { set width=$x; let last = "w=$x" }
        """) == nil)
    #expect(recorder.session.settings.width == 60)
    #expect(recorder.session.variables["last"] == .string("w=60"))
    #expect(recorder.session.variables["x"] == nil, "a loop's variable ends with the loop")
  }

  @Test func blocksKeepTheirLines() throws {
    let recorder = Recorder()
    #expect(recorder.run("let t = \"\"\"\na \\\"b\\\" $\n  c\"\"\"") == nil)
    #expect(recorder.session.variables["t"] == .string("a \"b\" $\n  c"))
  }

  @Test(arguments: ["load data [", "for r in [1] {", "ask \"\"\"a"])
  func anOpenBracketOrBlockAsksForMoreLines(_ source: String) {
    #expect(throws: Diagnostic.self) { try Parser.parse(source) }
    do { _ = try Parser.parse(source) } catch { #expect((error as? Diagnostic)?.isIncomplete == true) }
  }

  @Test func everyByteSequenceParsesOrFails() {
    // Any mutilation of a program is an error or a program, never a crash.
    let source = Array(
      "let x = [1, \"a$b\"]; for r in $x { train steps=$r } # c\nask \"\"\"q\"\"\" \\\n t".unicodeScalars)
    let random = Philox(seed: 1, purpose: .test)
    for trial in 0..<3000 {
      var copy = source
      for k in 0..<3 {
        let bits = random.bits(at: UInt64(trial * 8 + k))
        copy[Int(bits % UInt32(copy.count))] = Array("\"[]{}=$#;\\\n あ".unicodeScalars)[Int(bits >> 16) % 13]
      }
      _ = try? Parser.parse(String(String.UnicodeScalarView(copy)))
    }
  }

  @Test func missingStepsNameTheCommandThatComesFirst() {
    for (source, remedy) in [
      ("split", "load data mini-news"), ("lora", "load model gemma-3-270m"), ("report", "evaluate"),
      ("train", "load model gemma-3-270m"), ("plot loss", "train"),
      ("load model no-one/no-model", "pull no-one/no-model, if the Hugging Face hub has it"),
    ] {
      let diagnostic = Recorder().run(source)
      #expect(diagnostic?.code == .missingStep && diagnostic?.help == remedy, "\(source)")
    }
  }

  @Test func everyErrorCodeIsExplained() throws {
    let codes = Diagnostic.Code.allCases
    #expect(Set(codes.map(\.rawValue)).count == codes.count)
    for code in codes {
      let lines = try Help(.standard).topic(code.rawValue.lowercased()).lines(60)
      #expect(lines[0].hasPrefix(code.rawValue + ": ") && lines.allSatisfy { DisplayWidth.of($0) <= 60 })
    }
  }
}
