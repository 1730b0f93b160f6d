/// The arguments of one command call, checked against the command's row.
public struct BoundArguments: Sendable {
  /// Values by name, with defaults filled in. An absent argument has no entry.
  public var values: [String: Value]
  /// Names of the arguments that the user gave.
  public var given: Set<String> = []
  /// The expressions as written, for arguments that contain a variable.
  var expressions: [String: Expression] = [:]

  /// A copy with the present values of the variables.
  var withoutVariables: BoundArguments { BoundArguments(values: values, given: given) }
}
