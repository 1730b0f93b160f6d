import Foundation

/// The tokenizer of a Hugging Face folder.
extension ModelSaver {
  /// The tokenizer's files, which a folder's tokenizer is copied in.
  static let tokenizerFiles = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
  ]

  /// Writes tokenizer.json, so that AutoTokenizer needs nothing else installed, tokenizer.model where SentencePiece can split as gnb does,
  /// and tokenizer_config.json. A folder's own files are taken over as they stand, and what is missing is written.
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
      // tokenizer.json has all tokens; a second list would be taken for the whole of the added ones.
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
