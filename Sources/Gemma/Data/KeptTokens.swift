import Synchronization

/// The tokens of a data set's rows: made once for a prompt and a tokenizer, then kept.
public final class KeptTokens: Sendable {
  private struct State: Sendable {
    var prompt: PromptTemplate?
    var tokenizer: Tokenizer?
    /// By the row's index. The sample shows whether the row is still the same.
    var rows: [Int: (sample: Sample, example: TokenizedExample)] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// The rows `indices` of `data` with their answers.
  public func examples(
    _ indices: some Sequence<Int>, of data: Dataset, prompt: PromptTemplate, tokenizer: Tokenizer
  ) -> [TokenizedExample] {
    state.withLock { state in
      if state.prompt != prompt || state.tokenizer !== tokenizer {
        state = State(prompt: prompt, tokenizer: tokenizer)
      }
      return indices.map { index in
        let sample = data.samples[index]
        if let row = state.rows[index], row.sample == sample { return row.example }
        let example = prompt.example(sample, tokenizer: tokenizer)
        state.rows[index] = (sample, example)
        return example
      }
    }
  }
}
