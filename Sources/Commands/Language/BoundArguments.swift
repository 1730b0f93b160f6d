/// The arguments of one command call, checked against the command's row.
public struct BoundArguments: Sendable {
  /// By name, with defaults filled in; nothing for an argument that is absent.
  public var values: [String: Value]
  /// Those that were given, not filled in.
  public var given: Set<String> = []
  /// As written, where a variable is part of it.
  var expressions: [String: Expression] = [:]

  /// The same with the values that the variables have now.
  var withoutVariables: BoundArguments { BoundArguments(values: values, given: given) }
}
