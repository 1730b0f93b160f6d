import Foundation

/// The stand-in for NVIDIA's driver, Tests/CUDAStandIn, which the build puts beside the tests.
package enum StandIn {
  /// - Parameter name: libcuda-run, or one that behaves otherwise: see Tests/CUDAStandIn/driver.cpp.
  package static func library(_ name: String) throws -> String {
    let file = "libCUDAStandIn.so"
    var folder =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      ?? URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0])
    while folder.path != "/",
      !FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path)
    {
      folder.deleteLastPathComponent()
    }
    let copy = FileManager.default.temporaryDirectory.appendingPathComponent("gnb-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    let path = copy.appendingPathComponent(name + ".so")
    try FileManager.default.copyItem(at: folder.appendingPathComponent(file), to: path)
    return path.path
  }
}
