import Commands
import Foundation
import Testing

/// tour, doctor, notes, documents and pull --from, as a participant and an instructor type them.
@Suite(.serialized) struct WorkshopProgramTests {
  private let program = ProgramTests()
  private var folder: String { program.folder }
  private static let model =
    ProcessInfo.processInfo.environment["GNB_CACHE"] ?? NSHomeDirectory() + "/.cache/gnb"
  private static var hasModel: Bool {
    FileManager.default.fileExists(atPath: model + "/models/gemma-3-270m/gemma-3-270m-Q4_K_M.gguf")
  }

  private func gnb(_ arguments: [String], input: String = "") throws -> ProgramTests.Run {
    try program.gnb(
      arguments, input: input,
      environment: [
        "HOME": folder, "XDG_STATE_HOME": "", "XDG_CACHE_HOME": "", "GNB_CACHE": folder + "/cache",
        "LANG": "C.UTF-8",
      ])
  }

  @Test func theTourListsItsLessonsAndSaysWhatIsMissing() throws {
    let run = try gnb(["tour"])
    #expect(run.status == 0 && run.output.contains("Fine-tune Gemma in a coffee break"), "\(run.errors)")
    #expect(run.output.contains("gnb tour 0  comes next") && run.output.contains("gnb pull gemma-3-270m"))
    let wrong = try gnb(["tour", "no-such"])
    #expect(wrong.status == 2 && wrong.errors.contains("lesson: expected one of 0"), "\(wrong.errors)")
    #expect(try gnb(["tour", "1", "2"]).status == 2)
    #expect(try gnb(["run", "--language", "ja"]).status == 2)
  }

  @Test func theLanguageIsRemembered() throws {
    #expect(try gnb(["tour", "--language", "ja"]).status == 0)
    let state = try String(contentsOfFile: folder + "/.local/state/gnb/tour.json", encoding: .utf8)
    #expect(state.contains("\"language\":\"ja\""), "\(state)")
    #expect(try gnb(["tour", "--language", "klingon"]).errors.contains("--language takes en or ja"))
  }

  @Test func aLessonWithoutTheModelSaysHowToGetIt() throws {
    let run = try gnb(["tour", "0"], input: "\nquit\n")
    #expect(run.errors.contains("pull gemma-3-270m"), "\(run.errors)")
    #expect(run.output.contains("'gnb tour 0' goes on here."))
  }

  @Test(.enabled(if: hasModel, "needs the model: run `make demo` once"))
  func aParticipantComesBackToTheSameCell() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let environment = ["GNB_CACHE": folder + "/cache"]
    try FileManager.default.createDirectory(atPath: folder + "/cache", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/cache/models", withDestinationPath: Self.model + "/models")
    let first = try Terminal(["tour"], folder: folder, environment: environment)
    try first.wait("the list") { $0.lines.last?.hasPrefix("lesson (Enter for 0") == true }
    first.type("no-such")
    try first.wait("the mistake") { $0.contains("expected one of 0") }
    first.type("")
    try first.wait(prompt: "gnb[1/9]>")
    first.type("")
    try first.wait(prompt: "gnb[2/9]>")
    first.type("")
    try first.wait(prompt: "gnb[3/9]>")
    first.send("\u{4}")
    #expect(try first.exitStatus() == 0 && first.screen.contains("'gnb tour 0' goes on here."))

    let second = try Terminal(["tour"], columns: 60, folder: folder, environment: environment)
    try second.wait("the place") {
      $0.contains("2 of 9 cells") && $0.lines.last?.hasPrefix("lesson (Enter") == true
    }
    second.type("")
    try second.wait(prompt: "gnb[3/9]>")
    #expect(second.screen.contains("back after 2 cells, without running them again"))
    second.type("show split")
    try second.wait("the split of the first session") { $0.contains("sports-watch") }
    // While a command runs the terminal takes a Ctrl-D for itself, so it must not come before the prompt.
    try second.wait(prompt: "gnb[3/9]>")
    second.send("\u{4}")
    #expect(try second.exitStatus() == 0)
  }

  @Test func theDoctorEndsWithOneWhereLessonsCannotRun() throws {
    let run = try gnb(["doctor", "--json", folder + "/doctor.json"])
    #expect(run.status == 1 && run.output.contains("gnb pull gemma-3-270m"), "\(run.output)\(run.errors)")
    for word in ["CPU", "kernels", "cores", "memory", "disk", "GPU", "terminal"] {
      #expect(run.output.contains(word))
    }
    let json = try String(contentsOfFile: folder + "/doctor.json", encoding: .utf8)
    #expect(json.contains("\"fit\":false") && json.contains("\"mend\":["), "\(json)")
  }

