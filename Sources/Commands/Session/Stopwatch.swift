import Dispatch

/// The time since its creation, from a monotonic clock. It is only shown; no result depends on it.
struct Stopwatch {
  private let start = DispatchTime.now().uptimeNanoseconds
  var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
}
