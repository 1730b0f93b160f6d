/// The result of a command, as one typed value. The text for people and the JSON for programs are both made from it, so
/// they agree.
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
