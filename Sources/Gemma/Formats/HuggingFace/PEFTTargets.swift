import Foundation

/// The modules that an adapter changes, by PEFT's rules (`check_target_module_exists`). Names are from the trained
/// model: "model.layers.3.mlp.up_proj", in a multimodal model "model.language_model.layers.3.mlp.up_proj".
struct PEFTTargets {
  private enum Names {
    /// Every linear layer except the output: all seven projections of a decoder layer.
    case all
    case expression(NSRegularExpression)
    /// The whole name of a module, or its end after a dot.
    case list([String])

    func contains(_ module: String) -> Bool {
      switch self {
      case .all: true
      case .expression(let expression): PEFTTargets.matches(expression, module) != nil
      case .list(let names): names.contains { module == $0 || module.hasSuffix("." + $0) }
      }
    }
  }

  /// Nil if the file does not have the key.
  private let modules: Names?
  private let excluded: Names?
  private let layers: Set<Int>?
  /// Regular expressions that find the layer number in a module's name.
  private let layerPatterns: [NSRegularExpression]

  init(modules: Any?, excluded: Any?, layers: Any?, layersPattern: Any?, path: String) throws {
    func malformed(_ key: String, _ expected: String, _ value: Any) -> GemmaError {
      .malformed(path: path, location: key, expected: expected, found: "\(value)")
    }
    func expression(_ key: String, _ text: String) throws -> NSRegularExpression {
      guard let made = AdapterConfig.Pattern.compiled(text) else {
        throw malformed(key, "a regular expression", text)
      }
      return made
    }
    func names(_ key: String, _ value: Any?) throws -> Names? {
      switch value {
      case nil: return nil
      case let list as [String]: return .list(list)
      case let text as String:
        return key == "target_modules" && text == "all-linear" ? .all : .expression(try expression(key, text))
      case let value?: throw malformed(key, "a list of names, or a regular expression", value)
      }
    }
    self.modules = try names("target_modules", modules)
    self.excluded = try names("exclude_modules", excluded)
    switch layers {
    case nil: self.layers = nil
    case let list as [Int]: self.layers = list.isEmpty ? nil : Set(list)
    case let number as Int: self.layers = [number]
    case let value?: throw malformed("layers_to_transform", "a list of layers", value)
    }
    switch layersPattern {
    case nil: layerPatterns = [try expression("layers_pattern", #".*?\.[^.]*\.(\d+)\..*"#)]
    case let text as String:
      layerPatterns = [try expression("layers_pattern", #"(?:|.*?\.)"# + text + #"\.(\d+)\..*"#)]
    case let list as [String]:
      layerPatterns = try list.map { try expression("layers_pattern", #"(?:|.*?\.)"# + $0 + #"\.(\d+)\..*"#) }
    case let value?: throw malformed("layers_pattern", "a name or a list of names", value)
    }
  }

  /// Whether the adapter changes a module; nil if the file does not say.
  func contains(_ module: String) -> Bool? {
    guard let modules else { return nil }
    if excluded?.contains(module) == true { return false }
    guard modules.contains(module) else { return false }
    guard let layers, case .list(let names) = modules, !names.contains(module) else { return true }
    let found = layerPatterns.lazy.compactMap { Self.matches($0, module) }.first
    // The layer number is the last group, because the pattern itself may have groups.
    return found?.last.flatMap { Int($0) }.map(layers.contains) ?? false
  }

  /// The groups of a match of the whole text; nil if it does not match.
  private static func matches(_ expression: NSRegularExpression, _ text: String) -> [String]? {
    let whole = NSRange(text.startIndex..., in: text)
    guard let match = expression.firstMatch(in: text, range: whole), match.range == whole else { return nil }
    return (1..<match.numberOfRanges).map {
      Range(match.range(at: $0), in: text).map { String(text[$0]) } ?? ""
    }
  }
}
