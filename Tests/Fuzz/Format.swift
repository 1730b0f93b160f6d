import CZlib
import Commands
import Foundation
import Gemma

/// A format that gnb reads, with valid files of it and the way in.
struct Format {
  var name: String
  var seeds: [Seed]
  /// What a piece of text may turn into.
  var words: [String] = []
  /// A whole file of changed bytes and what follows them; consistent if lengths and checksums are put right.
  var finish: (_ bytes: [UInt8], _ tail: [UInt8], _ isConsistent: Bool) -> [UInt8] = { bytes, tail, _ in
    bytes + tail
  }
  /// Reads it, to the end of what a command would do with it.
  var read: (_ file: [UInt8]) throws -> Void

  static let names = [
    "gguf", "safetensors", "index", "config", "tokenizer.json", "tokenizer.model", "adapter-config",
    "adapter-tensors",
    "checkpoint", "tar.gz", "csv", "jsonl", "notebook", "commands", "hub", "gnb.json",
  ]

  /// Input `number` of a run: always the same.
  func input(seed: UInt64, number: UInt64) -> [UInt8] {
    let stream = UInt32(Self.names.firstIndex(of: name) ?? 0)
    var mutator = Mutator(seeds: seeds, words: words, seed: seed, stream: stream, number: number)
    var (bytes, tail) = mutator.input()
    if mutator.isTailDamaged() { mutator.damage(&tail) }
    var file = finish(bytes, tail, mutator.isConsistent())
    if mutator.isFinishedOff() { mutator.damage(&file) }
    return file
  }
}

/// Makes the formats, with the tiny models of the fixtures and a folder for what is written.
struct Formats {
  private let tiny: String
  private let folder: String
  private let device = CPU(threads: 1)

