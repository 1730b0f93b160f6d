import CCUDA
import Synchronization

/// NVIDIA's driver, opened at run time, with one GPU and the kernels on it.
final class GPUDriver: @unchecked Sendable {
  /// The GPU's name, as its maker gives it.
  let name: String
  /// "9.0" for example.
  let capability: String
  let multiprocessors: Int
  private var functions: gnb_cuda_driver
  private let context: gnb_cuda_handle?
  private var module: gnb_cuda_handle?
  private let kernels = Mutex<[UnsafePointer<UInt8>: Handle]>([:])

  private struct Handle: @unchecked Sendable { var pointer: gnb_cuda_handle }

  /// Where the driver may be. The first is found by the system's linker.
  static let paths = [
    "libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1",
    "/usr/local/cuda/compat/libcuda.so.1",
  ]

  /// - Parameter path: the library of the driver; nil for the usual places.
  init(path: String?) throws(GPUFailure) {
    functions = gnb_cuda_driver()
    var reason: String?
    for path in path.map({ [$0] }) ?? Self.paths {
      reason = gnb_cuda_open(path, &functions).map { String(cString: $0) }
      if reason == nil { break }
    }
    if let reason { throw .noDriver(reason: reason) }
    let driver = functions
    func number(_ body: (UnsafeMutablePointer<Int32>) -> Int32) throws(GPUFailure) -> Int {
      var value: Int32 = 0
      let code = body(&value)
      guard code == 0 else { throw Self.failure(code, driver) }
      return Int(value)
    }
    let code = driver.`init`(0)
    guard code == 0 else { throw Self.failure(code, driver) }
    let version = try number { driver.driver_version($0) }
    guard try number({ driver.device_count($0) }) > 0 else { throw .noGPU }
    let device = Int32(try number { driver.device($0, 0) })
    var text = [CChar](repeating: 0, count: 256)
    _ = driver.device_name(&text, 255, device)
    name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let major = try number { driver.device_attribute($0, Int32(GNB_CUDA_MAJOR), device) }
    let minor = try number { driver.device_attribute($0, Int32(GNB_CUDA_MINOR), device) }
    capability = "\(major).\(minor)"
    multiprocessors = try number { driver.device_attribute($0, Int32(GNB_CUDA_MULTIPROCESSORS), device) }
    let neededDriver = "CUDA 10.0 or newer (driver 410)"
    guard version >= 10_000 else {
      throw .tooOld(found: "a driver for CUDA \(version / 1000).\(version % 1000 / 10)", needed: neededDriver)
    }
    guard major * 10 + minor >= 75 else {
      throw .tooOld(
        found: "\(name) with compute capability \(capability)", needed: "compute capability 7.5 or higher")
    }
    var context: gnb_cuda_handle?
    let retained = driver.retain_context(&context, device)
    guard retained == 0 else { throw Self.failure(retained, driver) }
    self.context = context
    enter()
    let loaded = gnb_cuda_load_kernels(&functions, &module)
    guard loaded == 0 else {
      if loaded == Int32(GNB_CUDA_OLD_DRIVER_FOR_PTX) {
        throw .tooOld(
          found: "a driver for CUDA \(version / 1000).\(version % 1000 / 10)", needed: neededDriver)
      }
      throw Self.failure(loaded, driver)
    }
  }

  private static func failure(_ code: Int32, _ driver: gnb_cuda_driver) -> GPUFailure {
    if code == Int32(GNB_CUDA_NO_DEVICE) { return .noGPU }
    var text: UnsafePointer<CChar>?
    _ = driver.error_text(code, &text)
    return .lost(reason: text.map { String(cString: $0) } ?? "error \(code) of the driver")
  }

  /// What a code of the driver means; nil for success.
  func failure(_ code: Int32) -> GPUFailure? { code == 0 ? nil : Self.failure(code, functions) }

  /// Makes the GPU the calling thread's own.
  func enter() { _ = functions.set_context(context) }

  /// Free and whole memory, in bytes.
  var memory: (free: Int, total: Int) {
    enter()
    var (free, total) = (0, 0)
    _ = functions.memory_info(&free, &total)
    return (free, total)
  }

  /// Nil if the memory is not enough.
  func allocate(bytes: Int) -> UInt64? {
    enter()
    var address: gnb_cuda_address = 0
    return functions.allocate(&address, bytes) == 0 ? address : nil
  }

  func free(_ address: UInt64) {
    enter()
    _ = functions.free(address)
  }

  func copy(from source: UnsafeRawPointer, to target: UInt64, bytes: Int) -> Int32 {
    functions.copy_to_device(target, source, bytes)
  }

  func copy(from source: UInt64, to target: UnsafeMutableRawPointer, bytes: Int) -> Int32 {
    functions.copy_to_host(target, source, bytes)
  }

  func copy(from source: UInt64, to target: UInt64, bytes: Int) -> Int32 {
    functions.copy_on_device(target, source, bytes, nil)
  }

  func fill(_ target: UInt64, word: UInt32, count: Int) -> Int32 {
    functions.fill_words(target, word, count, nil)
  }

  /// The code of the driver for a launch on the default stream. Launches run one after the other.
  func launch(
    _ kernel: StaticString, grid: (Int, Int, Int), threads: Int, sharedBytes: Int,
    _ arguments: UnsafeRawBufferPointer
  ) -> Int32 {
    // A literal is always at the same address.
    let found = kernels.withLock { known -> Handle? in
      if let handle = known[kernel.utf8Start] { return handle }
      var function: gnb_cuda_handle?
      guard functions.module_function(&function, module, kernel.description) == 0, let function else {
        return nil
      }
      let handle = Handle(pointer: function)
      known[kernel.utf8Start] = handle
      return handle
    }
    guard let found else { return 500 }
    return gnb_cuda_launch(
      &functions, found.pointer, UInt32(grid.0), UInt32(grid.1), UInt32(grid.2), UInt32(threads),
      UInt32(sharedBytes), arguments.baseAddress, arguments.count)
  }
}
