import Foundation
import Gemma

/// The GPU that gnb would compute on, for `gnb doctor`: its name and memory, or why there is none.
func gpuLine() -> String {
  do {
    let library = ProcessInfo.processInfo.environment["GNB_CUDA_LIBRARY"]
    let facts = try CUDA(cpu: CPU(threads: 1), library: library).facts
    return "\(facts.name), \(NumberFormat.bytes(facts.memory)), compute capability \(facts.capability)"
  } catch {
    switch error {
    case .noDriver: return "none (no NVIDIA driver)"
    default: return "none (\(Diagnostic(error).message))"
    }
  }
}