  /// - Parameters:
  ///   - root: of the repository.
  ///   - folder: of this process alone; in memory, if it can be.
  init(root: String, folder: String) throws {
    tiny = root + "/Tests/Fixtures/tiny"
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// A new file each time: what a mapping of the one before sees stays as it is.
  private func write(_ bytes: [UInt8], _ path: String) throws {
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    guard descriptor >= 0,
      bytes.withUnsafeBytes({ Foundation.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count
    else { throw POSIXError(.EIO) }
    close(descriptor)
  }

  func make(_ name: String) throws -> Format? {
    switch name {
    case "gguf": return try gguf()
    case "safetensors": return try weights()
    case "index":
      return try part(
        "gemma3-bf16-sharded", "model.safetensors.index.json", name, more: "tokenizer/tokenizer.json")
    case "config":
      var format = try part("gemma3", "config.json", name)
      format.seeds += try ["gemma2", "gemma2-nf4", "gemma3-bf16-sharded"].map {
        .json(try bytes("\(tiny)/\($0)/config.json"))
      }
      return format
    case "tokenizer.json": return try part("gemma3", "tokenizer.json", name)
    case "tokenizer.model":
      var format = try part("gemma2", "tokenizer.model", name)
      format.seeds = [.protocolBuffer(try bytes("\(tiny)/gemma2/tokenizer.model"))]
      return format
    case "adapter-config": return try adapter(name, tensors: false)
    case "adapter-tensors": return try adapter(name, tensors: true)
    case "checkpoint": return try checkpoint()
    case "tar.gz": return archive()
    case "csv": return table("csv", Self.csv)
    case "jsonl": return try jsonLines()
    case "notebook": return notebook()
    case "commands": return commands()
    case "hub": return try hub()
    case "gnb.json": return notes()
    default: return nil
    }
  }

  /// What gnb writes beside an adapter; read, and written again.
  private func notes() -> Format {
    let text = """
      {"card":{"f1":0.5,"is":true,"nothing":null},"categories":["返品","配送"],"count":12,
      "seen_texts":["0123456789abcdef","fedcba9876543210"]}
      """
    let path = folder + "/" + AdapterNotes.fileName
    return Format(name: "gnb.json", seeds: [.json(Array(text.utf8))], words: ["seen_texts"]) {
      try write($0, path)
      var notes = try AdapterNotes(folder: folder)
      var seen = try notes.seenTexts()
      seen.add([Sample(id: "1", title: "", text: "new", category: "a")])
      try notes.set(seen)
      try notes.write()
      let again = try AdapterNotes(folder: folder)
      guard try again.seenTexts() == seen, again.keys == notes.keys else {
        throw CocoaError(.coderInvalidValue)  // an error without words of its own ends the run
      }
    }
  }

  // MARK: Models

  /// Opens it, and computes a little with what came of it.
  private func use(_ path: String) throws {
    let model = try GemmaModel(ModelFile.open(path: path), device: device)
    let ids = model.tokenizer.encode("ab 日本 <bos>x").prefix(5)
    _ = model.tokenizer.decode(Array(ids))
    _ = try model.logits(of: Array(ids), adapter: nil, device: device)
  }

  private func gguf() throws -> Format {
    let seeds = try [("gemma2", SavedType.f16), ("gemma3", .q8)].enumerated().map {
      i, kind in
      let path = "\(folder)/seed\(i).gguf"
      let model = try GemmaModel(ModelFile.open(path: "\(tiny)/\(kind.0)"), device: device)
      _ = try ModelSaver(model, adapter: nil, device: device).save(to: path, type: kind.1)
      return Seed.gguf(try bytes(path))
    }
    let path = folder + "/model.gguf"
    var format = Format(
      name: "gguf", seeds: seeds,
      words: ["gemma2", "gemma3", "llama", "general.alignment", "token_embd.weight"]
    ) {
      try write($0, path)
      try use(path)
    }
    format.finish = { bytes, tail, isConsistent in
      bytes + [UInt8](repeating: 0, count: isConsistent ? (32 - bytes.count % 32) % 32 : 0) + tail
    }
    return format
  }

  /// A folder with the files of a tiny model, one of which is to be changed.
  private func part(_ model: String, _ file: String, _ name: String, more: String? = nil) throws -> Format {
    let place = "\(folder)/model"
    try FileManager.default.copyItem(atPath: "\(tiny)/\(model)", toPath: place)
    if let more {
      try FileManager.default.copyItem(
        atPath: "\(tiny)/\(more)", toPath: place + "/" + (more as NSString).lastPathComponent)
    }
    return Format(name: name, seeds: [.json(try bytes("\(place)/\(file)"))]) {
      try write($0, "\(place)/\(file)")
      try use(place)
    }
  }

  /// Header and data of a safetensors file.
  private func safetensors(_ path: String) throws -> Seed {
    let file = try bytes(path)
    let length = (0..<8).reduce(0) { $0 | Int(file[$1]) << (8 * $1) }
    return .json(Array(file[8..<8 + length]), tail: Array(file[(8 + length)...]))
  }

  private static func joined(_ header: [UInt8], _ data: [UInt8], _ isConsistent: Bool) -> [UInt8] {
    let length = UInt64(header.count) &+ (isConsistent ? 0 : UInt64(bitPattern: -9))
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + header + data
  }

  private func weights() throws -> Format {
    var format = try part("gemma2-nf4", "model.safetensors", "safetensors")
    format.seeds = [try safetensors("\(tiny)/gemma2-nf4/model.safetensors")]
    let plain = try part2("gemma2")
    let nf4 = format.read
    format.seeds.append(try safetensors("\(tiny)/gemma2/model.safetensors"))
    format.finish = Self.joined
    format.read = { file in
      // The first says which of the two folders it belongs to.
      if file.count > 300_000 { try plain(file) } else { try nf4(file) }
    }
    return format
  }

  /// A second folder, for weights of another configuration.
  private func part2(_ model: String) throws -> (_ file: [UInt8]) throws -> Void {
    let place = "\(folder)/model2"
    try FileManager.default.copyItem(atPath: "\(tiny)/\(model)", toPath: place)
    return {
      try write($0, "\(place)/model.safetensors")
      try use(place)
    }
  }

  // MARK: Adapters and checkpoints

  private func adapter(_ name: String, tensors: Bool) throws -> Format {
    let place = "\(folder)/adapter"
    try FileManager.default.copyItem(atPath: "\(tiny)/adapters/dora/adapter", toPath: place)
    let model = try GemmaModel(ModelFile.open(path: "\(tiny)/gemma2"), device: device)
    let folders = [
      "gemma2/adapter", "adapters/dora/adapter", "adapters/patterns/adapter", "adapters/layers/adapter",
    ]
    let file = "\(place)/\(tensors ? "adapter_model.safetensors" : "adapter_config.json")"
    var format = Format(
      name: name, seeds: [], words: ["q_proj", "layers.1.mlp.up_proj", "all-linear", "LORA"]
    ) {
      try write($0, file)
      let adapter = try Adapter.load(path: place, model: model, device: device)
      _ = try model.logits(of: [2, 5, 7], adapter: adapter, device: device)
    }
    for folder in folders {
      format.seeds.append(
        tensors
          ? try safetensors("\(tiny)/\(folder)/adapter_model.safetensors")
          : .json(try bytes("\(tiny)/\(folder)/adapter_config.json")))
    }
    if tensors { format.finish = Self.joined }
    return format
  }

  private func checkpoint() throws -> Format {
    let model = try GemmaModel(ModelFile.open(path: "\(tiny)/gemma2"), device: device)
    let examples = (0..<4).map { TokenizedExample(ids: [2, 40, 41, Int32(42 + $0), 50], promptCount: 3) }
    let path = "\(folder)/run.ckpt"
    var plan = TrainingPlan()
    (plan.training.steps, plan.training.batch, plan.checkpointEvery) = (3, 2, 2)
    (plan.evaluateEvery, plan.patience) = (1, 5)
    let adapter = Adapter(AdapterConfig(rank: 1, targets: [.query]), model: model, device: device)
    let run = try TrainingRun(
      plan: plan, model: model, adapter: adapter, examples: examples, checkpoint: path, device: device)
    run.look = { (1, 0.5) }
    while !run.isFinished { _ = try run.next() }
    let whole = try safetensors(path)
    // The state is JSON within a string of JSON: it is changed as JSON, and put back.
    guard var header = try JSONSerialization.jsonObject(with: Data(whole.bytes)) as? [String: Any],
      var metadata = header["__metadata__"] as? [String: String], let state = metadata["gnb.checkpoint"]
    else { throw POSIXError(.EINVAL) }
    metadata["gnb.checkpoint"] = "@"
    header["__metadata__"] = metadata
    let frame = String(decoding: try JSONSerialization.data(withJSONObject: header), as: UTF8.self)
      .components(separatedBy: "\"@\"")
    var format = Format(name: "checkpoint", seeds: [whole, .json(Array(state.utf8), tail: whole.tail)]) {
      try write($0, path)
      let run = try TrainingRun(resuming: path, model: model, examples: examples, device: device)
      _ = (run.isFinished, run.hasStopped, run.finish())
    }
    format.finish = { bytes, data, isConsistent in
      guard !bytes.starts(with: #"{"__metadata__"#.utf8), bytes.count < 1 << 18 else {
        return Self.joined(bytes, data, isConsistent)
      }
      var quoted: [UInt8] = []
      for byte in bytes {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
        if byte >= 0x20 {
          quoted.append(byte)
        } else {
          quoted += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
        }
      }
      return Self.joined(
        Array(frame[0].utf8) + [0x22] + quoted + [0x22] + Array(frame[1].utf8), data, isConsistent)
    }
    return format
  }

  // MARK: Data

  private func archive() -> Format {
    func article(_ n: Int) -> [UInt8] {
      Array("http://a/\(n)\n2010-01-01T00:00:00+0900\nTitle \(n)\nBody 日本 \(n)\n".utf8)
    }
    var files = ["text/LICENSE.txt", "text/a/LICENSE.txt"].map { (name: $0, contents: Array("words\n".utf8)) }
    for n in 0..<4 { files.append(("text/\(["a", "b"][n % 2])/\(["a", "b"][n % 2])-\(n).txt", article(n))) }
    var seed = Seed.tar(files)
    seed.mark(512..<513, .integer)
    let long = Seed.tar([("././@LongLink", Array("text/a/a-9.txt\0".utf8)), ("x", article(9))])
    var format = Format(
      name: "tar.gz", seeds: [seed, long], words: ["../a", "/a", "text/a/b-1.txt", "L", "x", "5"]
    ) {
      try write($0, "\(folder)/a.tar.gz")
      _ = try Dataset.load(path: "\(folder)/a.tar.gz")
    }
    format.finish = { bytes, _, isConsistent in
      var bytes = bytes
      if isConsistent { Self.sum(&bytes) }
      return bytes.count % 3 == 0 ? bytes : Self.gzip(bytes)
    }
    return format
  }

  /// Puts the checksums of all headers right, as far as sizes lead from one to the next.
  private static func sum(_ bytes: inout [UInt8]) {
    var at = 0
    while at + 512 <= bytes.count {
      var sum = 0
      for i in 0..<512 { sum += (148..<156).contains(i) ? 32 : Int(bytes[at + i]) }
      let digits = Array(String(sum, radix: 8).utf8)
      for i in 0..<8 { bytes[at + 148 + i] = i < digits.count ? digits[i] : 0 }
      let size = String(
        decoding: bytes[at + 124..<at + 136].prefix { (0x30...0x37).contains($0) }, as: UTF8.self)
      guard let count = Int(size, radix: 8), count < bytes.count else { return }
      at += 512 + (count + 511) / 512 * 512
    }
  }

  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return bytes }
    defer { deflateEnd(&stream) }
    var (input, output) = (bytes, [UInt8](repeating: 0, count: bytes.count + bytes.count / 8 + 256))
    let count = output.count
    input.withUnsafeMutableBufferPointer { from in
      output.withUnsafeMutableBufferPointer { to in
        (stream.next_in, stream.avail_in) = (from.baseAddress, UInt32(from.count))
        (stream.next_out, stream.avail_out) = (to.baseAddress, UInt32(to.count))
        _ = deflate(&stream, Z_FINISH)
      }
    }
    return Array(output[..<(count - Int(stream.avail_out))])
  }

  private static let csv = [
    "text,category\nfirst,a\nsecond,b\n",
    "id;title;text;label\r\n1;t;\"a \"\"quoted\"\" text\nof two lines\";x\r\n",
    "\u{FEFF}category\ttext\nnews\t日本 e\u{301}\nsport\t\n", "input,output\n\"a,b\",c\n\"\",d\n",
  ]

  private func table(_ ending: String, _ texts: [String]) -> Format {
    let path = "\(folder)/data.\(ending)"
    return Format(
      name: ending, seeds: texts.map(Seed.text), words: ["text", "category", "\"", "\"\"", "\r", "\t"]
    ) {
      try write($0, path)
      _ = try Dataset.load(path: path)
    }
  }

  private func jsonLines() throws -> Format {
    var format = table("jsonl", [])
    format.seeds = [
      #"{"text":"first \u00e9\n","category":"a"}"# + "\n" + #"{"id":"7","title":"t","text":"日本","label":"b"}"#
        + "\n",
      #"{"input":"x","output":"y","extra":[1,{"a":null}]}"#,
    ].map { .json(Array($0.utf8)) }
    format.seeds.append(
      .text(#"{"text":"a","category":"b"}"# + "\n\n" + #"{"input":"x","output":"y"}"# + "\n"))
    return format
  }

  // MARK: What a person writes

  private static let notebooks = [
    "---\ngnb: 1\ntitle: A title\nseed: 7\nwidth: 60\ninputs:\n  mini-news: 00\n---\n# Words\n\n```gnb #a pause\nlet a = 1\n```\n"
      + "```out in=0123456789ab\na «time»\n│ x │\n```\n\n- item **bold** `code` [link](https://a)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
      + "````gnb rows=2 timeout=60 raises=G036\nfor x in [1, 2] {\n  show session\n}\n````\n",
    "---\ngnb: 1\n---\n```gnb\nload data mini-news; split train=3 validation=2\n```\n```out in=ffffffffffff\n300 articles\n┌─┐\n│1│\n└─┘\n5 ┤█▌\n```\n"
      + "```exercise #e rows=2\nquestion: q\n  more\nanswer: 1.5\nwithin: 1%\nnear: 2\nhint: h\n```\n```exercise\nquestion: q\n"
      + "command: split train=2\naccept: train = 2 and seed > 1\nnear: train >= 1\n```\n",
  ]

  private func notebook() -> Format {
    let path = "\(folder)/a.gnb"
    return Format(
      name: "notebook", seeds: Self.notebooks.map(Seed.text),
      words: [
        "gnb", "out", "seed", "rows=", "timeout=", "```gnb\n", "```out in=\n", "---\n", "│", "┤", "█", "«",
        "»",
      ]
    ) {
      try write($0, path)
      let notebook = try NotebookReader.read(path: path)
      _ = Check.outdated(notebook)
      for format in Export.Format.allCases { _ = Export.text(notebook, to: format) }
      _ = try NotebookReader.read(text: NotebookWriter.text(notebook), path: path)
    }
  }

  private static let lines = [
    "let a = 60\nlet b = [1, 2e-4, \"x $a {y}\", word]\nfor x in $b {\n  set width=$a\n  show session\n}\n",
    "show sample 1\nsplit train=10 validation=5 seed=3 stratify=true\nshow split\nhelp train\nset threads=2 seed=9\n",
    "prompt \"news: {input} => {output}\" max_input_tokens=25\nshow config; show data # words\nhelp G036\n",
    "let t = \"\"\"\na block\nof lines\n\"\"\"\nshow session\nplot lengths\ntime help\nreport\nconfusion\n",
    "train lerning_rate=1e-3\nevaluate method=generate limit=3\nlora rank=8 targets=[q_proj, v_proj]\n",
  ]
  /// Commands that write nothing, fetch nothing and are done at once.
  private static let cheap: Set<String> = [
    "show", "set", "help", "split", "prompt", "plot", "report", "confusion", "mistakes", "lora", "train",
    "evaluate", "score",
    "ask", "time",
  ]

  /// Times that the commands of a text run; nil where one of them is not cheap.
  private static func runs(_ statements: [Statement]) -> Int? {
    var sum = 0
    for statement in statements {
      switch statement {
      case .assignment: sum += 1
      case .command(let call):
        for word in call.words.prefix(2) {
          guard case .word(let text) = word.kind else { return nil }
          guard
            text == call.words.first.flatMap({ if case .word(let first) = $0.kind { first } else { nil } })
          else { break }
          guard cheap.contains(text) else { return nil }
        }
        sum += 1
      case .loop(_, let values, let body, _):
        guard let inner = runs(body) else { return nil }
        if case .list(let items) = values.kind { sum += items.count * inner } else { sum += 16 * inner }
      }
      guard sum < 100 else { return nil }
    }
    return sum
  }

  private func commands() -> Format {
    let cache = Cache(path: folder + "/none")
    let table = CommandTable.standard
    var workspace = Workspace()
    let first = Session(cache: cache, settings: Settings(threads: 1), context: RunContext(sink: { _ in }))
    if let statements = try? Parser.parse("load data mini-news\nsplit train=6 validation=4") {
      _ = Interpreter(first, table).run(statements, cell: "1", file: nil, source: "")
      workspace = first.workspace
    }
    return Format(
      name: "commands", seeds: Self.lines.map(Seed.text),
      words: table.commands.map(\.name) + [
        "for x in [1] {", "let", "in", "$a", "$x", "time", "lr=", "[1, [2]]", "\"\"\"\n",
      ]
    ) {
      let text = String(decoding: $0, as: UTF8.self)
      let session = Session(cache: cache, settings: Settings(threads: 1), context: RunContext(sink: { _ in }))
      session.workspace = workspace
      _ = Completion(String(text.prefix(200)), session: session, table: table)
      let statements = try Parser.parse(text)
      var known: Set<String> = []
      try Interpreter(session, table).check(statements, known: &known)
      guard Self.runs(statements) != nil else { return }
      if let failure = Interpreter(session, table).run(statements, cell: "1", file: "a", source: text) {
        throw failure
      }
    }
  }

  private func hub() throws -> Format {
    let hash = String(repeating: "0123456789abcdef", count: 4)
    let large =
      #""size":9,"blobId":"\#(hash.prefix(40))","lfs":{"sha256":"\#(hash)","size":123456789012,"pointerSize":134}"#
    let answer = """
      {"id":"a/b","sha":"\(hash.prefix(40))","cardData":{"license":["gemma","mit"]},"siblings":[
      {"rfilename":"config.json","size":900,"blobId":"\(hash.prefix(40))"},{"rfilename":"model.safetensors",\(large)},
      {"rfilename":"README.md","size":3},{"rfilename":"tokenizer.json","size":17000000,"blobId":"\(hash.prefix(40))"}]}
      """
    let shards = answer.replacingOccurrences(
      of: #""rfilename":"model.safetensors""#, with: #""rfilename":"model-00001-of-00001.safetensors""#
    )
    .replacingOccurrences(of: "README.md", with: "model.safetensors.index.json")
    let pull = try HubPull("owner/model", cache: Cache(path: folder + "/none"))
    return Format(
      name: "hub", seeds: [answer, shards].map { .json(Array($0.utf8)) },
      words: ["model-00001-of-00002.safetensors", "../config.json", "config.json", hash]
    ) { _ = try pull.listing(Data($0), address: "https://hub/answer").bytes }
  }
}
