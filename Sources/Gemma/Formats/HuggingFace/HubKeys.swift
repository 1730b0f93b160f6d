import Foundation

/// The keys of a JSON object in a Hugging Face folder. Each is read with a required type. Unread keys can be refused by
/// their names.
struct HubKeys {
  let json: [String: Any]
  let path: String
  private var used = UsedKeys()

  init(_ json: [String: Any], path: String) {
    self.json = json
    self.path = path
  }

  /// A value that exists and is not null.
  private static func isSet(_ value: Any?) -> Bool { value != nil && !(value is NSNull) }

  func malformed(_ name: String, _ expected: String) -> GemmaError {
    .malformed(path: path, location: name, expected: expected, found: json[name].map { "\($0)" } ?? "nothing")
  }

  mutating func use(_ name: String) { used.use(name) }

  /// The value of a key; nil if it is absent or null.
  mutating func value(_ name: String) -> Any? {
    used.use(name)
    return Self.isSet(json[name]) ? json[name] : nil
  }

  /// A whole number from 1 to `largest`.
  mutating func size(_ name: String, default standard: Int, largest: Int = ModelConfig.largest) throws -> Int
  {
    guard let value = value(name) else { return standard }
    guard let number = Self.number(value), let size = Int(exactly: number), (1...largest).contains(size)
    else {
      throw malformed(name, "a number from 1 to \(largest)")
    }
    return size
  }

  mutating func number(_ name: String) throws -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = Self.number(value), number.isFinite else { throw malformed(name, "a number") }
    return number
  }

  /// A number; nil if it is null. `standard` is used only if the key is absent.
  mutating func number(_ name: String, absent standard: Double?) throws -> Double? {
    json[name] == nil ? standard : try number(name)
  }

  mutating func string(_ name: String) throws -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value as? String else { throw malformed(name, "a text") }
    return text
  }

  mutating func bool(_ name: String) throws -> Bool? {
    guard let value = value(name) else { return nil }
    guard Self.isBool(value), let truth = value as? Bool else { throw malformed(name, "true or false") }
    return truth
  }

  mutating func object(_ name: String) throws -> HubKeys? {
    guard let value = value(name) else { return nil }
    guard let object = value as? [String: Any] else { throw malformed(name, "an object") }
    return HubKeys(object, path: path)
  }

  /// Refuses keys that have a value, were not read and are not harmless.
  func refuseOthers(harmless: Set<String>, prefixes: [String] = []) throws {
    let json = json
    try used.refuseOthers(
      json.keys, isSet: { Self.says(json[$0]) }, harmless: harmless, prefixes: prefixes, path: path)
  }

  /// Whether a value counts. Null, false and empty values do not.
  private static func says(_ value: Any?) -> Bool {
    switch value {
    case nil, is NSNull: false
    case let list as [Any]: !list.isEmpty
    case let object as [String: Any]: !object.isEmpty
    case let value? where isBool(value): value as? Bool == true
    default: true
    }
  }

  static func isBool(_ value: Any) -> Bool {
    (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? (value is Bool)
  }

  /// A JSON number; true and false are not numbers.
  static func number(_ value: Any) -> Double? {
    isBool(value) ? nil : (value as? NSNumber)?.doubleValue
  }
}
