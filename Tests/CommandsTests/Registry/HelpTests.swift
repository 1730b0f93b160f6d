import Commands
import Foundation
import Testing

@Suite struct HelpTests {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func theLanguagePageIsWrittenFromTheTable() throws {
    let url = root.appendingPathComponent("docs/language.md")
    let marker =
      "<!-- From here on written from the command table: GNB_UPDATE=1 swift test --filter HelpTests -->\n\n"
    let page = try String(contentsOf: url, encoding: .utf8)
    let parts = page.components(separatedBy: marker)
    #expect(parts.count == 2)
    let expected = parts[0] + marker + Help(.standard).markdown
    if ProcessInfo.processInfo.environment["GNB_UPDATE"] == "1" {
      try expected.write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == expected, "docs/language.md is out of date")
  }

  @Test(arguments: [40, 60, 80]) func helpFitsItsWidth(_ width: Int) throws {
    let help = Help(.standard)
    for command in CommandTable.standard.commands {
      for line in try help.topic(command.name).lines(width) where !line.hasPrefix("  ") {
        #expect(DisplayWidth.of(line) <= width, "\(line)")
      }
    }
  }

  @Test(arguments: ["let", "for", "time", "keys", "words", "errors"]) func whatIsNoCommandHasAPageToo(
    _ name: String
  )
    throws
  {
    for width in [40, 80] {
      let lines = try Help(.standard).topic(name).lines(width)
      #expect(lines.count > 3 && lines.allSatisfy { DisplayWidth.of($0) <= width }, "\(lines)")
    }
    // What cannot be typed by itself is listed as it can be.
    let entry = ["let", "for", "time"].contains(name) ? name : "help \(name)"
    #expect(Help(.standard).overview(width: 40).contains { $0.hasPrefix("  \(entry)") })
  }

  @Test(arguments: Glossary.entries.map(\.word)) func aWordIsExplainedInTwoSentencesAndCanBeSeen(
    _ word: String
  ) throws {
    let entry = try #require(Glossary.entries.first { $0.word == word })
    #expect(entry.text.hasSuffix(".") && (80...320).contains(entry.text.count), "\(entry.text.count)")
    for name in [word] + entry.others {
      for width in [40, 80] {
        let lines = try Help(.standard).topic(name.uppercased()).lines(width)
        #expect(lines.count > 1 && lines.allSatisfy { DisplayWidth.of($0) <= width }, "\(lines)")
      }
    }
    for line in entry.see {
      var known: Set<String> = []
      #expect(throws: Never.self, "\(line)") {
        try Interpreter(Recorder().session, .standard).check(Parser.parse(line), known: &known)
      }
    }
  }

  @Test func theGlossaryIsOfUseAndItsNamesAreUnique() throws {
    let names = Glossary.entries.flatMap { [$0.word] + $0.others }
    #expect(Glossary.entries.count >= 40 && Set(names).count == names.count)
    #expect(
      try Help(.standard).topic("perplexity").lines(80).last
        == "In gnb: score \"吾輩は猫である。\"; train eval_every=10")
    // A command comes first, and its word with it.
    let lora = try Help(.standard).topic("lora").lines(80)
    #expect(lora.first?.hasPrefix("lora [") == true && lora.contains { $0.hasPrefix("lora: Low-rank") })
    #expect(throws: Diagnostic.self) { try Help(.standard).topic("perplexty") }
    do { _ = try Help(.standard).topic("perplexty") } catch let diagnostic as Diagnostic {
      #expect(diagnostic.help == "did you mean 'help perplexity'?")
    }
  }

  @Test func everyExampleIsAValidLine() throws {
    for command in CommandTable.standard.commands {
      for example in command.examples {
        var known: Set<String> = []
        let recorder = Recorder()
        do {
          try Interpreter(recorder.session, .standard).check(Parser.parse(example), known: &known)
        } catch let diagnostic as Diagnostic where diagnostic.code == .promptOnly {
          #expect(command.isStepping)
        }
      }
    }
  }

  @Test func namesAreUniqueAndDescribed() {
    let commands = CommandTable.standard.commands
    #expect(Set(commands.map(\.name)).count == commands.count)
    for command in commands {
      #expect(!command.summary.isEmpty && command.arguments.allSatisfy { !$0.help.isEmpty })
    }
  }

  @Test func theTreeInTheReadmeIsTheTree() throws {
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    for folder in ["Sources", "Sources/Gemma", "Sources/Commands", "Tests"] {
      for name in try FileManager.default.contentsOfDirectory(
        atPath: root.appendingPathComponent(folder).path)
      {
        var isFolder: ObjCBool = false
        let path = root.appendingPathComponent(folder + "/" + name).path
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
          continue
        }
        #expect(readme.contains(name + "/"), "README's tree lacks \(folder)/\(name)")
      }
    }
  }
}
