import Foundation
import Gemma
import Testing

/// numpy's and scikit-learn's own numbers are in Fixtures/split.
@Suite struct SplitTests {
  private struct Expected: Decodable {
    struct Shuffle: Decodable {
      var seed: UInt32
      var count: Int
      var order: [Int]
    }
    struct Division: Decodable, Equatable {
      var train: [Int]
      var test: [Int]
    }
    struct Case: Decodable {
      var labels: [Int]
      var seed: UInt32
      var stratified: Division
      var plain: Division
    }
    struct Part: Decodable, Equatable {
      var count: Int
      var dropped: Int
      var first: [String]
      var sha256: String
    }
    struct Demo: Decodable {
      var seed: UInt64?
      var stratify: Bool?
      var train: Part
      var validation: Part
      var drawnTrain: Int
      var drawnTest: Int
    }
    var raw: [String: [UInt32]]
    var shuffles: [Shuffle]
    var splits: [Case]
    var miniNews: [Demo]
    var livedoor: Demo
    var livedoorAll: Demo
    var livedoorWithLicenceFiles: Demo
    var livedoorWithLicenceFilesAll: Demo
  }

  private func expected() throws -> Expected {
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.folder + "/split/expected.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Expected.self, from: data)
  }

  private func part(_ samples: [Int], _ dropped: Int, of data: Dataset) -> Expected.Part {
    let ids = samples.map { data.samples[$0].id }
    let hash = Data(ids.joined(separator: "\n").utf8).withUnsafeBytes { SHA256.hexDigest($0) }
    return .init(count: ids.count, dropped: dropped, first: Array(ids.prefix(5)), sha256: hash)
  }

  @Test func theTwisterGivesNumpysNumbers() throws {
    for (seed, numbers) in try expected().raw {
      var random = MersenneTwister(seed: try #require(UInt32(seed)))
      let drawn = (0..<1300).map { _ in random.next() }
      #expect(Array(drawn[..<6] + drawn[1294...]) == numbers, "seed \(seed)")
    }
  }

  @Test func shufflesAreNumpys() throws {
    for shuffle in try expected().shuffles {
      var random = MersenneTwister(seed: shuffle.seed)
      #expect(random.permutation(shuffle.count) == shuffle.order, "\(shuffle.count) with \(shuffle.seed)")
    }
  }

  @Test func rowsAreDividedAsScikitLearnDoes() throws {
    for test in try expected().splits {
      for (stratify, division) in [(true, test.stratified), (false, test.plain)] {
        let drawn = try ScikitLearn.trainTestSplit(labels: test.labels, seed: test.seed, stratify: stratify)
        #expect(
          Expected.Division(train: drawn.train, test: drawn.test) == division,
          "\(test.labels.count) rows, seed \(test.seed), stratify \(stratify)")
      }
    }
  }

  @Test func miniNewsIsDrawnAsFromItsFolder() throws {
    let data = try Dataset.miniNews()
    for demo in try expected().miniNews {
      let split = try Split.scikitLearn(
        data, train: 100, validation: 90, seed: demo.seed ?? 0, stratify: demo.stratify ?? true)
      #expect(part(split.train, split.droppedFromTrain, of: data) == demo.train)
      #expect(part(split.validation, split.droppedFromValidation, of: data) == demo.validation)
    }
  }

  @Test(.enabled(if: Fixtures.livedoor != nil, "needs the Livedoor corpus: gnb pull livedoor"))
  func theRealCorpusIsDrawnAsInTheDemo() throws {
    let data = try Dataset.load(path: Fixtures.livedoor ?? "")
    let expected = try expected()
    for (licenceFiles, first, all) in [
      (true, expected.livedoorWithLicenceFiles, expected.livedoorWithLicenceFilesAll),
      (false, expected.livedoor, expected.livedoorAll),
    ] {
      for (demo, train, validation) in [(first, 100, 1000), (all, all.drawnTrain, all.drawnTest)] {
        let split = try Split.scikitLearn(
          data, train: train, validation: validation, seed: 200, licenceFiles: licenceFiles)
        #expect(part(split.train, split.droppedFromTrain, of: data) == demo.train)
        #expect(part(split.validation, split.droppedFromValidation, of: data) == demo.validation)
      }
    }
  }

  /// Two categories with a licence file each, and one duplicate.
  private func small() throws -> Dataset {
    var samples = ["a", "b"].flatMap { category in
      (1...9).map {
        Sample(id: "\(category)-\($0)", title: "", text: "\(category) \($0)", category: category)
      }
    }
    samples.append(Sample(id: "a-91", title: "", text: "a 9", category: "a"))
    return try Dataset(
      name: "small", samples: samples,
      licenceFiles: ["a", "b", "other"].map {
        LeftOut(id: "LICENSE.txt", category: $0, isDuplicate: false)
      })
  }

  @Test func whatIsNoArticleIsDrawnAndDropped() throws {
    let data = try small()
    #expect(data.duplicates == 1 && data.leftOut.count == 3)
    // 21 files are divided into 14 and 7.
    let split = try Split.scikitLearn(data, train: 14, validation: 7, seed: 1, licenceFiles: true)
    #expect(split.train.count + split.droppedFromTrain == 14)
    #expect(split.validation.count + split.droppedFromValidation == 7)
    #expect(split.droppedFromTrain + split.droppedFromValidation == 3)
    #expect(Set(split.train + split.validation) == Set(data.samples.indices))
    // Without licence files 19, into 13 and 6.
    let without = try Split.scikitLearn(data, train: 13, validation: nil, seed: 1)
    #expect(without.validation.count + without.droppedFromValidation == 6)
    #expect(without.droppedFromTrain + without.droppedFromValidation == 1)
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let data = try small()
    #expect(throws: GemmaError.self) { try Split.scikitLearn(data, train: 14, validation: 2, seed: 1) }
    #expect(throws: GemmaError.self) { try Split.scikitLearn(data, train: 2, validation: 7, seed: 1) }
    #expect(throws: GemmaError.self) { try Split.scikitLearn(data, train: 2, validation: 2, seed: 1 << 32) }
    #expect(throws: GemmaError.self) {
      try Split.scikitLearn(data, train: 2, validation: 2, seed: 1, shuffle: false)
    }
    #expect(throws: GemmaError.self) { try ScikitLearn.trainTestSplit(labels: [0], seed: 1) }
    #expect(throws: GemmaError.self) { try ScikitLearn.trainTestSplit(labels: [0, 0, 0, 0, 1], seed: 1) }
    // In load_files' order, as train_test_split(shuffle=False) leaves it.
    let plain = try Split.scikitLearn(
      data, train: 13, validation: 6, seed: 1, stratify: false, shuffle: false)
    let other = try Split.scikitLearn(
      data, train: 13, validation: 6, seed: 2, stratify: false, shuffle: false)
    #expect(plain.train == other.train && plain.validation == other.validation)
  }
}
