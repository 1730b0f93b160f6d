/// generate in Python.
extension GenerateCommand {
  static func python(_ call: PythonCall<GenerateArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.answers)
    var lines: [String] = []
    let text = call.python(\.prompt)
    if call.chat || call.isVariable(\.chat) {
      let system = call.system.map { _ in " + \(call.python(\.system)) + \"\\n\\n\"" } ?? ""
      let frame =
        "\"<start_of_turn>user\\n\"\(system) + \(text).strip() + \"<end_of_turn>\\n<start_of_turn>model\\n\""
      lines.append(
        "ids = [tokenizer.bos_token_id] + encode("
          + (call.isVariable(\.chat) ? "\(frame) if \(call.python(\.chat)) else \(text)" : frame) + ")")
    } else {
      if call.system != nil { lines.append("# system has no effect without chat=true.") }
      lines.append("ids = [tokenizer.bos_token_id] + encode(\(text))")
    }
    let options = sampling(call, script)
    lines += options.before
    let length = "ids, max_new_tokens=\(call.python(\.maxTokens))"
    guard !options.options.isEmpty else { return lines + ["print(generate(\(length)))"] }
    script.need(.sampling)
    return lines + ["print(sample(", "    \(length),", "    \(options.options.joined(separator: ", "))))"]
  }

  /// Arguments of transformers' generate, if the settings are not the default of greedy decoding; and the lines before
  /// the call.
  private static func sampling(_ call: PythonCall<GenerateArguments>, _ script: PythonScript) -> (
    options: [String], before: [String]
  ) {
    let temperature = call.python(\.temperature)
    let isVariable = call.isVariable(\.temperature)
    var options: [String] = []
    var before: [String] = []
    if isVariable || call.temperature > 0 {
      options = [
        isVariable
          ? "do_sample=\(temperature) > 0, temperature=\(temperature) or 1.0"
          : "do_sample=True, temperature=\(temperature)",
        // Both are always written, because the settings in a Gemma folder have other defaults.
        "top_k=\(call.python(\.topK))", "top_p=\(call.python(\.topP))",
      ]
      if call.isChanged(\.minP) { options.append("min_p=\(call.python(\.minP))") }
      before = [
        "torch.manual_seed(\(call.python(\.seed, else: "\(script.seed)")))  # draws other tokens than gnb"
      ]
    } else {
      let idle = [
        ("top_k", call.isChanged(\.topK)), ("top_p", call.isChanged(\.topP)),
        ("min_p", call.isChanged(\.minP)),
        ("seed", call.isChanged(\.seed)),
      ].filter(\.1).map(\.0)
      if !idle.isEmpty {
        before = ["# temperature=0 draws nothing, so these have no effect: \(idle.joined(separator: ", "))."]
      }
    }
    if call.isChanged(\.repetitionPenalty) {
      options.append("repetition_penalty=\(call.python(\.repetitionPenalty))")
    }
    if call.isVariable(\.stop) {
      options.append("stop_strings=[str(text) for text in \(call.python(\.stop))]")
    } else if let stops = call.stop, !stops.isEmpty {
      options.append("stop_strings=\(Python.list(stops))")
    }
    return (options, before)
  }
}

extension PythonPiece {
  static let sampling = PythonPiece(
    "sampling", needs: [.answers],
    #"""
    def sample(ids, max_new_tokens, stop_strings=None, **options):
        """A continuation with these options of transformers' generate. A stop text ends it and is not part of it."""
        text = generate(
            ids, max_new_tokens, stop_strings=stop_strings or None, tokenizer=tokenizer, **options)
        for stop in stop_strings or []:
            text = text.split(stop, 1)[0]
        return text
    """#)
}
