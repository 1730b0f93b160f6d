import Foundation

/// The small files beside a tokenizer: `tokenizer_config.json`, else `special_tokens_map.json` and `added_tokens.json`.
/// The tokens that end an answer are from `generation_config.json`.
struct TokenizerConfig {
  /// The special tokens' names by role: "bos_token", "eos_token", "pad_token", "unk_token".
  var names: [String: String] = [:]
  /// The tokens to add, in order.
  var added: [HubTokenizer.Entry] = []
  var stopIDs: Set<Int32> = []

  private static let roles = ["bos_token", "eos_token", "unk_token", "pad_token"]

  init() {}

  init(folder: String) throws {
    func read(_ name: String) throws -> [String: Any]? {
      let path = folder + "/" + name
      return FileManager.default.fileExists(atPath: path) ? try JSONFile.object(path) : nil
    }
    let config = try read("tokenizer_config.json") ?? [:]
    let map = try read("special_tokens_map.json") ?? [:]
    if let listed = config["added_tokens_decoder"] as? [String: Any] {
      let path = folder + "/tokenizer_config.json"
      for (number, value) in try Self.ordered(listed.map { (Int($0.key), $0.value) }, path: path) {
        guard let entry = Self.entry(value, isSpecial: false) else {
          throw GemmaError.malformed(
            path: path, location: "added_tokens_decoder.\(number)", expected: "a token with its content",
            found: "none")
        }
        added.append(entry)
        added[added.count - 1].existing = .isMadeSpecial
      }
    } else if let listed = try read("added_tokens.json") {
      let path = folder + "/added_tokens.json"
      for (_, name) in try Self.ordered(listed.map { ($0.value as? Int, $0.key) }, path: path) {
        added.append(
          HubTokenizer.Entry(token: AddedToken(content: Array(name.utf8), id: -1), existing: .stays))
      }
    }
    var special: [HubTokenizer.Entry] = []
    for role in Self.roles {
      guard let value = config[role] ?? map[role], let entry = Self.entry(value, isSpecial: true) else {
        continue
      }
      names[role] = String(decoding: entry.token.content, as: UTF8.self)
      special.append(entry)
    }
    for key in ["additional_special_tokens", "extra_special_tokens"] {
      let value = config[key] ?? map[key]
      let tokens =
        value as? [Any] ?? (value as? [String: Any])?.sorted { $0.key < $1.key }.map(\.value) ?? []
      special += tokens.compactMap { Self.entry($0, isSpecial: true) }
    }
    // An existing token does not change.
    added += special.map {
      HubTokenizer.Entry(token: $0.token, isNormalized: $0.isNormalized, existing: .stays)
    }
    let stops = try read("generation_config.json")?["eos_token_id"]
    stopIDs = Set((stops as? [Int] ?? (stops as? Int).map { [$0] } ?? []).compactMap { Int32(exactly: $0) })
  }

  private static func ordered<T>(_ tokens: [(Int?, T)], path: String) throws -> [(Int, T)] {
    try tokens.map { number, value in
      guard let number else {
        throw GemmaError.malformed(
          path: path, location: "added tokens", expected: "whole numbers as ids", found: "something else")
      }
      return (number, value)
    }
    .sorted { $0.0 < $1.0 }
  }

  /// A token, given as its text only or with its flags.
  static func entry(_ value: Any, isSpecial: Bool) -> HubTokenizer.Entry? {
    if let name = value as? String {
      return HubTokenizer.Entry(token: AddedToken(content: Array(name.utf8), id: -1, isSpecial: isSpecial))
    }
    guard let fields = value as? [String: Any], let name = fields["content"] as? String else { return nil }
    func flag(_ key: String) -> Bool { fields[key] as? Bool ?? false }
    return HubTokenizer.Entry(
      token: AddedToken(
        content: Array(name.utf8), id: -1, isSpecial: isSpecial || flag("special"),
        isSingleWord: flag("single_word"), stripsLeft: flag("lstrip"), stripsRight: flag("rstrip")),
      isNormalized: flag("normalized"))
  }
}

extension Tokenizer {
  /// The `tokenizer_config.json` for this tokenizer.
  func hubConfig(chatTemplate: String?) -> [String: Any] {
    var config: [String: Any] = [
      "tokenizer_class": "GemmaTokenizer", "add_bos_token": !start.isEmpty, "add_eos_token": false,
      "bos_token": piece(bosID), "eos_token": piece(eosID), "pad_token": piece(padID),
      "clean_up_tokenization_spaces": false,
    ]
    config["unk_token"] = unknownID.map(piece)
    config["chat_template"] = chatTemplate
    return config
  }
}
