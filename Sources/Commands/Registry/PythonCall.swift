/// A call to translate to Python. `call.steps` is the present value, and `call.python(\.steps)` is the Python
/// expression for it.
@dynamicMemberLookup
public struct PythonCall<Keys: Sendable> {
  let keys: Keys
  let bound: BoundArguments

  public subscript<Content>(dynamicMember key: KeyPath<Keys, Argument<Content>>) -> Content {
    keys[keyPath: key].read(bound.values[keys[keyPath: key].spec.name])
  }

  /// Whether the value is known only when Python runs.
  public func isVariable<Content>(_ key: KeyPath<Keys, Argument<Content>>) -> Bool {
    bound.expressions[keys[keyPath: key].spec.name] != nil
  }

  /// Whether the value is not the default.
  public func isChanged<Content>(_ key: KeyPath<Keys, Argument<Content>>) -> Bool {
    let spec = keys[keyPath: key].spec
    return isVariable(key) || bound.values[spec.name] != spec.standard
  }

  /// The argument in Python; `absent` if it has no value.
  public func python<Content>(_ key: KeyPath<Keys, Argument<Content>>, else absent: String = "None") -> String
  {
    let spec = keys[keyPath: key].spec
    guard let expression = bound.expressions[spec.name] else {
      return bound.values[spec.name].map { Python.literal($0) } ?? absent
    }
    if case .variable(let variable) = expression.kind, spec.kind.isText {
      return "str(\(Python.name(variable)))"
    }
    return Python.expression(expression)
  }
}
