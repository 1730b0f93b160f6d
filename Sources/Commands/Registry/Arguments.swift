/// The arguments of one call, by the command's own typed keys: `arguments.steps` is an `Int?` where the command
/// declares `let steps = Argument("steps", .integer(1...1_000_000), "...")`. A key that it does not declare does not
/// compile.
@dynamicMemberLookup
public struct Arguments<Keys: Sendable>: Sendable {
  let keys: Keys
  let bound: BoundArguments

  public subscript<Content>(dynamicMember key: KeyPath<Keys, Argument<Content>>) -> Content {
    let argument = keys[keyPath: key]
    return argument.read(bound.values[argument.spec.name])
  }

  /// Whether the user gave it.
  func isGiven<Content>(_ key: KeyPath<Keys, Argument<Content>>) -> Bool {
    bound.given.contains(keys[keyPath: key].spec.name)
  }

  /// The alphabetically first of the other arguments that were given.
  func given<each Content>(beside these: repeat KeyPath<Keys, Argument<each Content>>) -> String? {
    var names: Set<String> = []
    for key in repeat each these { names.insert(keys[keyPath: key].spec.name) }
    return bound.given.subtracting(names).min()
  }
}
