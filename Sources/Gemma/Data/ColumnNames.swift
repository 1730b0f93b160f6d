import Foundation

/// Usual names of columns in English and Japanese. The first name that a file has is used.
package enum ColumnNames {
  package static let text = [
    "text", "body", "content", "message", "sentence", "article", "document", "review", "comment",
    "description", "utterance", "query", "question", "post", "tweet", "input", "prompt", "本文", "テキスト",
    "文章", "内容", "記事", "文", "コメント", "レビュー", "問い合わせ", "お問い合わせ", "問合せ", "メッセージ", "発話", "発言", "質問", "入力",
  ]
  package static let label = [
    "category", "label", "class", "kind", "topic", "genre", "intent", "sentiment", "type", "target",
    "department", "queue", "tag", "output", "answer", "completion", "分類", "カテゴリ", "カテゴリー", "ラベル", "種類", "種別",
    "区分", "クラス", "ジャンル", "感情", "タグ", "正解", "部署", "担当", "出力",
  ]
  static let title = [
    "title", "subject", "headline", "heading", "件名", "タイトル", "題名", "見出し", "表題", "題",
  ]
  static let id = ["id", "uid", "uuid", "番号", "no", "number", "識別子", "管理番号"]
  static let instruction = ["instruction", "指示", "命令"]
  static let input = ["input", "context", "入力"]
  static let output = ["output", "response", "出力", "応答"]
  static let conversation = ["messages", "conversations", "conversation"]
  private static let known = Set(
    text + label + title + id + instruction + input + output + conversation)

  /// A column's name without white space around it, in small letters, and in the usual one of full and half width.
  static func normalised(_ name: String) -> String {
    let plain = name.precomposedStringWithCompatibilityMapping.lowercased()
    let scalars = plain.unicodeScalars.drop { $0.properties.isWhitespace }
    let end = scalars.lastIndex { !$0.properties.isWhitespace }.map { scalars.index(after: $0) }
    return String(scalars[..<(end ?? scalars.startIndex)])
  }

  static func isKnown(_ name: String) -> Bool { known.contains(normalised(name)) }

  /// The place of the column that the first of `wanted` names: exactly, or as a word of a longer name ("ticket_body", "問い合わせ本文").
  static func find(_ wanted: [String], in names: [String], but taken: Set<Int> = []) -> Int? {
    for name in wanted {
      if let exact = names.indices.first(where: { names[$0] == name && !taken.contains($0) }) { return exact }
    }
    for name in wanted {
      let part = names.indices.first { index in
        guard !taken.contains(index) else { return false }
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else {
          return name.count > 1 && names[index].hasSuffix(name)
        }
        return name.count > 2
          && names[index].split(whereSeparator: { !$0.isLetter }).contains { $0 == name }
      }
      if let part { return part }
    }
    return nil
  }
}
