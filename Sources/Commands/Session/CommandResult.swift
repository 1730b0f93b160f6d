/// What a command found, as one typed value. What people read and what programs read follow from it, and so can never disagree.
public protocol CommandResult {
  /// Lines, tables and charts, in order.
  var outputs: [Output] { get }
  /// The fields of the JSON object, in order.
  var fields: [(name: String, value: JSONValue)] { get }
  /// Fields that differ from run to run, such as seconds and paths.
  var volatile: [(name: String, value: JSONValue)] { get }
}

extension CommandResult {
  public var volatile: [(name: String, value: JSONValue)] { [] }
}
