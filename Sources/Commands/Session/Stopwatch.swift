import Dispatch

/// Time since it was made, from a clock that only goes forward. For showing: no result depends on it.
struct Stopwatch {
  private let start = DispatchTime.now().uptimeNanoseconds
  var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
}
