import Foundation

/// Collects the tokenizer of a Hugging Face folder from its files: tokenizer.json or tokenizer.model, and the small
/// files beside it.
struct HubTokenizer {
  /// An added token in `added_tokens` of tokenizer.json or `added_tokens_decoder` of tokenizer_config.json. Its number
  /// is not used, because the tokenizers library also assigns new numbers.
  struct Entry {
    var token: AddedToken
    /// Whether the token is found only after spaces became U+2581.
    var isNormalized = false
    /// The rule for an existing token with the same text.
    var existing = Existing.isReplaced
  }

  enum Existing {
    case isReplaced
    /// The existing token stays, but becomes special if the new one is special.
    case isMadeSpecial
    case stays
  }

  let path: String
  var vocabulary: Vocabulary
  /// Number of pieces of the model itself, without added tokens.
  private let modelCount: Int
  var rules = BytePairEncoder.Rules()
  var escapesSpaces = true
  private(set) var added: [AddedToken] = []
  private(set) var userDefined: [AddedToken] = []
  var unknown: String?
  /// The tokens before every text, if the file has them.
  var start: [Int32]?
  private var gaps: [Int32: [UInt8]] = [:]
  /// The position of a token by its text, in `userDefined` or in `added`.
  private var places: [[UInt8]: (isNormalized: Bool, index: Int)] = [:]
  private var lastAdded: Int32 = -1

  /// - Parameter modelCount: number of pieces with an id. It is less than the count of `vocabulary` if some ids are
  ///   unused.
  init(path: String, vocabulary: Vocabulary, modelCount: Int) {
    self.path = path
    self.vocabulary = vocabulary
    self.modelCount = modelCount
  }

  /// Adds a token as the tokenizers library does: a piece of the vocabulary keeps its id, and a new token gets the next
  /// id.
  mutating func add(_ entry: Entry) throws {
    guard !entry.token.content.isEmpty else { return }
    var (token, isNormalized) = (entry.token, entry.isNormalized)
    let content = token.content
    if let place = places[content] {
      let old = place.isNormalized ? userDefined[place.index] : added[place.index]
      if entry.existing == .stays { return }
      if entry.existing == .isMadeSpecial {
        guard token.isSpecial else { return }
        (token, isNormalized) = (old, place.isNormalized)
        token.content = content
      }
      token.isSpecial = old.isSpecial || entry.token.isSpecial
      token.id = old.id
      // An empty token is never found.
      if place.isNormalized { userDefined[place.index].content = [] } else { added[place.index].content = [] }
    } else if let id = content.withUnsafeBytes({ vocabulary.id($0) }) {
      token.id = id
    } else {
      token.id = max(Int32(modelCount), lastAdded + 1)
      rules.added.insert(token.id)
      if token.id == vocabulary.count {
        content.withUnsafeBytes { vocabulary.append($0, kind: .userDefined, score: 0) }
      } else {
        guard vocabulary.piece(token.id).isEmpty, gaps.updateValue(content, forKey: token.id) == nil else {
          throw GemmaError.unsupported(
            path: path, feature: "the added token \(text(content)): its id \(token.id) is taken")
        }
      }
    }
    lastAdded = max(lastAdded, token.id)
    if isNormalized, escapesSpaces { token.content = Tokenizer.escapingSpaces(content) }
    list(token, isNormalized: isNormalized)
    places[content] = places[token.content]
    let kind = vocabulary.kinds[Int(token.id)]
    if kind != .byte, kind != .unknown {
      vocabulary.mark(token.id, as: token.isSpecial ? .control : .userDefined)
    }
  }

  /// Adds a token with a known id.
  mutating func list(_ token: AddedToken, isNormalized: Bool) {
    places[token.content] = (isNormalized, isNormalized ? userDefined.count : added.count)
    if isNormalized { userDefined.append(token) } else { added.append(token) }
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The tokenizer, with the names and tokens from the small files.
  func contents(_ config: TokenizerConfig) throws -> Tokenizer.Contents {
    var copy = self
    for entry in config.added { try copy.add(entry) }
    if !copy.gaps.isEmpty { copy.vocabulary = copy.vocabulary.filling(copy.gaps) }
    if let (first, second) = copy.vocabulary.duplicate {
      throw GemmaError.malformed(
        path: path, location: "tokens \(first) and \(second)", expected: "different pieces",
        found: "\(text(Array(copy.vocabulary.piece(first)))) twice")
    }
    func id(_ role: String, _ name: String) -> Int32? { copy.vocabulary.id(config.names[role] ?? name) }
    func needed(_ role: String, _ name: String) throws -> Int32 {
      guard let id = id(role, name) else {
        throw GemmaError.malformed(
          path: path, location: "vocabulary", expected: "the piece \(config.names[role] ?? name)",
          found: "none")
      }
      return id
    }
    let eos = try needed("eos_token", "<eos>")
    return Tokenizer.Contents(
      vocabulary: copy.vocabulary, rules: copy.rules, added: copy.added, userDefined: copy.userDefined,
      escapesSpaces: copy.escapesSpaces, unknownID: copy.unknown.flatMap { copy.vocabulary.id($0) },
      bosID: try needed("bos_token", "<bos>"), eosID: eos, padID: id("pad_token", "<pad>") ?? eos,
      endOfTurnID: copy.vocabulary.id("<end_of_turn>"), stopIDs: config.stopIDs, start: copy.start)
  }
}

extension Tokenizer {
  /// The tokenizer of a Hugging Face folder. If it has both tokenizer.json and tokenizer.model, tokenizer.json is used,
  /// as in transformers: it has the tokens that a user added.
  convenience init(folder: String) throws {
    let (json, model) = (folder + "/tokenizer.json", folder + "/tokenizer.model")
    let config = try TokenizerConfig(folder: folder)
    if FileManager.default.fileExists(atPath: json) {
      self.init(try HubTokenizer(tokenizerJSON: json).contents(config))
    } else {
      self.init(try HubTokenizer(sentencePieceModel: model).contents(config))
    }
  }

  /// Reads a `tokenizer.json` without other files.
  public convenience init(tokenizerJSON path: String) throws {
    self.init(try HubTokenizer(tokenizerJSON: path).contents(TokenizerConfig()))
  }

  /// Reads a SentencePiece `tokenizer.model` without other files.
  public convenience init(sentencePieceModel path: String) throws {
    self.init(try HubTokenizer(sentencePieceModel: path).contents(TokenizerConfig()))
  }
}
