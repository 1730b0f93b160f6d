/// Every error of the engine, as typed facts. `Commands/Language/Diagnostic` turns them into words.
public enum GemmaError: Error, Equatable, Sendable {
  /// There is no file or folder at `path`.
  case fileNotFound(path: String)
  /// The operating system refused to read or write `path`. `reason` is its message.
  case inputOutput(path: String, reason: String)
  /// `path` is not a well-formed file of its kind at `location` ("byte 24", "line 7", "tensor blk.0.attn_q.weight").
  case malformed(path: String, location: String, expected: String, found: String)
  /// `path` is well-formed but needs something that gnb does not support.
  case unsupported(path: String, feature: String)
  /// `path` is another kind of file than `expected`. The kinds are texts such as "a LoRA adapter". `remedy` says what
  /// to do.
  case wrongKind(path: String, expected: String, found: String, remedy: String?)
  /// The sha256 of `path` is not the required one.
  case hashMismatch(path: String, expected: String, found: String)
  /// The operation does not take this value of the user.
  case invalidValue(name: String, expected: String, found: String)
  /// Something is missing, such as a loaded model before training. `need` names it, and `remedy` says how to get it.
  case missing(need: String, remedy: String)
  /// The tokenizer knows `token`, but its `id` is beyond the `rows` of the model's embedding.
  case noEmbedding(token: String, id: Int, rows: Int)
  /// Training diverged at `step`. `lastGood` is the last good loss before it.
  case diverged(step: Int, found: String, lastGood: Double?)
  /// The caller's progress callback asked to stop.
  case interrupted
}
