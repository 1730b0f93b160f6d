import CCUDA

/// The operations of training only.
extension CUDA {
  public func update(_ parameters: Matrix, gradients: Matrix, state: Moments, _ numbers: AdamWNumbers) {
    precondition(parameters.count == gradients.count)
    let numbers = gnb_adamw_numbers(
      beta1: numbers.beta1, beta2: numbers.beta2, epsilon: numbers.epsilon, decay: numbers.decay,
      step_size: numbers.stepSize, inverse_root: numbers.inverseRoot,
      gradient_scale: numbers.gradientScale)
    guard let scales = state.scales else {
      return launch(
        "adamw", elements: parameters.count, address(parameters), address(gradients), address(state.m),
        address(state.v), numbers)
    }
    launch(
      "adamw8", elements: parameters.count, address(parameters), address(gradients), address(state.m),
      address(state.v), address(scales.m), address(scales.v), maps.address(on: self), numbers)
  }

  public func dropout(_ x: Matrix, rate: Double, seed: UInt64, slot: UInt32, rows keys: [UInt64]) -> Matrix {
    precondition(keys.count == x.rows)
    let result = matrix(x.rows, x.columns)
    let numbers = Kernels.Dropout(rate: rate, slot: slot)
    launch(
      "dropout", elements: x.count, address(x), address(result), Int32(x.columns), seed, numbers.stream,
      array(keys), numbers.threshold, numbers.scale)
    return result
  }

  public func addNoise(_ amounts: [Float], to x: Matrix, seed: UInt64, rows keys: [UInt64]) {
    precondition(keys.count == x.rows && amounts.count == x.rows)
    launch(
      "noise", elements: x.count, address(x), Int32(x.columns), seed, Kernels.noiseStream, array(keys),
      array(amounts))
  }
}
