import Gemma
import Testing

/// Shares, a third part, folds, and numbers that fit small data.
@Suite struct SplitPartsTests {
  private func dataset(_ counts: [Int]) throws -> Dataset {
    try Dataset(
      name: "made",
      samples: counts.enumerated().flatMap { c, n in
        (0..<n).map { Sample(id: "\(c)-\($0)", title: "", text: "text \(c) \($0)", category: "c\(c)") }
      })
  }

  @Test(
    arguments: [
      (72, nil, nil, nil, [57, 15, 0]), (124, nil, nil, nil, [99, 25, 0]),
      (125, nil, nil, nil, [100, 25, 0]),
      (300, nil, nil, nil, [100, 200, 0]), (5000, nil, nil, nil, [100, 1000, 0]),
      (2, nil, nil, nil, [1, 1, 0]),
      (100, .share(0.8), nil, nil, [80, 20, 0]), (100, .share(0.29), .share(0.57), nil, [29, 57, 0]),
      (100, .share(0.8), .share(0.1), .share(0.1), [80, 10, 10]), (100, nil, .count(50), nil, [50, 50, 0]),
      (100, .count(90), .count(0), nil, [90, 0, 0]), (100, nil, nil, .count(20), [64, 16, 20]),
    ] as [(Int, Split.Amount?, Split.Amount?, Split.Amount?, [Int])])
  func amountsAreCountsSharesOrWhatFits(
    _ total: Int, _ train: Split.Amount?, _ validation: Split.Amount?, _ test: Split.Amount?, _ sizes: [Int]
  ) throws {
    let found = Split.sizes(
      try dataset([total / 2, total - total / 2]), train: train, validation: validation, test: test)
    #expect([found.train, found.validation, found.test] == sizes)
  }

  @Test func aThirdPartChangesNothingInTheFirstTwo() throws {
    let data = try dataset([50, 30, 20])
    let two = try Split.make(data, train: 20, validation: 30, seed: 5)
    let three = try Split.make(data, train: 20, validation: 30, test: 10, seed: 5)
    #expect(three.train == two.train && three.validation == two.validation && three.test.count == 10)
    #expect(Set(three.train + three.validation + three.test).count == 60)
    #expect(three.test.count { data.samples[$0].category == "c0" } == 5)
    #expect(try Split.make(data, train: 100, validation: 0, seed: 5).validation.isEmpty)
    #expect(
      throws: GemmaError.invalidValue(
        name: "split", expected: "train + validation + test of at most 100 samples",
        found: "50 + 40 + 20 = 110")
    ) { try Split.make(data, train: 50, validation: 40, test: 20, seed: 1) }
  }

  @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
  func overAllFoldsEachArticleValidatesOnce(_ stratify: Bool, _ shuffle: Bool) throws {
    let data = try dataset([25, 14, 8])
    let folds = try (1...5).map {
      try Split.fold($0, of: 5, data, seed: 7, stratify: stratify, shuffle: shuffle)
    }
    #expect(folds.flatMap(\.validation).sorted() == Array(0..<47))
    for fold in folds {
      #expect((fold.train + fold.validation).sorted() == Array(0..<47))
      #expect((9...10).contains(fold.validation.count))
      guard stratify else { continue }
      #expect(fold.validation.count { data.samples[$0].category == "c0" } == 5)
      #expect((1...2).contains(fold.validation.count { data.samples[$0].category == "c2" }))
    }
    #expect(throws: GemmaError.self) { try Split.fold(6, of: 5, data, seed: 7) }
    #expect(throws: GemmaError.self) { try Split.fold(1, of: 48, data, seed: 7) }
  }

  @Test func aCategoryThatAPartLacksIsNamed() throws {
    let data = try dataset([50, 1])
    let split = try Split.make(data, train: 10, validation: 10, seed: 1)
    let missing = split.missingCategories(data)
    #expect(!missing.isEmpty && missing.allSatisfy { $0.categories == ["c1"] })
    #expect(
      try Split.make(dataset([9, 9]), train: 4, validation: 4, seed: 1).missingCategories(data).isEmpty
        == false)
  }

  @Test func answersInFreeWordsAreDrawnAsOneGroup() throws {
    let data = try #require(try Dataset.bundled("butler-rows"))
    let split = try Split.make(data, train: 100, validation: 100, seed: 3)
    #expect(split.missingCategories(data).isEmpty)
    // Not the first hundred answers by the alphabet, as shares of groups of one would be.
    let first = Set(
      data.samples.indices.sorted { data.samples[$0].category < data.samples[$1].category }.prefix(100))
    #expect(Set(split.train).intersection(first).count < 80)
  }
}
