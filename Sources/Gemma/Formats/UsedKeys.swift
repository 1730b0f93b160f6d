/// Remembers which keys of a file were used. What nobody asked for is known to be harmless, or is refused by name: an unread key may
/// change every number of a model.
struct UsedKeys {
  private var used: Set<String> = []

  mutating func use(_ key: String) { used.insert(key) }

  /// - Parameters:
  ///   - isSet: whether a key's value says anything: null, false and empty ones do not.
  ///   - harmless: keys that change no number.
  ///   - prefixes: beginnings of such keys.
  /// - Throws: `unsupported` naming the first key that is left, in alphabetical order.
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
