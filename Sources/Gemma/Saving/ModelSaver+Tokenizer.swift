import Foundation

/// Writes the tokenizer of a Hugging Face folder.
extension ModelSaver {
  /// The tokenizer's files that are copied from a source folder.
  static let tokenizerFiles = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
  ]

  /// Writes tokenizer.json, so that AutoTokenizer needs no other package; tokenizer.model, if SentencePiece can split
  /// text in the same way; and tokenizer_config.json. Files of a source folder are copied unchanged, and missing ones
  /// are written.
  func writeTokenizer(_ folder: String) throws {
    let tokenizer = model.tokenizer
    var written: Set<String> = []
    if model.file.gguf == nil {
      for name in Self.tokenizerFiles {
        let source = model.file.path + "/" + name
        guard FileManager.default.fileExists(atPath: source) else { continue }
        try AtomicFile.write(try MappedFile(path: source).withBytes { Data($0) }, to: folder + "/" + name)
        written.insert(name)
      }
    } else if let data = tokenizer.sentencePieceModel() {
      try AtomicFile.write(data, to: folder + "/tokenizer.model")
    }
    let config = folder + "/tokenizer_config.json"
    if !written.contains("tokenizer.json"), let data = tokenizer.tokenizerJSON() {
      try AtomicFile.write(data, to: folder + "/tokenizer.json")
      // tokenizer.json has all tokens. Readers would take a second list for the complete list of added tokens.
      if written.contains("tokenizer_config.json") {
        var object = try JSONFile.object(config)
        object["added_tokens_decoder"] = nil
        try write(object, to: config)
      }
      try? FileManager.default.removeItem(atPath: folder + "/added_tokens.json")
    }
    if !written.contains("tokenizer_config.json") {
      try write(tokenizer.hubConfig(chatTemplate: model.file.chatTemplate), to: config)
    }
  }
}
