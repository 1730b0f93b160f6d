import Gemma
import TestSupport

extension StandIn {
  static func gpu(_ name: String = "libcuda-run") throws -> CUDA {
    try CUDA(cpu: CPU(threads: 1), library: library(name))
  }
}
