import Commands
import Foundation
import Testing

/// Widths against Python's wcwidth, on all of Unicode.
@Suite struct DisplayWidthTests {
  private struct Expected: Decodable {
    var runs: [[Int]]
    var wideWithVS16: [[Int]]
    var narrowWithVS15: [[Int]]
    var texts: [Text]

    struct Text: Decodable {
      var text: String
      var width: Int

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        text = try values.decode(String.self)
        width = try values.decode(Int.self)
      }
    }
  }

  private static func expected() throws -> Expected {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/texts/widths.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: path))
  }

  /// "10FFFF" or "600...605 1/0" for stretches whose width differs: ours and theirs.
  private func differences(_ pairs: [(value: Int, ours: Int, theirs: Int)]) -> [String] {
    var runs: [(first: Int, last: Int, ours: Int, theirs: Int)] = []
    for pair in pairs where pair.ours != pair.theirs {
      if let last = runs.last, last.last == pair.value - 1, last.ours == pair.ours, last.theirs == pair.theirs
      {
        runs[runs.count - 1].last = pair.value
      } else {
        runs.append((pair.value, pair.value, pair.ours, pair.theirs))
      }
    }
    func hex(_ value: Int) -> String { String(value, radix: 16, uppercase: true) }
    return runs.map { "\(hex($0.first))...\(hex($0.last)) \($0.ours)/\($0.theirs)" }
  }

  private static let scalars = (0...0x10FFFF).compactMap(Unicode.Scalar.init)

  @Test func everyCodePointTakesTheColumnsThatWcwidthSays() throws {
    let runs = try Self.expected().runs
    var at = 0
    let pairs = Self.scalars.map { scalar -> (value: Int, ours: Int, theirs: Int) in
      let value = Int(scalar.value)
      while at + 1 < runs.count, runs[at + 1][0] <= value { at += 1 }
      // Control characters never reach a terminal (VisibleText).
      return (value, DisplayWidth.of(Character(scalar)), max(0, runs[at][1]))
    }
    // Ours and theirs. A Myanmar vowel sign that begins a character of its own: with its consonant the sum is the same.
    let apart = [
      "102B...102C 1/0", "1038...1038 1/0", "1062...1064 1/0", "1067...106D 1/0", "1083...1083 1/0",
      "1087...108C 1/0", "108F...108F 1/0", "109A...109C 1/0", "1A61...1A61 1/0", "1A63...1A64 1/0",
      "AA7B...AA7B 1/0", "AA7D...AA7D 1/0", "11720...11721 1/0",
    ]
    // Marks newer than the Unicode of Swift's standard library.
    let newer = [
      "5C8...5C9 1/0", "B53...B54 1/0", "1ADE...1ADF 1/0", "1AEC...1AF0 1/0", "10ECB...10ECF 1/0",
      "10EF0...10EF9 1/0", "11DF0...11DF0 1/0", "1D127...1D128 1/0", "1D250...1D252 1/0", "1D25B...1D25C 1/0",
      "1D25F...1D25F 1/0", "1D280...1D281 1/0",
    ]
    #expect(Set(differences(pairs)).subtracting(newer) == Set(apart))
  }

  @Test func variationSelectorsChooseBetweenTextAndEmoji() throws {
    let expected = try Self.expected()
    func differing(_ selector: Character, _ width: Int, from: Int, _ ranges: [[Int]]) -> [String] {
      let changed = Set(ranges.flatMap { Array($0[0]...$0[1]) })
      return differences(
        Self.scalars.filter { DisplayWidth.of(Character($0)) == from }.map { scalar in
          let value = Int(scalar.value)
          let text = String(Character(scalar)) + String(selector)
          return (value, DisplayWidth.of(text), changed.contains(value) ? width : from)
        })
    }
    #expect(differing("\u{FE0F}", 2, from: 1, expected.wideWithVS16) == [])
    #expect(differing("\u{FE0E}", 1, from: 2, expected.narrowWithVS15) == [])
  }

  @Test func wholeTextsTakeTheColumnsThatWcswidthSays() throws {
    let texts = try Self.expected().texts
    #expect(texts.count > 100)
    #expect(
      texts.filter { DisplayWidth.of($0.text) != $0.width }.map {
        "\($0.text) \(DisplayWidth.of($0.text))/\($0.width)"
      } == [
        // A consonant under another: two characters for Swift, one for wcwidth.
        "ខ្មែរ 4/3", "ភាសាខ្មែរ 8/7",
        // A letter after a joiner that joins nothing: wcwidth leaves it out, terminals do not.
        "a\u{200D}b 2/1",
      ])
  }
}
