/// Every error the engine reports: typed facts only. `Commands/Language/Diagnostic` turns them into words.
public enum GemmaError: Error, Equatable, Sendable {
  /// Nothing is at `path`.
  case fileNotFound(path: String)
  /// The operating system refused to read or write `path`; `reason` is its own word.
  case inputOutput(path: String, reason: String)
  /// `path` is not a well-formed file of its kind at `location` ("byte 24", "line 7", "tensor blk.0.attn_q.weight").
  case malformed(path: String, location: String, expected: String, found: String)
  /// `path` is well-formed but asks for something gnb does not do.
  case unsupported(path: String, feature: String)
  /// `path` is in order but another kind of thing than `expected`: "a LoRA adapter", "a GGUF file". `remedy` says what to do.
  case wrongKind(path: String, expected: String, found: String, remedy: String?)
  /// The sha256 of `path` is not the one asked for.
  case hashMismatch(path: String, expected: String, found: String)
  /// A value given by the user is outside what the operation takes.
  case invalidValue(name: String, expected: String, found: String)
  /// Something is needed first, e.g. training before a model is loaded. `need` names it, `remedy` how to get it.
  case missing(need: String, remedy: String)
  /// The tokenizer knows `token`, but its `id` is beyond the `rows` of the model's embedding.
  case noEmbedding(token: String, id: Int, rows: Int)
  /// Training went wrong at `step`; `lastGood` is the last loss that was well, before it.
  case diverged(step: Int, found: String, lastGood: Double?)
  /// The caller's progress callback answered stop.
  case interrupted
}
