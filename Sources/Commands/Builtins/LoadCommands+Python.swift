import Gemma

/// load model in Python.
extension LoadCommands {
  static func python(model call: PythonCall<LoadModelArguments>, _ script: inout PythonScript) -> [String] {
    script.need(.runtime)
    script.hasAdapter = false
    let name = call.name
    var lines: [String] = []
    var model = call.python(\.name)
    if name == "gemma-3-270m" { model = Python.literal("unsloth/gemma-3-270m") }
    if name.hasSuffix(".gguf") {
      lines.append("# Not a GGUF file but the model's name on huggingface.co, or a folder with safetensors:")
    }
    var options = ""
    if call.isVariable(\.precision) {
      let precision = call.python(\.precision)
      options = "\(precision) == \"nf4\", load_in_8bit=\(precision) == \"q8\","
      options += " dtype=torch.bfloat16 if \(precision) == \"bf16\" else None"
    } else {
      switch call.precision {
      case .nf4: options = "True"
      case .q8:
        lines.append(
          "# 8 bits a weight as bitsandbytes has them, on a GPU only; gnb's are those of GGUF's Q8_0.")
        options = "False, load_in_8bit=True"
      case .bf16: options = "False, dtype=torch.bfloat16"
      case .f32:
        lines.append("# precision=f32 has no counterpart here: on a GPU the weights have 16 bits.")
        options = "False"
      default: options = "False"
      }
    }
    return lines + ["model, tokenizer = load_model(\(model), load_in_4bit=\(options))"]
  }
}
