extension Tokenizer {
  /// The `tokenizer_config.json` to go with it.
  func hubConfig(chatTemplate: String?) -> [String: Any] {
    var config: [String: Any] = [
      "tokenizer_class": "GemmaTokenizer", "add_bos_token": true, "add_eos_token": false,
      "bos_token": piece(bosID), "eos_token": piece(eosID), "pad_token": piece(padID),
      "unk_token": piece(unknownID), "clean_up_tokenization_spaces": false,
    ]
    config["chat_template"] = chatTemplate
    return config
  }
}
