import Commands
import Gemma
import Testing

/// A session with gnb's commands, and what it told.
final class Recorder {
  let session: Session
  private(set) var events: [Event] = []

  init(cache: String = "/nonexistent-gnb-cache") {
    session = Session(
      cache: Cache(path: cache), settings: Settings(threads: 1),
      context: RunContext(sink: { _ in }))
    session.context.sink = { [weak self] in self?.events.append($0) }
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

  /// All output so far as a reader sees it: in a recording some words are English, and no time stands there.
  func shownLines(width: Int = 80) -> [String] {
    events.flatMap { event -> [String] in
      guard case .output(let output) = event.kind else { return [] }
      return output.lines(width: width).texts
    }
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

  @Test func aLineForTheShellIsNamedAsOne() {
    let diagnostic = Recorder().run("gnb tour 4")
    #expect(diagnostic?.code == .unknownCommand && diagnostic?.help?.contains("for the shell") == true)
  }

  /// A line longer than the window is cut around the mistake, so that the caret stands under it.
  @Test func aLongLineIsCutToTheWindow() throws {
    let line =
      "let a = 1; let b = 2; set width=60; ask \"角度のある話と、もう一つの長い話\" lerning_rate=1; show session; show config"
    for width in [40, 60, 80] {
      let lines = try #require(Recorder().run(line)).lines(width: width)
      #expect(lines.allSatisfy { DisplayWidth.of($0) <= width }, "\(width): \(lines)")
      let source = try #require(lines.first { $0.contains("lerning_rate") && $0.contains(" | ") })
      let caret = try #require(lines.first { $0.hasSuffix("^") })
      let before = source.prefix(upTo: try #require(source.range(of: "lerning_rate")).lowerBound)
      #expect(DisplayWidth.of(String(before)) == caret.prefix { $0 != "^" }.count)
      #expect(source.contains("…") && caret.filter { $0 == "^" }.count == 12)
    }
  }

  @Test func theCaretIsUnderTheRightColumnOfJapaneseText() {
    let diagnostic = Recorder().run("ask \"角度\" lerning_rate=1")
    #expect(
      diagnostic?.lines(width: 80) == [
        "error[G012]: unknown argument 'lerning_rate'", "  --> test:1:10", " 1 | ask \"角度\" lerning_rate=1",
        "   |            ^^^^^^^^^^^^", "help: 'ask' takes: text, input, columns, max_tokens",
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

  @Test(arguments: [
    "\t", "\u{A0}", "\u{3000}", "\u{C}", "\u{B}", "\u{85}", "\u{1680}", "\u{2003}", "\u{2028}", "\u{2029}",
    "\u{202F}", "\u{205F}",
    "\u{FEFF}", "\u{200B}", "\u{2060}", "\u{A0}\u{301}",
  ])
  func anyWhiteSpaceSeparatesWords(_ space: String) {
    let recorder = Recorder()
    #expect(recorder.run("\(space)set\(space)seed\(space)=\(space)5\(space)width=50\(space)") == nil)
    #expect(recorder.session.settings.seed == 5 && recorder.session.settings.width == 50)
  }

  @Test func anyLineEndEndsALine() {
    for end in ["\n", "\r\n", "\r"] {
      let recorder = Recorder()
      #expect(
        recorder.run(
          "set seed=5\(end)let a = [1,\(end) 2]\(end)let b = \"\"\"\(end)x\(end)y\"\"\"\(end)set \\\(end)width=50\(end)"
        ) == nil)
      #expect(recorder.session.settings.seed == 5 && recorder.session.settings.width == 50)
      #expect(recorder.session.variables["b"] == .string("x\ny"))
      #expect(recorder.run("set seed=1\(end)\(end)set sead=2")?.range?.line == 3)
    }
  }

  @Test func aControlCharacterIsAnErrorWithACaret() {
    for (source, column, code) in [
      ("set \u{1B}seed=1", 5, "U+001B"), ("set se\u{0}ed=1", 7, "U+0000"), ("\u{9B}2J", 1, "U+009B"),
      ("set seed=1\u{7F}", 11, "U+007F"),
    ] {
      let diagnostic = Recorder().run(source)
      #expect(diagnostic?.code == .unexpected && diagnostic?.range?.columns.lowerBound == column)
      #expect(diagnostic?.message.contains(code) == true)
      #expect(diagnostic?.lines(width: 80).contains { $0.hasSuffix("^") } == true)
    }
  }

  @Test func aMarkAfterAQuoteIsText() {
    let recorder = Recorder()
    #expect(recorder.run("let a = \"\u{3099}b\u{301}\"\nlet c = [\u{301}x,\u{301}y]") == nil)
    guard case .string(let text)? = recorder.session.variables["a"] else {
      Issue.record("no text")
      return
    }
    #expect(Array(text.unicodeScalars) == ["\u{3099}", "b", "\u{301}"])
  }

  @Test(arguments: [
    ("let a = ", "[", ""), ("let a = ", "[", "]"), ("", "for x in [1] {", ""), ("", "for x in [1] {", "}"),
    ("ask ", "[", "]"),
  ])
  func deepNestingIsAnErrorWithACaret(_ start: String, _ open: String, _ close: String) {
    let deep = start + String(repeating: open, count: 20_000) + String(repeating: close, count: 20_000)
    let diagnostic = Recorder().run(deep)
    #expect(diagnostic?.message == "expected at most 100 nested brackets")
    let lines = diagnostic?.lines(width: 80) ?? []
    #expect(
      lines.contains { $0.hasSuffix("^") } && lines.allSatisfy { $0.count < 400 },
      "a part of the line is shown")
    #expect(
      Recorder().run("let a = " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100))
        == nil)
  }

  @Test(arguments: [
    ("set seed=99999999999999999999", "a whole number up to 9007199254740991, not 1e+20"),
    ("set seed=9223372036854775807", "a whole number up to 9007199254740991, not 9.223372036854776e+18"),
    ("set seed=9007199254740993", "a whole number up to 9007199254740991, not 9007199254740992"),
    ("set seed=-9223372036854775808", "a whole number of at least 0, not -9.223372036854776e+18"),
    ("set width=1e300", "a whole number from 40 to 400, not 1e+300"),
    ("split train=9e18 validation=9e18", "a whole number up to 9007199254740991, not 9e+18"),
    ("show sample -1e300", "a whole number of at least 1, not -1e+300"),
    ("train steps=0.5", "a whole number from 1 to 1000000, not 0.5"),
    ("show sample 1e-300", "a whole number of at least 1, not 1e-300"),
    ("split train=0", "a whole number of at least 1, or a share between 0 and 1 such as 0.8, not 0"),
    ("split test=1.5", "a whole number of at least 0, or a share between 0 and 1 such as 0.8, not 1.5"),
  ])
  func aWholeNumberBeyondItsLimitIsAnError(_ source: String, _ takes: String) {
    let diagnostic = Recorder().run(source)
    #expect(diagnostic?.message.hasSuffix("takes " + takes) == true, "\(diagnostic?.message ?? "nothing")")
  }

  @Test func theLargestNumbersAreTakenOrRefusedByWhatNeedsThem() {
    let recorder = Recorder()
    #expect(
      recorder.run(
        "set seed=9007199254740991; load data; for x in [1e308, -1e308, 9223372036854775808] { let y = $x }")
        == nil)
    #expect(recorder.session.settings.seed == 9_007_199_254_740_991)
    for source in [
      "split train=9007199254740991 validation=9007199254740991", "split train=1 validation=9007199254740991",
      "split train=9007199254740991",
      "split method=sklearn train=9007199254740991", "show sample 9007199254740991",
    ] { #expect(recorder.run(source)?.code == .invalidValue, "\(source)") }
  }

  @Test func wordsStandAsTypedWhereTextIsTaken() {
    // The message names the file as it was asked for.
    for (source, name) in [("load data 007", "007"), ("load data 1.50", "1.50"), ("load data 2k", "2k")] {
      #expect(Recorder().run(source)?.message.contains("data set \(name):") == true)
    }
    #expect(
      Recorder().run("load data; load data mini-news categories=[007, 1.50]")?.message.hasSuffix("found 007")
        == true)
  }

  @Test func aVeryLongWordIsAnErrorOfAFewLines() {
    let lines = Recorder().run(String(repeating: "x", count: 300_000))?.lines(width: 80) ?? []
    #expect(lines.first?.hasPrefix("error[G010]: unknown command") == true && lines.count < 30)
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
