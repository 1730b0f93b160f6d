import Foundation

/// What NVIDIA's driver says about a GPU, for `gnb doctor`: its name, or why there is none.
func gpuLine() -> String {
  #if os(Linux)
    guard let driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) else { return "none (no NVIDIA driver)" }
    typealias Initialise = @convention(c) (UInt32) -> Int32
    typealias Count = @convention(c) (UnsafeMutablePointer<Int32>) -> Int32
    typealias Name = @convention(c) (UnsafeMutablePointer<CChar>, Int32, Int32) -> Int32
    guard let initialise = dlsym(driver, "cuInit"), let counting = dlsym(driver, "cuDeviceGetCount"),
      let naming = dlsym(driver, "cuDeviceGetName")
    else { return "none (the NVIDIA driver lacks functions)" }
    var count: Int32 = 0
    guard unsafeBitCast(initialise, to: Initialise.self)(0) == 0,
      unsafeBitCast(counting, to: Count.self)(&count) == 0, count > 0
    else { return "none (the NVIDIA driver names no device)" }
    var name = [CChar](repeating: 0, count: 256)
    guard unsafeBitCast(naming, to: Name.self)(&name, 255, 0) == 0 else { return "\(count), without a name" }
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return count == 1 ? text : "\(count): \(text)"
  #else
    return "not looked for on this system"
  #endif
}
