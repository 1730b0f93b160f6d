// swift-tools-version: 6.0
import PackageDescription

// Warnings are errors everywhere. C is optimised even in debug builds: without it the tests would be about fifty times
// slower. Floating-point contraction is off: the kernels write out every fused multiply-add themselves
// (docs/determinism.md).
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .unsafeFlags(["-warnings-as-errors"])]
let fastC: [CSetting] = [
  .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-std=gnu2x", "-Wall", "-Wextra", "-Werror"])
]

// Packaging/build sets the version; a build without it is "development".
let version: [CSetting] =
  Context.environment["GNB_VERSION"].map { [.define("GNB_VERSION", to: "\"\($0)\"")] } ?? []

let package = Package(
  name: "gnb",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "gnb", targets: ["Shell"]),
    .library(name: "CUDAStandIn", type: .dynamic, targets: ["CUDAStandIn"]),
  ],
  targets: [
    .systemLibrary(
      name: "CCmark", providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),
    .systemLibrary(name: "CEdit", providers: [.apt(["libedit-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels", cSettings: fastC),
    .target(name: "CCUDA", exclude: ["kernels", "kernels.ptx", "make-ptx"], cSettings: fastC),
    .target(name: "CDataSets", exclude: ["generate"], cSettings: fastC),
    .target(name: "CNotebooks", exclude: ["generate"], cSettings: fastC + version),
    .target(name: "Gemma", dependencies: ["CKernels", "CCUDA", "CDataSets", "CZlib"], swiftSettings: strict),
    .target(name: "Commands", dependencies: ["Gemma", "CCmark", "CNotebooks"], swiftSettings: strict),
    .executableTarget(name: "Shell", dependencies: ["Commands", "CEdit"], swiftSettings: strict),
    .executableTarget(
      name: "Bench", dependencies: ["Gemma"], path: "Benchmarks/Bench", swiftSettings: strict),
    .executableTarget(
      name: "Fuzz", dependencies: ["Gemma", "Commands", "CZlib"], path: "Tests/Fuzz", swiftSettings: strict),
    .target(
      name: "CUDAStandIn", path: "Tests/CUDAStandIn",
      cxxSettings: [.unsafeFlags(["-O2", "-ffp-contract=off", "-std=c++17", "-Wall", "-Wextra"])]),
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    .testTarget(
      name: "GemmaTests", dependencies: ["Gemma", "CKernels", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "CommandsTests", dependencies: ["Commands"], swiftSettings: strict),
    .testTarget(
      name: "ShellTests", dependencies: ["Shell", "Fuzz", "Gemma", "TestSupport"], swiftSettings: strict),
  ]
)
