/// Records which keys of a file were used. Every other key is known to be harmless, or is refused by its name, because
/// an unread key could change every number of a model.
struct UsedKeys {
  private var used: Set<String> = []

  mutating func use(_ key: String) { used.insert(key) }

  /// - Parameters:
  ///   - isSet: whether a key has a value. Null, false and empty values do not count.
  ///   - harmless: keys that change no number.
  ///   - prefixes: beginnings of harmless keys.
  /// - Throws: `unsupported` with the name of the alphabetically first key that is neither used nor harmless.
  func refuseOthers(
    _ keys: some Collection<String>, isSet: (String) -> Bool = { _ in true }, harmless: Set<String>,
    prefixes: [String], path: String
  ) throws {
    let left = keys.filter { key in
      !used.contains(key) && !harmless.contains(key) && !prefixes.contains(where: key.hasPrefix) && isSet(key)
    }
    guard let first = left.min() else { return }
    throw GemmaError.unsupported(
      path: path,
      feature: "the key \(first)"
        + (left.count > 1 ? " and \(left.count - 1) more that it does not know" : "")
    )
  }
}
