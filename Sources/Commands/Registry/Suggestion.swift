/// Finds the name that the user meant.
public enum Suggestion {
  /// The nearest of `names`, if it is near enough.
  public static func nearest(_ word: String, in names: [String]) -> String? {
    // A very long text is not a mistyped name.
    guard word.utf8.count <= 100 else { return nil }
    let limit = max(1, word.count / 3)
    return names.map { ($0, distance(word.lowercased(), $0)) }
      .filter { $0.1 <= limit || (word.count >= 3 && $0.0.hasPrefix(word)) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// Names of our arguments in Unsloth, PEFT, TRL and scikit-learn. Users of those type them first.
  static let synonyms = [
    "learning_rate": "lr", "max_steps": "steps", "num_train_epochs": "epochs", "num_epochs": "epochs",
    "per_device_train_batch_size": "batch", "batch_size": "batch",
    "gradient_accumulation_steps": "accumulate",
    "warmup_steps": "warmup", "lr_scheduler_type": "schedule", "scheduler": "schedule",
    "max_grad_norm": "clip",
    "random_state": "seed", "random_seed": "seed", "r": "rank", "lora_alpha": "alpha",
    "lora_dropout": "dropout",
    "target_modules": "targets", "use_rslora": "rslora", "train_size": "train", "test_size": "validation",
    "max_seq_length": "max_input_tokens", "max_length": "max_input_tokens", "max_new_tokens": "max_tokens",
    "name": "as", "n": "limit", "load_in_4bit": "precision", "dtype": "precision",
  ]

  /// The argument of `names` that was meant, by its spelling or by its name in another library.
  static func argument(_ word: String, in names: [String]) -> String? {
    if let near = nearest(word, in: names) { return near }
    let foreign = synonyms.filter { names.contains($0.value) }
    return nearest(word, in: foreign.keys.sorted()).flatMap { foreign[$0] }
  }

  /// The number of insertions, deletions, replacements and swaps of neighbours between two words (Damerau 1964,
  /// restricted).
  static func distance(_ a: String, _ b: String) -> Int {
    let (x, y) = (Array(a), Array(b))
    guard !x.isEmpty, !y.isEmpty else { return max(x.count, y.count) }
    var table = [[Int]](repeating: Array(0...y.count), count: x.count + 1)
    for i in 1...x.count {
      table[i][0] = i
      for j in 1...y.count {
        table[i][j] = min(
          table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1))
        if i > 1, j > 1, x[i - 1] == y[j - 2], x[i - 2] == y[j - 1] {
          table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
        }
      }
    }
    return table[x.count][y.count]
  }
}
