import Foundation
import Gemma

/// A session: the loaded model and data, the results so far, and the settings.
public final class Session {
  public let cache: Cache
  public var settings: Settings
  public var variables: [String: Value] = [:]
  /// Model, data, adapter and results. This is a value type, so a snapshot is a copy.
  public var workspace = Workspace()
  /// The context of runs that get no other one.
  public var context: RunContext
  /// The stepper of the notebook at the prompt.
  weak var stepper: (any Stepping)?
  /// The required sha256 of each named input, from a notebook's front matter.
  public var expectedInputs: [String: String] = [:]
  /// Values from the command line that `let` does not overwrite.
  public var overrides: [String: Value] = [:]
  /// The table of `list`, while it stands last on the screen. It is no result of a cell, and so no part of the workspace.
  var listed: Table?
  /// The adapter that a file has, as it is.
  weak var savedAdapter: Adapter?
  private let firstSettings: Settings
  /// The hashes of models that were read, by path, and what the files were like then.
  private var modelHashes: [String: (stamp: String, hash: String)] = [:]
  private var deviceMade: (settings: (Int, String?, DeviceChoice), device: Device)?
  private var lostGPU: GPUFailure?

  public init(cache: Cache, settings: Settings, context: RunContext) {
    self.cache = cache
    self.settings = settings
    self.context = context
    firstSettings = settings
  }

  /// Returns the session to its first state: no model, no data, no results, default settings.
  public func reset() {
    workspace = Workspace()
    listed = nil
    variables = [:]
    overrides = [:]
    expectedInputs = [:]
    settings = firstSettings
  }

  /// - Throws: `hashMismatch` if the notebook requires another hash of the input `name`. Without a required hash,
  ///   nothing is hashed.
  func checkInput(_ name: String, path: String, hash: () throws -> String) throws {
    guard let expected = expectedInputs[name] else { return }
    let found = try hash()
    guard found == expected else {
      throw GemmaError.hashMismatch(path: path, expected: expected, found: found)
    }
  }

  /// The hash of a model's file or folder. It is computed once, and again if the files have changed.
  func modelHash(path: String) throws -> String {
    let files = FileManager.default
    let stamp =
      ([path] + ((try? files.contentsOfDirectory(atPath: path)) ?? []).sorted().map { path + "/" + $0 })
      .map { file in
        let facts = try? files.attributesOfItem(atPath: (file as NSString).resolvingSymlinksInPath)
        let date = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(file) \(facts?[.size] ?? 0) \(date)"
      }.joined(separator: "\n")
    if let known = modelHashes[path], known.stamp == stamp { return known.hash }
    let hash = try ModelFile.sha256(path: path)
    modelHashes[path] = (stamp, hash)
    return hash
  }

  /// What to compute with, from the settings.
  ///
  /// - Throws: `GPUFailure` if the settings demand a GPU that cannot be used.
  public func device() throws -> Device {
    if let made = deviceMade, made.settings == (settings.threads, settings.kernels, settings.device) {
      return made.device
    }
    let device = try makeDevice()
    deviceMade = ((settings.threads, settings.kernels, settings.device), device)
    return device
  }

  private func makeDevice() throws -> Device {
    var kernels = Kernels.best
    if let name = settings.kernels {
      guard let named = Kernels.named(name) else {
        throw GemmaError.invalidValue(
          name: "kernels",
          expected:
            "a kernel set that this CPU can run (\(Kernels.available.map(\.name).joined(separator: ", ")))",
          found: name)
      }
      kernels = named
    }
    let cpu = CPU(threads: settings.threads, kernels: kernels)
    guard settings.device != .cpu else { return cpu }
    do {
      if let lostGPU { throw lostGPU }
      return try CUDA(cpu: cpu, library: ProcessInfo.processInfo.environment["GNB_CUDA_LIBRARY"])
    } catch {
      if settings.device == .cuda { throw error }
      return cpu
    }
  }

  /// Must be called after each command: it moves the adapter out of the GPU's memory, so that nothing is lost with the GPU.
  ///
  /// - Throws: `GPUFailure` if the GPU failed and no operation said so.
  func settle() throws {
    guard let device = deviceMade?.device else { return }
    workspace.adapter?.comeHome()
    try device.check()
  }

  /// Must be called when a command failed with this error. A GPU that is lost is not used again.
  func note(_ failure: GPUFailure) {
    guard case .lost = failure else { return }
    lostGPU = failure
    deviceMade = nil
  }
}