  @Test func theDoctorLooksAtTheTerminal() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let terminal = try Terminal(
      ["doctor"], columns: 60, folder: folder, environment: ["LANG": "C", "LC_ALL": "C"])
    #expect(try terminal.exitStatus() == 1)
    #expect(
      terminal.screen.contains("export LANG=C.UTF-8") && terminal.screen.contains("60 columns, not UTF-8"))
  }

  @Test func aFolderWithoutTheModelIsRefused() throws {
    try FileManager.default.createDirectory(atPath: folder + "/stick", withIntermediateDirectories: true)
    let run = try gnb(["pull", "gemma-3-270m", "--from", folder + "/stick"])
    #expect(run.status == 3 && run.errors.contains("gemma-3-270m-Q4_K_M.gguf.1"), "\(run.errors)")
    try Data("no model".utf8).write(to: URL(fileURLWithPath: folder + "/stick/gemma-3-270m-Q4_K_M.gguf"))
    let damaged = try gnb(["pull", "gemma-3-270m", "--from", folder + "/stick"])
    #expect(damaged.status == 4 && damaged.errors.contains("sha256"), "\(damaged.errors)")
  }

  // MARK: Documents

  @Test func theManualHasEveryCallOptionAndCommand() throws {
    let run = try gnb(["help", "--as", "man"])
    let plain = run.output.replacingOccurrences(of: "\\-", with: "-")
    #expect(run.status == 0 && plain.hasPrefix(".TH GNB 1"))
    for command in CommandTable.standard.commands {
      #expect(plain.contains("\n.B \(command.name)"), "\(command.name)")
    }
    for word in ["--write-actual", "--language", "gnb tour", "gnb doctor", "EXIT STATUS", "GNB_CACHE"] {
      #expect(plain.contains(word), "\(word)")
    }
    #expect(try gnb(["help", "--as", "pdf"]).status == 2)
    #expect(try gnb(["run", "--as", "man"]).status == 2)
  }

  @Test(arguments: [
    (["gnb", "do"], "doctor"), (["gnb", "tour", "--language", ""], "en ja"),
    (["gnb", "pull", "gem"], "gemma-3-270m"),
    (["gnb", "run", "--keep"], "--keep-going"), (["gnb", "help", "eval"], "evaluate"),
    (["gnb", "--color", "al"], "always"),
    (["gnb", "run", "les"], "lesson.gnb lessons/"), (["gnb", "help", "--as", "f"], "fish"),
    (["gnb", "check", "--jun"], "--junit"),
    (["gnb", "predict", "--jun"], ""),
  ])
  func bashCompletes(_ words: [String], _ expected: String) throws {
    try FileManager.default.createDirectory(atPath: folder + "/lessons", withIntermediateDirectories: true)
    _ = try program.write("lesson.gnb", Data())
    _ = try program.write("lesson.txt", Data())
    let script = try program.write("gnb.bash", Data(try gnb(["help", "--as", "bash"]).output.utf8))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments =
      [
        "-c",
        "cd \"$0\"; source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(( $# - 1 )); _gnb; printf '%s\\n' \"${COMPREPLY[@]}\" | sort | paste -sd' '",
        folder, script,
      ] + words
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(text.trimmingCharacters(in: .whitespacesAndNewlines) == expected)
  }

  @Test(arguments: ["zsh", "fish"]) func otherShellsKnowEveryVerb(_ shell: String) throws {
    let text = try gnb(["help", "--as", shell]).output
    for verb in ["run", "check", "record", "export", "predict", "pull", "tour", "doctor", "notes", "help"] {
      #expect(text.contains(shell == "zsh" ? "'\(verb):" : "-a \(verb) "), "\(verb)")
    }
    #expect(text.contains("language") && text.contains("11 12"))
  }

  // MARK: Before an audience

  private func slides() throws -> String {
    try program.write(
      "talk.gnb",
      Data(
        """
        ---
        gnb: 1
        title: 講演
        ---
        # 最初の問い
        <!-- note: Ask who has trained a model. -->
        Look at the data.

        ```gnb
        load data mini-news
        ```

        <!-- note: Wait for the answers. -->
        ```gnb
        split train=10 validation=5
        ```

        """.utf8))
  }

  @Test func theSpeakersNotesFollowThePresentation() throws {
    let path = try slides()
    let notes = try Terminal(["notes", path], folder: folder)
    try notes.wait("that it waits") {
      $0.contains("waiting for: gnb ") && $0.contains("Ask who has trained a model.")
    }
    let talk = try Terminal([path, "--present"], folder: folder)
    try talk.wait(prompt: "gnb[1/2]>")
    try notes.wait("that it follows") { screen in
      screen.lines.suffix(20).contains { $0.hasPrefix("講演  cell 1 of 2") }
        && screen.lines.last == "(Ctrl-C leaves)"
    }
    talk.type("")
    try talk.wait("the hold") { $0.contains("(Enter shows the next cell)") }
    talk.type("")
    try talk.wait(prompt: "gnb[2/2]>")
    try notes.wait("the next note") { screen in
      let shown = screen.lines.suffix(12)
      return shown.contains { $0.hasPrefix("講演  cell 2 of 2") } && shown.contains("Wait for the answers.")
    }
    #expect(!talk.screen.contains("Ask who has trained"), "the audience does not see it")
    talk.send("\u{4}\u{4}")
    _ = try talk.exitStatus()
    notes.send("\u{3}")
    #expect(try notes.exitStatus() == 0)
  }

  @Test(arguments: [80, 60]) func anOutputTallerThanTheScreenIsShownInPages(_ columns: Int) throws {
    let path = try program.write(
      "talk.gnb",
      Data(
        """
        ---
        gnb: 1
        title: Talk
        ---
        ```gnb
        load data mini-news
        split train=100 validation=200
        show split
        ```
        ```gnb
        let a = 1
        ```

        Take home.

        """.utf8))
    let talk = try Terminal([path, "--present"], columns: columns, rows: 16, folder: folder)
    try talk.wait(prompt: "gnb[1/2]>")
    talk.type("")
    try talk.wait("the first page") {
      $0.contains("(page 1 of ") && $0.contains("300 articles in 5 categories")
        && $0.lines.last == "gnb[2/2]>"
    }
    // Enter turns the pages; the last one is followed by the next cell.
    for page in 2...9 {
      if talk.screen.contains("(Enter shows the next cell)") { break }
      talk.type("")
      try talk.wait("page \(page)") {
        ($0.contains("(page \(page) of ") || $0.contains("(Enter shows the next cell)"))
          && $0.lines.last == "gnb[2/2]>"
      }
    }
    #expect(talk.screen.lines.suffix(14).allSatisfy { !$0.contains("300 articles") })
    talk.type("")
    try talk.wait("the next cell") { $0.contains("let a = 1") && $0.lines.last == "gnb[2/2]>" }
    talk.type("")
    try talk.wait("its output and the end") { $0.contains("Take home.") && $0.lines.last == "gnb[end]>" }
    talk.send("\u{4}\u{4}")
    _ = try talk.exitStatus()
  }

  @Test(arguments: [(16, 3), (40, 2)])
  func anOutputThatHasNoRoomBelowItsCellIsShownAlone(_ rows: Int, _ screens: Int) throws {
    let path = try program.write(
      "talk.gnb",
      Data(
        """
        ---
        gnb: 1
        ---
        A text above the cell.

        ```gnb
        load data mini-news
        ```
        ```gnb
        let a = 1
        ```

        """.utf8))
    let talk = try Terminal([path, "--present"], rows: rows, folder: folder)
    try talk.wait(prompt: "gnb[1/2]>")
    talk.type("")
    try talk.wait("the output") { $0.contains("(Enter shows the next cell)") && $0.lines.last == "gnb[2/2]>" }
    talk.type("")
    try talk.wait("the next cell") { $0.contains("let a = 1") && $0.lines.last == "gnb[2/2]>" }
    #expect(talk.raw.components(separatedBy: "\u{1B}[2J").count - 1 == screens)
    talk.send("\u{4}\u{4}")
    _ = try talk.exitStatus()
  }

  @Test func theNotesOfALessonAreInTheLanguageAskedFor() throws {
    let english = try gnb(["notes", "0"])
    let japanese = try gnb(["notes", "0", "--language", "ja"])
    #expect(english.output.hasPrefix("cell 1\n  Say: ") && japanese.output.hasPrefix("セル 1\n  話すこと: "))
    #expect(try gnb(["tour"]).output.contains("Fine-tune Gemma"), "it is not remembered")
    #expect(try gnb(["tour", "--language", "ja"]).output.contains("コーヒー一杯の間に"))
    #expect(try gnb(["tour"]).output.contains("モデルがまだありません"))
  }

  @Test func allNotesCanBePrinted() throws {
    let run = try gnb(["notes", try slides()])
    #expect(
      run.output == "cell 1\n  Ask who has trained a model.\ncell 2\n  Wait for the answers.\n",
      "\(run.errors)")
  }

  @Test(arguments: [("1", "", true), ("", "1", false), ("0", "", false)])
  func largeTypeIsForTerminalsThatHaveIt(_ large: String, _ tmux: String, _ isLarge: Bool) throws {
    let terminal = try Terminal(
      [try slides(), "--present"], folder: folder,
      environment: ["GNB_LARGE": large, "XTERM_VERSION": "XTerm(379)"].merging(
        tmux.isEmpty ? [:] : ["TMUX": "/tmp/x"]
      ) { $1 })
    try terminal.wait(prompt: "gnb[1/2]>")
    #expect(terminal.raw.contains("\u{1B}#3") == isLarge && terminal.raw.contains("\u{1B}#4") == isLarge)
    #expect(terminal.screen.contains("最初の問い") && terminal.screen.contains("load data mini-news"))
    #expect(terminal.screen.contains("┏") != isLarge)
    terminal.send("\u{4}")
    _ = try terminal.exitStatus()
  }
}
